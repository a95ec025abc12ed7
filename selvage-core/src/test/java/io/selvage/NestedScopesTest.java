package io.selvage;

import static io.selvage.Checks.assertCancelled;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class NestedScopesTest {
  @Test
  void ifOnlyTheOuterIsCancelledTheInnerLetsPassAndTheOuterCatches() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  outer.cancel();
                  inner.run(Selvage::checkpoint);
                }))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertThat(inner.isCancelled()).isFalse();
    assertCancelled(outer);
  }

  @ParameterizedTest
  @EnumSource
  void ifOnlyTheInnerIsCancelledItCatchesAndTheOuterRunsOn(Kind kind) throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    Running<Boolean> running =
        kind.start(
            () ->
                outer.run(
                    () -> {
                      assertThat(inner.run(() -> Selvage.sleep(LONG))).isFalse();
                      Selvage.checkpoint();
                      Thread.sleep(0);
                    }));
    awaitCondition("it is inside", inner::isActive);
    inner.cancel();
    assertThat(running.get()).isTrue();
    assertCancelled(inner);
    assertThat(outer.cancelledCaught()).isFalse();
  }

  @Test
  void ifBothAreCancelledTheOuterCatches() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    AtomicBoolean ranOn = new AtomicBoolean();
    AtomicBoolean flagInFlight = new AtomicBoolean();
    assertThat(
            outer.run(
                () -> {
                  try {
                    inner.run(
                        () -> {
                          inner.cancel();
                          outer.cancel();
                          Selvage.checkpoint();
                        });
                    ranOn.set(true);
                  } finally {
                    flagInFlight.set(Thread.currentThread().isInterrupted());
                  }
                }))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertCancelled(outer);
    assertThat(ranOn).isFalse();
    assertThat(flagInFlight).as("clean-up can do its work").isFalse();
  }

  @Test
  void whatInterruptedForeignCodeThrowsPassesTheInnerAndTheOuterCatchesIt() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () ->
                    inner.run(
                        () -> {
                          outer.cancel();
                          Thread.sleep(LONG);
                        })))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertCancelled(outer);
  }

  @Test
  void theOuterAssertsItselfBehindAnInnerOneThatCaughtNothing() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  inner.run(outer::cancel);
                  Thread.sleep(LONG);
                }))
        .isFalse();
    assertCancelled(outer);
  }

  @Test
  void hundredThousandNestedScopesAreCancelledAtOnce() throws Exception {
    List<EnteredScope> stays = new ArrayList<>();
    CancelScope outermost = CancelScope.create();
    stays.add(outermost.enter());
    for (int i = 0; i < 100_000; i++) {
      stays.add(CancelScope.create().enter());
    }
    outermost.cancel();
    assertThatThrownBy(Selvage::checkpoint).isInstanceOf(CancelledException.class);
    stays.reversed().forEach(EnteredScope::close);
    Selvage.checkpoint();
  }
}
