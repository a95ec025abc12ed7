package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepThenCleanUp;
import static io.selvage.Bodies.sleepThenFail;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Checks.taskFailureOf;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelledException.Source;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a group is cancelled, by itself, from outside, and by interrupts. */
@ExtendWith(LeakCheck.class)
class TaskGroupCancelTest {
  private final IOException failure = new IOException("disk");

  // ---- cancel

  @ParameterizedTest
  @EnumSource
  void cancelEndsTheGroupEarlyAndIsNoFailure(Kind kind) throws Exception {
    AtomicInteger cleanedUp = new AtomicInteger();
    CountDownLatch waits = new CountDownLatch(3);
    ThrowingRunnable<InterruptedException> body =
        () -> {
          waits.countDown();
          sleepThenCleanUp(cleanedUp::incrementAndGet);
        };
    kind.options()
        .run(
            g -> {
              for (int i = 0; i < 3; i++) {
                g.launch(body);
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
                      g.launch(() -> Selvage.sleep(LONG));
                      group.set(g);
                    }));
    awaitCondition("it runs", () -> group.get() != null);
    awaitBlocked(owner.thread());
    group.get().cancel("stop");
    owner.get();
  }

  @Test
  void aCancellationOfAnotherScopeThatItsBodyThrowsLeavesTheGroupUncaught() {
    AtomicReference<CancelScope> ofGroup = new AtomicReference<>();
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    g -> {
                      ofGroup.set(g.scope());
                      CancelScope byHand = CancelScope.create();
                      try (EnteredScope stay = byHand.enter()) {
                        stay.scope().cancel("of the inner scope");
                        Selvage.checkpoint();
                      }
                    }))
        .isInstanceOf(CancelledException.class)
        .hasMessage("cancelled: of the inner scope");
    assertThat(ofGroup.get().isCancelled()).isTrue();
    assertThat(ofGroup.get().cancelledCaught()).isFalse();
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
          Task<?> task = g.launch(() -> ran.set(true));
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
          task.set(g.launch(() -> Selvage.sleep(LONG)));
          g.cancel();
        });
    assertThat(task.get().state()).isEqualTo(Task.State.CANCELLED);
  }

  @Test
  void aPlainInterruptedExceptionOfATaskThatWasNotCancelledIsAFailure() {
    InterruptedException stray = new InterruptedException("stray");
    TaskFailedException thrown =
        taskFailureOf(() -> TaskGroup.run(g -> g.fork(() -> failWith(stray))));
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
                        task.set(g.launch(() -> Selvage.sleep(LONG)));
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
            CancelScope.moveOnAfter(Duration.ofMillis(3))
                .run(
                    () ->
                        TaskGroup.run(
                            g -> {
                              for (int i = 0; i < 5; i++) {
                                g.launch(
                                    () -> {
                                      alive.incrementAndGet();
                                      sleepThenCleanUp(() -> alive.decrementAndGet());
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
          TaskGroup.run(g -> g.launch(() -> ran.set(true)));
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
                      g.launch(
                          () -> {
                            waits.countDown();
                            sleepUntilCancelled(e -> seen.set(e));
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
                        g.launch(
                            () -> {
                              waits.countDown();
                              sleepUntilCancelled(e -> seen.set(e));
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
                            g.launch(
                                () -> {
                                  waits.countDown();
                                  sleepThenFail(failure);
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
    AtomicInteger inside = new AtomicInteger();
    ThrowingRunnable<InterruptedException> sleeps =
        () -> {
          inside.incrementAndGet();
          sleepThenCleanUp(inside::decrementAndGet);
        };
    ThrowingRunnable<InterruptedException> blocks =
        () -> {
          inside.incrementAndGet();
          try {
            Thread.sleep(LONG);
          } finally {
            inside.decrementAndGet();
          }
        };
    int rounds = kind == Kind.VIRTUAL ? 200 : 30;
    for (int round = 0; round < rounds; round++) {
      List<Task<?>> tasks = new ArrayList<>();
      kind.options()
          .run(
              g -> {
                for (int i = 0; i < 4; i++) {
                  tasks.add(g.launch(blocks));
                  tasks.add(g.launch(sleeps));
                }
                g.cancel("enough");
              });
      assertThat(inside).hasValue(0);
      assertThat(tasks).allMatch(task -> task.state() == Task.State.CANCELLED);
    }
  }
}
