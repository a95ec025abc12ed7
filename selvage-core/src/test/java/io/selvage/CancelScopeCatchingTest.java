package io.selvage;

import static io.selvage.Checks.assertCancelled;
import static io.selvage.Checks.flag;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which scope catches a cancellation, and what of an interrupt is left behind it. */
@ExtendWith(LeakCheck.class)
class CancelScopeCatchingTest {
  @ParameterizedTest
  @EnumSource
  void catchesItsOwnCancelAndTheCodeBehindRunsOn(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> running =
        kind.start(
            () -> {
              boolean completed = scope.run(() -> Selvage.sleep(LONG));
              Selvage.checkpoint();
              Selvage.sleep(Duration.ofNanos(1));
              return completed;
            });
    awaitCondition("it sleeps", scope::isActive);
    awaitBlocked(running.thread());
    scope.cancel("stop");
    assertThat(running.get()).isFalse();
    assertCancelled(scope);
    assertThat(scope.timedOut()).isFalse();
    assertThat(scope.isActive()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void interruptsAThreadThatIsBlockedInForeignCode(Kind kind) throws Exception {
    for (ThrowingRunnable<Exception> foreign :
        List.<ThrowingRunnable<Exception>>of(
            Threads::blockInForeignCode,
            () -> Thread.sleep(LONG),
            () -> new LinkedBlockingQueue<String>().take())) {
      CancelScope scope = CancelScope.create();
      Running<Boolean> running =
          kind.start(
              () -> {
                boolean completed = scope.run(foreign);
                Thread.sleep(0);
                return completed;
              });
      awaitCondition("it is inside", scope::isActive);
      awaitBlocked(running.thread());
      scope.cancel("stop");
      assertThat(running.get()).isFalse();
      assertCancelled(scope);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRunningThreadSeesItAtItsNextOperation(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      inside.countDown();
                      while (cancelled.getCount() > 0) {
                        Thread.onSpinWait();
                      }
                      assertThat(Selvage.isCancelled()).isTrue();
                      Selvage.checkpoint();
                    }));
    Threads.await(inside);
    scope.cancel();
    cancelled.countDown();
    assertThat(running.get()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aRunningThreadHasItsFlagSetForTheNextForeignCall(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch inside = new CountDownLatch(1);
    Running<Boolean> running =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      inside.countDown();
                      awaitCondition("the flag is set", Checks::flag);
                      Thread.sleep(LONG);
                    }));
    Threads.await(inside);
    scope.cancel();
    assertThat(running.get()).isFalse();
    assertCancelled(scope);
  }

