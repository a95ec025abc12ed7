package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.never;
import static io.selvage.Bodies.sleepThenCleanUp;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.service.CloseSignal;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code Tasks.race} and {@code Tasks.firstSuccess}. */
@ExtendWith(LeakCheck.class)
class TasksRaceTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  private static <T> Callable<T> failing(String message) {
    return () -> failWith(new IOException(message));
  }

  /** Never ends by itself, and throws another exception when it is cancelled. */
  private static <T> Callable<T> clumsy(CloseSignal inside) {
    IOException clumsy = new IOException("clumsy");
    return () -> {
      try {
        inside.close();
        return never();
      } catch (CancelledException e) {
        throw clumsy; // without the cause, or it would count as the cancellation
      }
    };
  }

  /** Never ends by itself, and cleans up when it is cancelled. */
  private String loseAndCleanUp(CloseSignal inside) throws InterruptedException {
    inside.close();
    sleepThenCleanUp(() -> log.add("joined"));
    return "never";
  }

  // ---- race

  @Test
  void theFirstToEndWinsAndTheOthersAreCancelledAndJoined() throws Exception {
    CloseSignal waiting = new CloseSignal();
    String winner =
        Tasks.race(
            () -> loseAndCleanUp(waiting),
            () -> {
              waiting.await();
              return "fast";
            });
    assertThat(winner).isEqualTo("fast");
    assertThat(log).containsExactly("joined");
  }

  @Test
  void aFailureThatComesFirstWins() {
    assertThatThrownBy(() -> Tasks.race(Bodies::never, failing("disk")))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("'race/2' failed first")
        .hasRootCauseMessage("disk");
  }

  @Test
  void oneCallAloneWins() throws Exception {
    assertThat(Tasks.<Integer>race(() -> 1)).isEqualTo(1);
    assertThat(Tasks.<Object>race(() -> null)).isNull();
  }

  @Test
  void withoutCallsThereIsNoWinner() {
    assertThatThrownBy(() -> Tasks.race(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("race of no calls has no winner");
    assertThatThrownBy(() -> Tasks.firstSuccess(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatALoserThrowsWhenItIsCancelledGoesToTheHandlerOfTheCallersGroup() throws Exception {
    CloseSignal inside = new CloseSignal();
    TaskGroup.options()
        .withUncaughtHandler((name, e) -> log.add(name + ": " + e.getMessage()))
        .run(
            group ->
                group.fork(
                    () ->
                        log.add(
                            Tasks.<Object>race(
                                clumsy(inside),
                                () -> {
                                  inside.await();
                                  return "won";
                                }))));
    assertThat(log).containsExactly("race/1: clumsy", "won");
  }

  @Test
  void theOtherFailuresAreSuppressedOnTheFailureThatWon() {
    CloseSignal inside = new CloseSignal();
    TaskFailedException thrown =
        catchThrowableOfType(
            TaskFailedException.class,
            () ->
                Tasks.race(
                    clumsy(inside),
                    () -> {
                      inside.await();
                      throw new IOException("first");
                    }));
    assertThat(thrown.failures())
        .extracting(Throwable::getMessage)
        .containsExactly("first", "clumsy");
    assertThat(thrown.getSuppressed()).extracting(Throwable::getMessage).containsExactly("clumsy");
  }

  @Test
  void cancellingTheCallerCancelsAllOfThem() throws Exception {
    CancelScope scope = CancelScope.create();
    CloseSignal inside = new CloseSignal();
    boolean completed =
        scope.run(
            () ->
                Tasks.race(
                    () -> {
                      inside.close();
                      return never();
                    },
                    () -> {
                      inside.await();
                      scope.cancel();
                      return never();
                    }));
    assertThat(completed).isFalse();
  }

  @Test
  void aWinnerStandsThoughTheCallerIsCancelledWhileTheLoserIsJoined() throws Exception {
    CancelScope scope = CancelScope.create();
    CloseSignal inside = new CloseSignal();
    boolean completed =
        scope.run(
            () -> {
              log.add(
                  Tasks.<String>race(
                      () -> {
                        try {
                          inside.close();
                          return never();
                        } finally {
                          scope.cancel(); // while it is being joined
                        }
                      },
                      () -> {
                        inside.await();
                        return "won";
                      }));
              Selvage.checkpoint();
            });
    assertThat(log).containsExactly("won");
    assertThat(completed).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aWinnerStandsThoughTheCallerIsInterruptedAndTheFlagIsKept(Kind kind) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Running<Integer> caller =
        kind.start(
            () ->
                Tasks.race(
                    () -> {
                      inside.countDown();
                      awaitCondition("it is cancelled", Selvage::isCancelled);
                      return 1;
                    }));
    Threads.await(inside);
    caller.thread().interrupt();
    assertThat(caller.flagLeft()).isTrue();
    assertThat(caller.get()).isEqualTo(1);
  }

  @Test
  void clearlyCancelledByItselfARaceHasNoWinner() {
    assertThatThrownBy(
            () ->
                Tasks.race(
                    () -> {
                      CancelScope.current().orElseThrow().cancel("enough");
                      return never();
                    },
                    Bodies::never))
        .isInstanceOf(TaskCancelledException.class)
        .hasMessage("'race' was cancelled: enough");
  }

  @Test
  void aRaceInsideOfALoopStaysInTheLoop() throws Exception {
    Loop loop = new Loop();
    boolean there = loop.call(() -> Tasks.<Boolean>race(loop::isOnLoop, Bodies::never));
    assertThat(there).isTrue();
  }

  // ---- firstSuccess

  @Test
  void failuresBeforeTheFirstSuccessDoNotMatter() throws Exception {
    try (LogCapture logged = new LogCapture()) {
      CountDownLatch failed = new CountDownLatch(2);
      Callable<String> failing =
          () -> {
            failed.countDown();
            throw new IOException("expected");
          };
      Callable<String> last =
          () -> {
            failed.await();
            return "c";
          };
      assertThat(Tasks.firstSuccess(List.of(failing, failing, last))).isEqualTo("c");
      assertThat(logged.messages()).isEmpty();
    }
  }

  @Test
  void theFirstSuccessCancelsAndJoinsTheOthers() throws Exception {
    CloseSignal inside = new CloseSignal();
    String winner =
        Tasks.firstSuccess(
            () -> loseAndCleanUp(inside),
            () -> {
              inside.await();
              return "won";
            });
    assertThat(winner).isEqualTo("won");
    assertThat(log).containsExactly("joined");
  }

  @Test
  void ifAllFailTheExceptionHasAllFailuresInTheOrderInWhichTheyCame() {
    CloseSignal first = new CloseSignal();
    CloseSignal second = new CloseSignal();
    TaskFailedException thrown =
        catchThrowableOfType(
            TaskFailedException.class,
            () ->
                new Loop()
                    .call(
                        () ->
                            Tasks.firstSuccess(
                                () -> {
                                  second.await();
                                  throw new IOException("third");
                                },
                                () -> {
                                  first.close();
                                  throw new IOException("first");
                                },
                                () -> {
                                  first.await();
                                  second.close();
                                  throw new IOException("second");
                                })));
    assertThat(thrown).hasMessageContaining("none of 3 calls succeeded");
    assertThat(thrown.getCause()).hasMessage("first");
    assertThat(thrown.failures())
        .extracting(Throwable::getMessage)
        .containsExactly("first", "second", "third");
  }

  @Test
  void aCancelledCallerIsNotToldOfFailuresThatWereExpected() throws Exception {
    CancelScope scope = CancelScope.create();
    boolean completed =
        scope.run(
            () ->
                Tasks.firstSuccess(
                    failing("a"),
                    () -> {
                      scope.cancel();
                      return never();
                    }));
    assertThat(completed).isFalse();
  }

  @Test
  void whatACancelledCallThrowsIsNotLost() {
    CancelScope scope = CancelScope.create();
    CloseSignal inside = new CloseSignal();
    assertThatThrownBy(
            () ->
                scope.run(
                    () ->
                        Tasks.firstSuccess(
                            clumsy(inside),
                            () -> {
                              inside.await();
                              scope.cancel();
                              return never();
                            })))
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .hasMessage("clumsy");
  }

  // ---- what is told of failures

  @Test
  void eachFailureHasTheNameOfItsOwnCall() {
    TaskFailedException thrown =
        catchThrowableOfType(
            TaskFailedException.class, () -> Tasks.firstSuccess(failing("a"), failing("b")));
    assertThat(thrown.details())
        .extracting(failure -> failure.name() + " " + failure.thrown().getMessage())
        .containsExactlyInAnyOrder("firstSuccess/1 a", "firstSuccess/2 b");
  }

  @Test
  void theExceptionOfAFailureThatWonNamesTheCancelledTasks() {
    CloseSignal inside = new CloseSignal();
    TaskFailedException thrown =
        catchThrowableOfType(
            TaskFailedException.class,
            () ->
                Tasks.race(
                    clumsy(inside),
                    () -> {
                      inside.await();
                      throw new IOException("first");
                    }));
    assertThat(thrown.details())
        .extracting(failure -> failure.name() + " " + failure.whileCancelled())
        .containsExactly("race/2 false", "race/1 true");
  }

  @Test
  void failuresThatWereExpectedAreNotLoggedHoweverMany() throws Exception {
    CountDownLatch all = new CountDownLatch(5_000);
    Callable<Integer> call =
        () -> {
          all.countDown();
          all.await(); // so that they fail at the same time
          throw new IOException("expected");
        };
    try (LogCapture logged = new LogCapture()) {
      for (int round = 0; round < 3; round++) {
        assertThatThrownBy(() -> Tasks.firstSuccess(Collections.nCopies(5_000, call)))
            .isInstanceOf(TaskFailedException.class);
      }
      assertThat(logged.messages()).isEmpty();
    }
  }
}
