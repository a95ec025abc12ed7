package io.selvage.service;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class CloseSignalTest {
  private final CloseSignal scope = new CloseSignal();

  @Test
  void startsOpenWithoutReasonOrCause() {
    assertThat(scope.isClosed()).isFalse();
    assertThat(scope.isFailed()).isFalse();
    assertThat(scope.reason()).isEmpty();
    assertThat(scope.cause()).isEmpty();
    assertThat(scope).hasToString("CloseSignal[open]");
  }

  @Test
  void firstCloseWinsAndFixesTheReason() {
    assertThat(scope.close("first")).isTrue();
    assertThat(scope.close("second")).isFalse();
    assertThat(scope.close()).isFalse();
    assertThat(scope.reason()).contains("first");
    assertThat(scope.isFailed()).isFalse();
    assertThat(scope).hasToString("CloseSignal[closed: first]");
  }

  @Test
  void closeWithoutReasonSaysClosed() {
    assertThat(scope.close()).isTrue();
    assertThat(scope.reason()).contains("closed");
  }

  @Test
  void failTakesItsReasonFromTheCause() {
    IOException cause = new IOException("disk full");
    assertThat(scope.fail(cause)).isTrue();
    assertThat(scope.fail(new IOException("later"))).isFalse();
    assertThat(scope.isClosed()).isTrue();
    assertThat(scope.isFailed()).isTrue();
    assertThat(scope.cause()).containsSame(cause);
    assertThat(scope.reason()).contains("disk full");
    assertThat(scope).hasToString("CloseSignal[failed: disk full]");
  }

  @Test
  void failWithoutMessageNamesTheExceptionAndAReasonCanBeGiven() {
    scope.fail(new IOException());
    assertThat(scope.reason()).contains("java.io.IOException");
    CloseSignal other = new CloseSignal();
    assertThat(other.fail(new IOException("detail"), "reader died")).isTrue();
    assertThat(other.reason()).contains("reader died");
  }

  @Test
  void failAfterCloseChangesNothing() {
    scope.close("done");
    assertThat(scope.fail(new IOException("x"))).isFalse();
    assertThat(scope.isFailed()).isFalse();
    assertThat(scope.cause()).isEmpty();
    assertThat(scope.reason()).contains("done");
  }

  @Test
  void exactlyOneOfManyClosersWins() throws Exception {
    int closers = 8;
    CountDownLatch go = new CountDownLatch(1);
    List<Running<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < closers; i++) {
      int number = i;
      all.add(
          Kind.VIRTUAL.start(
              () -> {
                go.await();
                return number % 2 == 0
                    ? scope.close("r" + number)
                    : scope.fail(new IOException("r" + number));
              }));
    }
    go.countDown();
    List<Integer> winners = new ArrayList<>();
    for (int i = 0; i < closers; i++) {
      if (all.get(i).get()) {
        winners.add(i);
      }
    }
    assertThat(winners).hasSize(1);
    assertThat(scope.reason()).contains("r" + winners.getFirst());
    assertThat(scope.isFailed()).isEqualTo(winners.getFirst() % 2 == 1);
  }

  @Test
  void aThreadThatSeesItClosedSeesReasonAndCause() throws Exception {
    for (int i = 0; i < 500; i++) {
      CloseSignal each = new CloseSignal();
      Running<Boolean> reader =
          Kind.PLATFORM.start(
              () -> {
                while (!each.isClosed()) {
                  Thread.onSpinWait();
                }
                return each.reason().isPresent() && each.isFailed() && each.cause().isPresent();
              });
      each.fail(new IOException("x"));
      assertThat(reader.get()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeWakesEveryWaiter(Kind kind) throws Exception {
    CountDownLatch waiting = new CountDownLatch(3);
    List<Running<String>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(
          kind.start(
              () -> {
                waiting.countDown();
                scope.await();
                return scope.reason().orElseThrow();
              }));
    }
    waiting.await();
    scope.close("over");
    for (Running<String> waiter : waiters) {
      assertThat(waiter.get()).isEqualTo("over");
    }
    scope.await();
  }

  @Test
  void awaitWithTimeoutTellsWhetherItIsClosed() throws Exception {
    assertThat(scope.await(Duration.ZERO)).isFalse();
    assertThat(scope.await(Duration.ofMillis(2))).isFalse();
    scope.close();
    assertThat(scope.await(Duration.ZERO)).isTrue();
    assertThatThrownBy(() -> scope.await(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be >= 0, was PT-1S");
  }

  @ParameterizedTest
  @EnumSource
  void cancellationEndsTheWaitAndLeavesItOpen(Kind kind) throws Exception {
    CancelScope around = CancelScope.create();
    Running<Boolean> waiter = kind.start(() -> around.run(scope::await));
    awaitCondition("it is inside", around::isActive);
    around.cancel("enough");
    assertThat(waiter.get()).isFalse();
    assertThat(scope.isClosed()).isFalse();
  }

  @Test
  void throwIfClosedDoesNothingWhileOpen() {
    assertThatCode(scope::throwIfClosed).doesNotThrowAnyException();
  }

  @Test
  void throwIfClosedReportsTheReason() {
    scope.close("bye");
    assertThatThrownBy(scope::throwIfClosed)
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("bye");
  }

  @Test
  void throwIfClosedReportsTheFailureAsCause() {
    IOException cause = new IOException("disk full");
    scope.fail(cause);
    assertThatThrownBy(scope::throwIfClosed)
        .isInstanceOf(BrokenResourceException.class)
        .hasMessage("disk full")
        .hasCause(cause);
  }

  @Test
  void closingCancelsNothing() throws Exception {
    String result =
        TaskGroup.call(
            group -> {
              var task =
                  group.fork(
                      "worker",
                      () -> {
                        scope.await();
                        Selvage.throwIfCancelled();
                        return "ran on";
                      });
              scope.close();
              return task.join();
            });
    assertThat(result).isEqualTo("ran on");
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> scope.close(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> scope.fail(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> scope.fail(new IOException(), null))
        .isInstanceOf(NullPointerException.class);
    assertThat(scope.isClosed()).isFalse();
  }
}
