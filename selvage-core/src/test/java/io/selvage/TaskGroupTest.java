package io.selvage;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.CancelledException.Source;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class TaskGroupTest {
  private static final GroupOptions COLLECT =
      TaskGroup.options().withPolicy(GroupOptions.FailurePolicy.COLLECT);

  private final IOException failure = new IOException("disk");

  private static TaskFailedException failed(ThrowingRunnable<Exception> work) {
    return catchThrowableOfType(TaskFailedException.class, work::run);
  }

  // ---- running

  @ParameterizedTest
  @EnumSource
  void theGroupEndsWhenAllTasksHave(Kind kind) throws Exception {
    AtomicInteger ended = new AtomicInteger();
    kind.options()
        .run(
            g -> {
              for (int i = 0; i < 20; i++) {
                g.fork(
                    () -> {
                      Selvage.sleep(Duration.ofNanos(1_000));
                      ended.incrementAndGet();
                    });
              }
            });
    assertThat(ended).hasValue(20);
  }

  @ParameterizedTest
  @EnumSource
  void theBodyJoinsItsTasksAndReturnsItsResult(Kind kind) throws Exception {
    int sum =
        kind.options()
            .<Integer, RuntimeException>call(
                g -> {
                  Task<Integer> a = g.fork("a", () -> 3);
                  Task<Integer> b = g.fork("b", () -> 4);
                  return a.join() + b.join();
                });
    assertThat(sum).isEqualTo(7);
    assertThat(TaskGroup.<String, RuntimeException>call(g -> null)).isNull();
  }

  @Test
  void aTaskMayForkIntoItsGroup() throws Exception {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    TaskGroup.run(
        g ->
            g.fork(
                () -> {
                  ran.add("outer");
                  g.fork(() -> ran.add("inner"));
                }));
    assertThat(ran).containsExactly("outer", "inner");
  }

  @Test
  void anotherThreadMayForkIntoARunningGroup() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    TaskGroup.run(g -> Kind.PLATFORM.complete(() -> g.fork(ran::incrementAndGet)));
    assertThat(ran).hasValue(1);
  }

  @Test
  void groupsNest() throws Exception {
    int depth =
        TaskGroup.<Integer, RuntimeException>call(
            g ->
                g.fork(() -> TaskGroup.<Integer, RuntimeException>call(h -> h.fork(() -> 2).join()))
                    .join());
    assertThat(depth).isEqualTo(2);
  }

  @Test
  void tasksHaveTheNameOfTheGroupAndTheirOwnAndSoDoTheirThreads() throws Exception {
    TaskGroup.options()
        .withName("db")
        .run(
            g -> {
              assertThat(g.name()).isEqualTo("db");
              Task<String> named = g.fork("reader", () -> Thread.currentThread().getName());
              assertThat(named.name()).isEqualTo("db/reader");
              assertThat(named.join()).isEqualTo("db/reader");
              assertThat(g.fork(() -> Thread.currentThread().getName()).join()).isEqualTo("db/2");
              assertThat(g.toString()).contains("db");
            });
  }

  @Test
  void runningCountsTheTasksThatHaveNotEnded() throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch go = new CountDownLatch(1);
          assertThat(g.running()).isZero();
          g.fork(() -> Threads.await(go));
          g.fork(() -> Threads.await(go));
          assertThat(g.running()).isEqualTo(2);
          go.countDown();
          awaitCondition("they end", () -> g.running() == 0);
        });
  }

  @Test
  void whatWasDoneBeforeTheForkIsSeenByTheTaskAndItsWorkByTheJoiner() throws Exception {
    for (int round = 0; round < 200; round++) {
      int[] plain = new int[2];
      plain[0] = round;
      TaskGroup.run(
          g -> {
            Task<?> task = g.fork(() -> plain[1] = plain[0] + 1);
            task.join();
          });
      assertThat(plain[1]).isEqualTo(round + 1);
    }
  }

  // ---- misuse

  @Test
  void aGroupThatHasEndedTakesNoTask() throws Exception {
    AtomicReference<TaskGroup> ended = new AtomicReference<>();
    TaskGroup.run(ended::set);
    for (ThrowingRunnable<Exception> fork :
        List.<ThrowingRunnable<Exception>>of(
            () -> ended.get().fork(() -> {}),
            () -> ended.get().fork("name", () -> 1),
            () -> ended.get().forkUnsupervised("name", () -> 1),
            () -> ended.get().start("name", status -> {}))) {
      assertThatThrownBy(fork::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has ended");
    }
    assertThat(ended.get().running()).isZero();
    assertThat(ended.get().cancel()).isTrue();
    Selvage.checkpoint();
  }

  @Test
  void nullsAreRefused() throws Exception {
    assertThatThrownBy(() -> TaskGroup.run(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> TaskGroup.call(null)).isInstanceOf(NullPointerException.class);
    TaskGroup.run(
        g -> {
          Callable<Integer> none = null;
          for (ThrowingRunnable<Exception> bad :
              List.<ThrowingRunnable<Exception>>of(
                  () -> g.fork(none),
                  () -> g.fork("name", none),
                  () -> g.fork(null, () -> 1),
                  () -> g.fork((ThrowingRunnable<Exception>) null),
                  () -> g.fork("name", (ThrowingRunnable<Exception>) null),
                  () -> g.fork(null, () -> {}),
                  () -> g.forkUnsupervised(null, () -> 1),
                  () -> g.forkUnsupervised("name", null),
                  () -> g.start(null, status -> {}),
                  () -> g.start("name", null),
                  () -> g.cancel(null))) {
            assertThatThrownBy(bad::run).isInstanceOf(NullPointerException.class);
          }
          assertThat(g.running()).isZero();
        });
  }

  // ---- failure

  @ParameterizedTest
  @EnumSource
  void theFirstFailureCancelsTheSiblingsAndTheBody(Kind kind) {
    AtomicReference<Throwable> sibling = new AtomicReference<>();
    AtomicReference<Throwable> body = new AtomicReference<>();
    TaskFailedException thrown =
        failed(
            () ->
                kind.options()
                    .run(
                        g -> {
                          CountDownLatch waits = new CountDownLatch(1);
                          g.fork(
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
        failed(
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
        failed(
            () ->
                TaskGroup.run(
                    g -> {
                      g.fork(() -> Threads.blockInForeignCode());
                      g.fork(
                          () -> {
                            throw failure;
                          });
                    }));
    assertThat(thrown.failures()).containsExactly(failure);
  }

  @Test
  void anErrorOfATaskIsAFailureToo() {
    AssertionError bug = new AssertionError("bug");
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g ->
                        g.fork(
                            () -> {
                              throw bug;
                            })));
    assertThat(thrown.getCause()).isSameAs(bug);
  }

  @Test
  void furtherFailuresAreListedBehindTheFirstAndSuppressed() {
    IOException second = new IOException("second");
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.fork(
                          () -> {
                            waits.countDown();
                            try {
                              Selvage.sleep(LONG);
                            } catch (CancelledException e) {
                              throw second;
                            }
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
        failed(
            () ->
                TaskGroup.options()
                    .withPolicy(GroupOptions.FailurePolicy.COLLECT)
                    .run(
                        g -> {
                          for (int i = 0; i < 2; i++) {
                            g.fork(
                                () -> {
                                  throw failure;
                                });
                          }
                        }));
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(thrown).hasNoSuppressedExceptions();
  }

  @Test
  void aFailureThatTheBodyJoinedAndPassesOnIsReportedOnce() {
    TaskFailedException thrown =
        failed(
            () ->
                COLLECT.run(
                    g ->
                        g.fork(
                                () -> {
                                  throw failure;
                                })
                            .join()));
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(thrown).hasNoSuppressedExceptions();
  }

  @Test
  void aFailureThatASiblingJoinedAndPassesOnIsReportedOnce() {
    TaskFailedException thrown =
        failed(
            () ->
                COLLECT.run(
                    g -> {
                      Task<?> bad =
                          g.fork(
                              () -> {
                                throw failure;
                              });
                      g.fork(() -> bad.join());
                    }));
    assertThat(thrown.failures()).containsExactly(failure);
  }

  @Test
  void aFailureOfCleanUpOnAPassedOnFailureIsNotLost() {
    IOException cleanUp = new IOException("clean-up");
    TaskFailedException thrown =
        failed(
            () ->
                COLLECT.run(
                    g -> {
                      try (AutoCloseable resource =
                          () -> {
                            throw cleanUp;
                          }) {
                        g.fork(
                                () -> {
                                  throw failure;
                                })
                            .join();
                      }
                    }));
    assertThat(thrown.failures()).containsExactly(failure, cleanUp);
  }

  @Test
  void aFailureOfCleanUpOnAFailureThatASiblingPassesOnIsNotLost() {
    IOException cleanUp = new IOException("clean-up");
    TaskFailedException thrown =
        failed(
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
                      g.fork(
                          () -> {
                            try (AutoCloseable resource =
                                () -> {
                                  throw cleanUp;
                                }) {
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
                      g.fork(
                          "bad",
                          () -> {
                            waits.countDown();
                            try {
                              Selvage.sleep(LONG);
                            } catch (CancelledException e) {
                              throw failure;
                            }
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
                          g.fork(
                              () -> {
                                waits.countDown();
                                try {
                                  Selvage.sleep(LONG);
                                } catch (CancelledException e) {
                                  seen.set(e);
                                  throw e;
                                }
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
                        g.fork(
                                () -> {
                                  throw failure;
                                })
                            .join();
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
                        g.fork(
                                () -> {
                                  throw failure;
                                })
                            .join();
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
                              Task<?> bad =
                                  g.fork(
                                      () -> {
                                        throw failure;
                                      });
                              awaitCondition("it fails", bad::isDone);
                              throw closed;
                            })))
        .isSameAs(closed);
    assertThat(uncaught).containsExactly(failure);
  }

  @Test
  void aTaskThatFailsInTheCleanUpOfAnIntendedCancelFailsTheGroup() {
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.fork(
                          () -> {
                            waits.countDown();
                            try {
                              Selvage.sleep(LONG);
                            } finally {
                              throwIt(failure);
                            }
                          });
                      Threads.await(waits);
                      g.cancel("done");
                    }));
    assertThat(thrown.getCause()).isSameAs(failure);
  }

  private static void throwIt(Exception e) throws Exception {
    throw e;
  }

  @Test
  void whatRidesOnTheCancellationOfATaskFailsTheGroup() {
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch waits = new CountDownLatch(1);
                      g.fork(
                          () -> {
                            try (AutoCloseable resource =
                                () -> {
                                  throw failure;
                                }) {
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
  void whatRidesOnTheCancellationOfTheBodyFailsTheGroup() {
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g -> {
                      try (AutoCloseable resource =
                          () -> {
                            throw failure;
                          }) {
                        g.cancel("done");
                        Selvage.checkpoint();
                      }
                    }));
    assertThat(thrown.getCause()).isSameAs(failure);
  }

  @Test
  void whatRidesOnAnOuterCancellationOfTheBodyIsNotLostBesideAFailedTask() throws Exception {
    IOException cleanUp = new IOException("clean-up");
    CancelScope outer = CancelScope.create();
    TaskFailedException thrown =
        failed(
            () ->
                outer.run(
                    () ->
                        TaskGroup.run(
                            g -> {
                              CountDownLatch waits = new CountDownLatch(1);
                              g.fork(
                                  () -> {
                                    waits.countDown();
                                    try {
                                      Selvage.sleep(LONG);
                                    } catch (CancelledException e) {
                                      throw failure;
                                    }
                                  });
                              Threads.await(waits);
                              try (AutoCloseable resource =
                                  () -> {
                                    throw cleanUp;
                                  }) {
                                outer.cancel();
                                Selvage.checkpoint();
                              }
                            })));
    assertThat(thrown.failures()).containsExactly(failure, cleanUp);
  }

  // ---- cancel

  @ParameterizedTest
  @EnumSource
  void cancelEndsTheGroupEarlyAndIsNoFailure(Kind kind) throws Exception {
    AtomicInteger cleanedUp = new AtomicInteger();
    kind.options()
        .run(
            g -> {
              CountDownLatch waits = new CountDownLatch(3);
              for (int i = 0; i < 3; i++) {
                g.fork(
                    () -> {
                      try {
                        waits.countDown();
                        Selvage.sleep(LONG);
                      } finally {
                        cleanedUp.incrementAndGet();
                      }
                    });
              }
              Threads.await(waits);
              assertThat(g.cancel("enough")).isTrue();
              assertThat(g.cancel("again")).isFalse();
              assertThat(g.scope().reason()).contains("enough");
            });
    assertThat(cleanedUp).hasValue(3);
    Selvage.checkpoint();
  }

  @Test
  void aBodyThatCancelsItsGroupIsInsideAndTheGroupAbsorbsThat() throws Exception {
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    AtomicBoolean ranOn = new AtomicBoolean();
    TaskGroup.run(
        g -> {
          group.set(g);
          g.cancel("mine");
          Selvage.checkpoint();
          ranOn.set(true);
        });
    assertThat(ranOn).isFalse();
    assertThat(group.get().scope().cancelledCaught()).isTrue();
    Selvage.checkpoint();
  }

  @ParameterizedTest
  @EnumSource
  void cancelByATaskOrAnotherThreadEndsABodyThatWaits(Kind kind) throws Exception {
    kind.complete(
        () -> {
          TaskGroup.run(
              g -> {
                g.fork(() -> g.cancel("by a task"));
                Selvage.sleep(LONG);
              });
          TaskGroup.run(
              g -> {
                g.fork(() -> g.cancel("by a task"));
                Thread.sleep(LONG);
              });
          Selvage.checkpoint();
          Thread.sleep(0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void cancelWhileTheOwnerWaitsAtTheEndEndsTheGroupNormally(Kind kind) throws Exception {
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    Running<Void> owner =
        kind.run(
            () ->
                TaskGroup.run(
                    g -> {
                      g.fork(() -> Selvage.sleep(LONG));
                      group.set(g);
                    }));
    awaitCondition("it runs", () -> group.get() != null);
    awaitBlocked(owner.thread());
    group.get().cancel("stop");
    owner.get();
  }

  @Test
  void aCancelledGroupWithAResultSaysThatThereIsNone() {
    assertThatThrownBy(
            () ->
                TaskGroup.call(
                    g -> {
                      g.cancel("enough");
                      Selvage.checkpoint();
                      return 1;
                    }))
        .isInstanceOfSatisfying(
            TaskCancelledException.class, e -> assertThat(e.reason()).isEqualTo("enough"))
        .hasMessageContaining("group 'group'");
  }

  @Test
  void aCancelledGroupWhoseBodyHasAResultReturnsIt() throws Exception {
    assertThat(
            TaskGroup.<Integer, RuntimeException>call(
                g -> {
                  g.cancel("enough");
                  return 1;
                }))
        .isEqualTo(1);
    Selvage.checkpoint();
  }

  @Test
  void aTaskForkedIntoACancelledGroupNeverRunsAndIsCancelled() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    TaskGroup.run(
        g -> {
          g.cancel("enough");
          Task<?> task = g.fork(() -> ran.set(true));
          assertThat(task.state()).isEqualTo(Task.State.CANCELLED);
          assertThatThrownBy(task::resultNow)
              .isInstanceOfSatisfying(
                  TaskCancelledException.class, e -> assertThat(e.reason()).isEqualTo("enough"));
        });
    assertThat(ran).isFalse();
  }

  @Test
  void aTaskThatMerelyGotCancelledIsNoFailure() throws Exception {
    AtomicReference<Task<?>> task = new AtomicReference<>();
    TaskGroup.run(
        g -> {
          task.set(g.fork(() -> Selvage.sleep(LONG)));
          g.cancel();
        });
    assertThat(task.get().state()).isEqualTo(Task.State.CANCELLED);
  }

  @Test
  void aPlainInterruptedExceptionOfATaskThatNobodyCancelledIsAFailure() {
    InterruptedException stray = new InterruptedException("stray");
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g ->
                        g.fork(
                            () -> {
                              throw stray;
                            })));
    assertThat(thrown.getCause()).isSameAs(stray);
  }

  @Test
  void anOuterCancelReachesTheTasksAndPassesTheGroup() throws Exception {
    CancelScope outer = CancelScope.create();
    AtomicBoolean ranOn = new AtomicBoolean();
    AtomicReference<Task<?>> task = new AtomicReference<>();
    assertThat(
            outer.run(
                () -> {
                  TaskGroup.run(
                      g -> {
                        task.set(g.fork(() -> Selvage.sleep(LONG)));
                        outer.cancel("outer");
                        Selvage.sleep(LONG);
                      });
                  ranOn.set(true);
                }))
        .isFalse();
    assertThat(ranOn).isFalse();
    assertThat(outer.cancelledCaught()).isTrue();
    assertThat(task.get().state()).isEqualTo(Task.State.CANCELLED);
  }

  @Test
  void aTimedOutGroupIsCancelledAndJoinedBeforeTheCallReturns() throws Exception {
    AtomicInteger alive = new AtomicInteger();
    assertThat(
            CancelScope.moveOnAfter(
                Duration.ofMillis(3),
                () ->
                    TaskGroup.run(
                        g -> {
                          for (int i = 0; i < 5; i++) {
                            g.fork(
                                () -> {
                                  alive.incrementAndGet();
                                  try {
                                    Selvage.sleep(LONG);
                                  } finally {
                                    alive.decrementAndGet();
                                  }
                                });
                          }
                          Selvage.sleep(LONG);
                        })))
        .isFalse();
    assertThat(alive).hasValue(0);
  }

  @Test
  void aGroupInsideOfACancelledScopeRunsNothing() throws Exception {
    CancelScope outer = CancelScope.create();
    AtomicBoolean ran = new AtomicBoolean();
    outer.run(
        () -> {
          outer.cancel();
          TaskGroup.run(g -> g.fork(() -> ran.set(true)));
        });
    assertThat(ran).isFalse();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  // ---- interrupts from outside

  @ParameterizedTest
  @EnumSource
  void anInterruptOfTheOwnerInTheBodyCancelsAndJoinsTheTasksAndGoesOn(Kind kind) {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    CountDownLatch waits = new CountDownLatch(1);
    Running<Void> owner =
        kind.run(
            () ->
                TaskGroup.run(
                    g -> {
                      group.set(g);
                      g.fork(
                          () -> {
                            waits.countDown();
                            try {
                              Selvage.sleep(LONG);
                            } catch (CancelledException e) {
                              seen.set(e);
                              throw e;
                            }
                          });
                      Selvage.sleep(LONG);
                    }));
    Threads.await(waits);
    awaitBlocked(owner.thread());
    owner.thread().interrupt();
    assertThat(owner.failure()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(seen.get())
        .isInstanceOfSatisfying(
            CancelledException.class, e -> assertThat(e.source()).isEqualTo(Source.INTERRUPT));
    assertThat(group.get().running()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptOfTheOwnerAtTheEndCancelsAndJoinsTheTasksAndIsThrown(Kind kind) {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CountDownLatch waits = new CountDownLatch(1);
    Running<Void> owner =
        kind.run(
            () ->
                TaskGroup.run(
                    g ->
                        g.fork(
                            () -> {
                              waits.countDown();
                              try {
                                Selvage.sleep(LONG);
                              } catch (CancelledException e) {
                                seen.set(e);
                                throw e;
                              }
                            })));
    Threads.await(waits);
    awaitBlocked(owner.thread());
    owner.thread().interrupt();
    assertThat(owner.failure())
        .isExactlyInstanceOf(InterruptedException.class)
        .hasMessageContaining("owner of group");
    assertThat(seen.get())
        .isInstanceOfSatisfying(
            CancelledException.class, e -> assertThat(e.source()).isEqualTo(Source.INTERRUPT));
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptOfTheOwnerBesideAFailureStaysInTheFlag(Kind kind) {
    CountDownLatch waits = new CountDownLatch(1);
    Running<Void> owner =
        kind.run(
                () ->
                    TaskGroup.run(
                        g ->
                            g.fork(
                                () -> {
                                  waits.countDown();
                                  try {
                                    Selvage.sleep(LONG);
                                  } catch (CancelledException e) {
                                    throw failure;
                                  }
                                })))
            .allowFlag();
    Threads.await(waits);
    awaitBlocked(owner.thread());
    owner.thread().interrupt();
    assertThat(owner.failure()).isInstanceOf(TaskFailedException.class);
    assertThat(owner.flagLeft()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void insideOfAShieldAnInterruptOfTheOwnerLeavesTheGroupAlone(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Task<Integer>> task = new AtomicReference<>();
    Running<Void> owner =
        kind.run(
                () ->
                    CancelScope.shieldUnlimited()
                        .run(
                            () ->
                                TaskGroup.run(
                                    g ->
                                        task.set(
                                            g.fork(
                                                () -> {
                                                  Threads.await(go);
                                                  Selvage.checkpoint();
                                                  return 1;
                                                })))))
            .allowFlag();
    awaitCondition("it is forked", () -> task.get() != null);
    awaitBlocked(owner.thread());
    owner.thread().interrupt();
    awaitCondition("it is noticed", () -> !owner.thread().isInterrupted());
    go.countDown();
    owner.get();
    assertThat(owner.flagLeft()).isTrue();
    assertThat(task.get().resultNow()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void insideOfAShieldAPendingInterruptOfTheOwnerLeavesTheGroupAlone(Kind kind) throws Exception {
    Running<Integer> owner =
        kind.start(
                () ->
                    CancelScope.shieldUnlimited()
                        .<Integer, RuntimeException>call(
                            () ->
                                TaskGroup.call(
                                    g -> {
                                      Task<Integer> task =
                                          g.fork(
                                              () -> {
                                                Selvage.sleep(Duration.ofMillis(2));
                                                return 1;
                                              });
                                      Thread.currentThread().interrupt();
                                      return task.join();
                                    }))
                        .orElseThrow())
            .allowFlag();
    assertThat(owner.get()).isEqualTo(1);
    assertThat(owner.flagLeft()).isTrue();
  }

  // ---- stress in small

  @ParameterizedTest
  @EnumSource
  void manyTasksRacingWithACancelAllEnd(Kind kind) throws Exception {
    int rounds = kind == Kind.VIRTUAL ? 200 : 30;
    for (int round = 0; round < rounds; round++) {
      List<Task<?>> tasks = new ArrayList<>();
      AtomicInteger inside = new AtomicInteger();
      kind.options()
          .run(
              g -> {
                for (int i = 0; i < 8; i++) {
                  boolean foreign = i % 2 == 0;
                  tasks.add(
                      g.fork(
                          () -> {
                            inside.incrementAndGet();
                            try {
                              if (foreign) {
                                Thread.sleep(LONG);
                              } else {
                                Selvage.sleep(LONG);
                              }
                            } finally {
                              inside.decrementAndGet();
                            }
                          }));
                }
                g.cancel("enough");
              });
      assertThat(inside).hasValue(0);
      assertThat(tasks).allMatch(task -> task.state() == Task.State.CANCELLED);
    }
  }
}
