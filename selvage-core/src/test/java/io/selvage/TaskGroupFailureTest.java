package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepThenCleanUp;
import static io.selvage.Bodies.sleepThenFail;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Checks.taskFailureOf;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelledException.Source;
import io.selvage.Threads.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of failures in a group, its tasks' and those of its body. */
@ExtendWith(LeakCheck.class)
class TaskGroupFailureTest {
  private static final GroupOptions COLLECT =
      TaskGroup.options().withPolicy(GroupOptions.FailurePolicy.COLLECT);

  private final IOException failure = new IOException("disk");

  @ParameterizedTest
  @EnumSource
  void theFirstFailureCancelsTheSiblingsAndTheBody(Kind kind) {
    AtomicReference<Throwable> sibling = new AtomicReference<>();
    AtomicReference<Throwable> body = new AtomicReference<>();
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                kind.options()
                    .run(
                        g -> {
                          CountDownLatch waits = new CountDownLatch(1);
                          g.launch(
                              () -> {
                                waits.countDown();
                                try {
                                  Selvage.sleep(LONG);
                                } catch (InterruptedException e) {
                                  sibling.set(e);
                                  throw e;
                                }
                              });
                          g.fork(
                              "bad",
                              () -> {
                                Threads.await(waits);
                                throw failure;
                              });
                          try {
                            Selvage.sleep(LONG);
                          } catch (InterruptedException e) {
                            body.set(e);
                            throw e;
                          }
                        }));
    assertThat(thrown.getCause()).isSameAs(failure);
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(thrown).hasNoSuppressedExceptions().hasMessageContaining("group/bad");
    for (Throwable seen : List.of(sibling.get(), body.get())) {
      assertThat(seen)
          .isInstanceOfSatisfying(
              CancelledException.class, e -> assertThat(e.source()).isEqualTo(Source.FAILURE));
    }
  }

  @Test
  void aBodyThatIsOverWaitsAndGetsTheFailure() {
    CountDownLatch bodyOver = new CountDownLatch(1);
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      g.fork(
                          () -> {
                            Threads.await(bodyOver);
                            throw failure;
                          });
                      bodyOver.countDown();
                    }));
    assertThat(thrown.getCause()).isSameAs(failure);
  }

  @Test
  void aTaskBlockedInForeignCodeIsInterruptedWhenASiblingFails() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      g.launch(() -> Threads.blockInForeignCode());
                      g.fork(() -> failWith(failure));
                    }));
    assertThat(thrown.failures()).containsExactly(failure);
  }

  @Test
  void anErrorOfATaskIsAFailureToo() {
    AssertionError bug = new AssertionError("bug");
    TaskFailedException thrown =
        taskFailureOf(() -> TaskGroup.run(g -> g.fork(() -> failWith(bug))));
    assertThat(thrown.getCause()).isSameAs(bug);
  }

  @Test
  void furtherFailuresAreListedBehindTheFirstAndSuppressed() {
    IOException second = new IOException("second");
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.launch(
                          () -> {
                            waits.countDown();
                            sleepThenFail(second);
                          });
                      g.fork(
                          () -> {
                            Threads.await(waits);
                            throw failure;
                          });
                    }));
    assertThat(thrown.failures()).containsExactly(failure, second);
    assertThat(thrown.getSuppressed()).containsExactly(second);
    assertThat(thrown).hasMessageContaining("1 more");
  }

  @Test
  void theSameExceptionObjectThrownByTwoTasksIsReportedOnce() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.options()
                    .withPolicy(GroupOptions.FailurePolicy.COLLECT)
                    .run(
                        g -> {
                          for (int i = 0; i < 2; i++) {
                            g.fork(() -> failWith(failure));
                          }
                        }));
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(thrown).hasNoSuppressedExceptions();
  }

  @Test
  void aFailureThatTheBodyJoinedAndPassesOnIsReportedOnce() {
    TaskFailedException thrown =
        taskFailureOf(() -> COLLECT.run(g -> g.fork(() -> failWith(failure)).join()));
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(thrown).hasNoSuppressedExceptions();
  }

  @Test
  void aFailureThatASiblingJoinedAndPassesOnIsReportedOnce() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                COLLECT.run(
                    g -> {
                      Task<?> bad = g.fork(() -> failWith(failure));
                      g.fork(() -> bad.join());
                    }));
    assertThat(thrown.failures()).containsExactly(failure);
  }

  @Test
  void aFailureOfCleanUpOnAPassedOnFailureIsNotLost() {
    IOException cleanUp = new IOException("clean-up");
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                COLLECT.run(
                    g -> {
                      try (AutoCloseable resource = () -> failWith(cleanUp)) {
                        g.fork(() -> failWith(failure)).join();
                      }
                    }));
    assertThat(thrown.failures()).containsExactly(failure, cleanUp);
  }

  @Test
  void aFailureOfCleanUpOnAFailureThatASiblingPassesOnIsNotLost() {
    IOException cleanUp = new IOException("clean-up");
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                COLLECT.run(
                    g -> {
                      CountDownLatch joins = new CountDownLatch(1);
                      Task<?> bad =
                          g.fork(
                              () -> {
                                Threads.await(joins);
                                throw failure;
                              });
                      g.launch(
                          () -> {
                            try (AutoCloseable resource = () -> failWith(cleanUp)) {
                              joins.countDown();
                              bad.join();
                            }
                          });
                    }));
    assertThat(thrown.failures()).containsExactly(failure, cleanUp);
  }

  @Test
  void anExceptionOfTheBodyLeavesTheGroupAsItIsWithTheTasksFailuresSuppressed() {
    IOException fromBody = new IOException("body");
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.launch(
                          "bad",
                          () -> {
                            waits.countDown();
                            sleepThenFail(failure);
                          });
                      Threads.await(waits);
                      throw fromBody;
                    }));
    assertThat(thrown).isSameAs(fromBody);
    assertThat(thrown.getSuppressed())
        .singleElement()
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> {
              assertThat(e.getCause()).isSameAs(failure);
              assertThat(e).hasMessageContaining("group/bad");
            });
  }

  @Test
  void anExceptionOfTheBodyCancelsTheTasks() {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    assertThat(
            catchThrowable(
                () ->
                    TaskGroup.run(
                        g -> {
                          CountDownLatch waits = new CountDownLatch(1);
                          g.launch(
                              () -> {
                                waits.countDown();
                                sleepUntilCancelled(e -> seen.set(e));
                              });
                          Threads.await(waits);
                          throw failure;
                        })))
        .isSameAs(failure);
    assertThat(failure).hasNoSuppressedExceptions();
    assertThat(seen.get()).hasMessageContaining("the body of group 'group' failed");
  }

  @Test
  void aBodyThatThrowsTheFailureItselfDoesNotReportItTwice() {
    Throwable thrown =
        catchThrowable(
            () ->
                COLLECT.run(
                    g -> {
                      try {
                        g.fork(() -> failWith(failure)).join();
                      } catch (TaskFailedException e) {
                        throw (Exception) e.getCause();
                      }
                    }));
    assertThat(thrown).isSameAs(failure).hasNoSuppressedExceptions();
  }

  @Test
  void aBodyThatWrapsTheFailureDoesNotReportItTwice() {
    Throwable thrown =
        catchThrowable(
            () ->
                COLLECT.run(
                    g -> {
                      try {
                        g.fork(() -> failWith(failure)).join();
                      } catch (TaskFailedException e) {
                        throw new IllegalStateException("wrapped", e);
                      }
                    }));
    assertThat(thrown).hasMessage("wrapped").hasNoSuppressedExceptions();
  }

  @Test
  void anExceptionOfTheBodyThatTakesNoSuppressedSendsTheFailuresToTheHandler() {
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    Exception closed = new Exception("takes none", null, false, true) {};
    assertThat(
            catchThrowable(
                () ->
                    TaskGroup.options()
                        .withUncaughtHandler((name, e) -> uncaught.add(e))
                        .run(
                            g -> {
                              Task<?> bad = g.fork(() -> failWith(failure));
                              awaitCondition("it fails", bad::isDone);
                              throw closed;
                            })))
        .isSameAs(closed);
    assertThat(uncaught).containsExactly(failure);
  }

  @Test
  void aTaskThatFailsInTheCleanUpOfAnIntendedCancelFailsTheGroup() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.launch(
                          () -> {
                            waits.countDown();
                            sleepThenCleanUp(() -> failWith(failure));
                          });
                      Threads.await(waits);
                      g.cancel("done");
                    }));
    assertThat(thrown.getCause()).isSameAs(failure);
  }

  @Test
  void anExceptionOnTheCancellationOfATaskFailsTheGroup() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.launch(
                          () -> {
                            try (AutoCloseable resource = () -> failWith(failure)) {
                              waits.countDown();
                              Selvage.sleep(LONG);
                            }
                          });
                      Threads.await(waits);
                      g.cancel("done");
                    }));
    assertThat(thrown.getCause()).isSameAs(failure);
  }

  @Test
  void anExceptionOnTheCancellationOfTheBodyFailsTheGroup() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      try (AutoCloseable resource = () -> failWith(failure)) {
                        g.cancel("done");
                        Selvage.checkpoint();
                      }
                    }));
    assertThat(thrown.getCause()).isSameAs(failure);
  }

  @Test
  void anExceptionOnAnOuterCancellationOfTheBodyIsNotLostBesideAFailedTask() throws Exception {
    IOException cleanUp = new IOException("clean-up");
    CancelScope outer = CancelScope.create();
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                outer.run(
                    () ->
                        TaskGroup.run(
                            g -> {
                              CountDownLatch waits = new CountDownLatch(1);
                              g.launch(
                                  () -> {
                                    waits.countDown();
                                    sleepThenFail(failure);
                                  });
                              Threads.await(waits);
                              try (AutoCloseable resource = () -> failWith(cleanUp)) {
                                outer.cancel();
                                Selvage.checkpoint();
                              }
                            })));
    assertThat(thrown.failures()).containsExactly(failure, cleanUp);
  }
}