  @Test
  void selfCancelThrowsAtTheNextOperationAndInterruptsTheNextForeignCall() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  Selvage.checkpoint();
                }))
        .isFalse();
    assertCancelled(scope);
    CancelScope second = CancelScope.create();
    assertThat(
            second.run(
                () -> {
                  second.cancel();
                  Thread.sleep(LONG);
                }))
        .isFalse();
    assertCancelled(second);
  }

  @Test
  void aScopeThatWasCancelledBeforeItIsEnteredCancelsItsBody() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.cancel("early");
    assertThat(scope.run(() -> Thread.sleep(LONG))).isFalse();
    assertCancelled(scope);
    CancelScope second = CancelScope.create();
    second.cancel("early");
    assertThat(second.run(Selvage::checkpoint)).isFalse();
    assertCancelled(second);
  }

  @Test
  void aCancelThatWasNotDeliveredIsRetractedAtTheExit() throws Exception {
    CancelScope early = CancelScope.create();
    early.cancel();
    assertThat(early.run(() -> {})).isTrue();
    assertThat(early.cancelledCaught()).isFalse();
    assertThat(flag()).isFalse();
    Thread.sleep(0);
    Selvage.checkpoint();

    CancelScope inside = CancelScope.create();
    assertThat(inside.run(() -> inside.cancel())).isTrue();
    assertThat(inside.cancelledCaught()).isFalse();
    Thread.sleep(0);
    Selvage.checkpoint();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelFromAnotherThreadThatWasNotDeliveredIsRetractedAtTheExit(Kind kind) throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(scope.run(() -> kind.complete(scope::cancel))).isTrue();
    assertThat(scope.cancelledCaught()).isFalse();
    Thread.sleep(0);
    Selvage.checkpoint();
  }

  @Test
  void anInterruptFromOutsideSurvivesTheRetraction() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          Thread.currentThread().interrupt();
          scope.cancel();
        });
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void everyOperationThrowsAgainAfterTheExceptionWasSwallowed() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicInteger thrown = new AtomicInteger();
    scope.run(
        () -> {
          scope.cancel();
          for (ThrowingRunnable<Exception> operation :
              List.<ThrowingRunnable<Exception>>of(
                  Selvage::checkpoint,
                  Selvage::throwIfCancelled,
                  () -> Selvage.sleep(Duration.ZERO),
                  () -> Selvage.sleep(LONG))) {
            try {
              operation.run();
            } catch (CancelledException e) {
              thrown.incrementAndGet();
              assertThat(flag()).isFalse();
            }
          }
        });
    assertThat(thrown).hasValue(4);
    assertThat(scope.cancelledCaught()).isFalse();
  }

  @Test
  void aCancelledScopeThrowsAlsoInFinally() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicBoolean thrownInFinally = new AtomicBoolean();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  try {
                    Selvage.checkpoint();
                  } finally {
                    thrownInFinally.set(
                        catchThrowable(() -> Selvage.sleep(LONG)) instanceof CancelledException);
                  }
                }))
        .isFalse();
    assertThat(thrownInFinally).isTrue();
  }

  @Test
  void aForeignCallIsInterruptedOnceOnly() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel();
                  assertThatThrownBy(() -> Thread.sleep(LONG))
                      .isInstanceOf(InterruptedException.class);
                  Thread.sleep(0);
                }))
        .isTrue();
  }

  @Test
  void whatTheBodyThrowsOtherwisePassesUnchanged() {
    CancelScope scope = CancelScope.create();
    IOException failure = new IOException("disk");
    Throwable thrown =
        catchThrowable(
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw failure;
                    }));
    assertThat(thrown).isSameAs(failure);
    assertThat(scope.cancelledCaught()).isFalse();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void aCancelledExceptionFromElsewherePassesAScopeThatIsNotCancelled() throws Exception {
    Throwable stray = strayCancellation();
    CancelScope scope = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    scope.run(
                        () -> {
                          throw (InterruptedException) stray;
                        })))
        .isSameAs(stray);
    assertThat(scope.cancelledCaught()).isFalse();
  }

  private static Throwable strayCancellation() throws InterruptedException {
    Throwable[] seen = new Throwable[1];
    CancelScope other = CancelScope.create();
    other.cancel("other");
    other.run(() -> seen[0] = catchThrowable(Selvage::checkpoint));
    return seen[0];
  }

  @Test
  void isDecidedAtTheExitNotWhenTheExceptionIsThrown() throws Exception {
    CancelScope scope = CancelScope.create();
    Throwable stray = strayCancellation();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel("meanwhile");
                  throw (InterruptedException) stray;
                }))
        .isFalse();
    assertThat(scope.cancelledCaught()).isTrue();
  }

  @Test
  void aScopeThatIsCancelledWhileAnotherCancellationIsOnItsWayLetsTheOuterOneCatch()
      throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThat(
            outer.run(
                () ->
                    inner.run(
                        () -> {
                          inner.cancel();
                          try {
                            Selvage.checkpoint();
                          } finally {
                            outer.cancel();
                          }
                        })))
        .isFalse();
    assertThat(inner.cancelledCaught()).isFalse();
    assertThat(outer.cancelledCaught()).isTrue();
  }
}
