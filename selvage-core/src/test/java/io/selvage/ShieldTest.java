package io.selvage;

import static io.selvage.Checks.assertCancelled;
import static io.selvage.Checks.flag;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class ShieldTest {
  private static final Duration SOON = Duration.ofMillis(2);

  @ParameterizedTest
  @EnumSource
  void aShieldHidesOuterCancellation(Kind kind) throws Exception {
    CancelScope outer = CancelScope.create();
    kind.complete(
        () ->
            assertThat(
                    outer.run(
                        () -> {
                          outer.cancel();
                          CancelScope shield = CancelScope.shieldUnlimited();
                          assertThat(
                                  shield.run(
                                      () -> {
                                        assertThat(Selvage.isCancelled()).isFalse();
                                        Selvage.sleep(Duration.ofNanos(1));
                                        Thread.sleep(0);
                                      }))
                              .isTrue();
                          assertThat(Selvage.isCancelled()).isTrue();
                          Selvage.checkpoint();
                        }))
                .isFalse());
    assertCancelled(outer);
  }

  @Test
  void aShieldHidesTheOuterDeadline() throws Exception {
    CancelScope outer = CancelScope.moveOnAfter(LONG);
    outer.run(
        () -> {
          assertThat(CancelScope.effectiveDeadline()).isEqualTo(outer.deadline());
          CancelScope.shieldUnlimited()
              .run(() -> assertThat(CancelScope.effectiveDeadline()).isEqualTo(Deadline.NEVER));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aShieldHidesInterruptsFromOutsideUntilItIsLeft(Kind kind) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Running<Void> running =
        kind.run(
            () -> {
              CancelScope.shieldUnlimited()
                  .run(
                      () -> {
                        inside.countDown();
                        Threads.await(goOn);
                        Selvage.checkpoint();
                        Selvage.sleep(Duration.ofNanos(1));
                        assertThat(flag()).isFalse();
                      });
              assertThat(flag()).isTrue();
              Selvage.checkpoint();
            });
    Threads.await(inside);
    running.thread().interrupt();
    goOn.countDown();
    assertThat(running.failure()).isExactlyInstanceOf(InterruptedException.class);
  }

  @Test
  void theOwnCancelOfAShieldWorksAndItCatches() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope shield = CancelScope.shieldUnlimited();
    assertThat(shield.isShield()).isTrue();
    assertThat(shield.toString()).contains("shield");
    assertThat(
            outer.run(
                () -> {
                  outer.cancel();
                  shield.run(
                      () -> {
                        shield.cancel();
                        Selvage.checkpoint();
                      });
                  assertCancelled(shield);
                  Selvage.checkpoint();
                }))
        .isFalse();
    assertCancelled(outer);
  }

  @Test
  void theDeadlineOfAShieldEndsTheCleanUp() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope shield = CancelScope.shield(SOON);
    outer.run(
        () -> {
          outer.cancel();
          assertThat(shield.run(() -> Selvage.sleep(LONG))).isFalse();
        });
    assertThat(shield.timedOut()).isTrue();
    assertThat(shield.cancelledCaught()).isTrue();
  }

  @Test
  void aScopeNestedInAShieldIsHiddenToo() throws Exception {
    CancelScope outer = CancelScope.create();
    outer.run(
        () -> {
          outer.cancel();
          CancelScope.shieldUnlimited()
              .run(() -> assertThat(CancelScope.create().run(Selvage::checkpoint)).isTrue());
        });
  }

  @Test
  void theCancellationIsAssertedAgainForForeignCodeBehindAShield() throws Exception {
    CancelScope outer = CancelScope.create();
    assertThat(
            outer.run(
                () -> {
                  CancelScope.shieldUnlimited().run(outer::cancel);
                  Thread.sleep(LONG);
                }))
        .isFalse();
    assertCancelled(outer);
  }
}
