package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class ScopeGroupTest {
  private final ScopeGroup group = new ScopeGroup();

  @Test
  void aRegionIsRegisteredWhileItRuns() throws Exception {
    assertThat(group.isActive()).isFalse();
    assertThat(group.run(() -> assertThat(group.isActive()).isTrue())).isTrue();
    assertThat(group.isActive()).isFalse();
    assertThat(group.call(() -> "value")).contains("value");
  }

  @Test
  void aRegionThatFailsIsUnregisteredAndTheFailurePasses() {
    IOException failure = new IOException("disk");
    assertThat(catchThrowable(() -> group.run(() -> failWith(failure)))).isSameAs(failure);
    assertThat(group.isActive()).isFalse();
  }

  @Test
  void cancelWithoutAnyRegionReturnsFalse() throws Exception {
    assertThat(group.cancel("nothing is inside")).isFalse();
    assertThat(group.isCancelling()).isFalse();
    assertThat(group.run(Selvage::checkpoint)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void cancelReachesAllRegionsFromAnyThreadAndEachCatches(Kind kind) throws Exception {
    CountDownLatch inside = new CountDownLatch(4);
    List<Running<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean foreign = i % 2 == 0;
      all.add(
          kind.start(
              () -> {
                boolean completed =
                    group.run(
                        () -> {
                          inside.countDown();
                          if (foreign) {
                            Thread.sleep(LONG);
                          } else {
                            Selvage.sleep(LONG);
                          }
                        });
                Selvage.checkpoint();
                Thread.sleep(0);
                return completed;
              }));
    }
    Threads.await(inside);
    assertThat(group.cancel("stop")).isTrue();
    for (Running<Boolean> each : all) {
      assertThat(each.get()).isFalse();
    }
    assertThat(group.isActive()).isFalse();
  }

  @Test
  void aRepeatedCancelReturnsTrueWhileTheRegionRunsAndTheFirstReasonStays() throws Exception {
    List<String> reasons = new ArrayList<>();
    group.run(
        () -> {
          assertThat(group.cancel("first")).isTrue();
          assertThat(group.cancel("second")).isTrue();
          try {
            Selvage.checkpoint();
          } catch (CancelledException e) {
            reasons.add(e.reason());
          }
        });
    assertThat(reasons).containsExactly("first");
    assertThat(group.cancel("third")).isFalse();
  }

  @Test
  void afterACancelLaterRegionsRun() throws Exception {
    group.run(() -> group.cancel("once"));
    assertThat(group.isCancelling()).isFalse();
    assertThat(group.run(Selvage::checkpoint)).isTrue();
  }

  @Test
  void forGoodLaterRegionsAreCancelledToo() throws Exception {
    assertThat(group.cancelForGood("stop")).isFalse();
    assertThat(group.isCancelling()).isTrue();
    assertThat(group.toString()).contains("cancelling");
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      assertThat(group.run(() -> sleepUntilCancelled(e -> reasons.add(e.reason())))).isFalse();
    }
    assertThat(reasons).containsExactly("cancelled", "cancelled");
    Optional<String> none =
        group.call(
            () -> {
              Selvage.checkpoint();
              return "value";
            });
    assertThat(none).isEmpty();
    group.clear();
    assertThat(group.isCancelling()).isFalse();
    assertThat(group.run(Selvage::checkpoint)).isTrue();
  }

  @Test
  void aRegionWithinACancelledOuterScopeLetsThatOnePass() throws Exception {
    CancelScope outer = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  outer.cancel();
                  group.run(Selvage::checkpoint);
                }))
        .isFalse();
    assertThat(outer.cancelledCaught()).isTrue();
    assertThat(group.isActive()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void theTaskSurvivesAndCanAnswer(Kind kind) throws Exception {
    Running<String> worker =
        kind.start(
            () -> {
              boolean completed = group.run(() -> Selvage.sleep(LONG));
              Selvage.checkpoint();
              return completed ? "done" : "error reply";
            });
    awaitCondition("it is inside", group::isActive);
    assertThat(group.cancel("user interrupt")).isTrue();
    assertThat(worker.get()).isEqualTo("error reply");
  }

  @ParameterizedTest
  @EnumSource
  void noRegionSlipsThroughACancelForGood(Kind kind) throws Exception {
    for (int round = 0; round < 300; round++) {
      ScopeGroup racing = new ScopeGroup();
      CountDownLatch go = new CountDownLatch(1);
      Running<Boolean> region =
          kind.start(
              () -> {
                Threads.await(go);
                return racing.run(() -> Selvage.sleep(LONG));
              });
      Running<Boolean> canceller =
          kind.start(
              () -> {
                Threads.await(go);
                return racing.cancelForGood("stop");
              });
      go.countDown();
      canceller.get();
      assertThat(region.get()).isFalse();
      assertThat(racing.isActive()).isFalse();
    }
  }

  @Test
  void nullsAreRefusedAndLeaveNothingBehind() {
    assertThatThrownBy(() -> group.run(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> group.call(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> group.cancel(null)).isInstanceOf(NullPointerException.class);

    assertThatThrownBy(() -> group.cancelForGood(null)).isInstanceOf(NullPointerException.class);
    assertThat(group.isCancelling()).isFalse();
    assertThat(group.isActive()).isFalse();
  }
}
