package io.selvage.kernel.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.kernel.Scheduler;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.support.SimulationAbandoned;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The machine itself; what it is for is tested with the simulations of the test kit. */
@Timeout(60)
class SimulatedMachineTest {
  private static final long STALL = TimeUnit.SECONDS.toNanos(10);

  private final List<String> log = new ArrayList<>();
  private final Script script = new Script();
  private final SimulatedMachine machine = new SimulatedMachine(script, false, false);

  /** Picks as it is told, and writes everything down. */
  private static final class Script extends FirstCandidate {
    final List<String> steps = new ArrayList<>();
    IntUnaryOperator picks = count -> 0;
    long delay;

    @Override
    public int pick(Candidates candidates, Moment moment) {
      return picks.applyAsInt(candidates.size());
    }

    @Override
    public int pick(int count) {
      return picks.applyAsInt(count);
    }

    @Override
    public long arrives(SimulatedThread thread, String operation, boolean begins) {
      long once = delay;
      delay = 0;
      return once;
    }

    @Override
    public void takes(SimulatedThread thread, String operation, boolean begins) {
      steps.add(thread.name() + " " + operation);
    }

    @Override
    public boolean fails(SimulatedThread thread, String faultPoint) {
      return faultPoint.equals("bad");
    }
  }

  private @Nullable Throwable run(Runnable body) throws InterruptedException {
    return machine.run(body, STALL);
  }

  private static ThreadRecord self() {
    return ThreadRecord.current();
  }

  private void spawn(String name, Runnable body) {
    Threads.start(name, false, body);
  }

  @Test
  void oneThreadRunsAtATimeAndTheFirstCandidateGoesOn() throws Exception {
    Throwable failure =
        run(
            () -> {
              spawn("a", () -> log.add("a"));
              spawn("b", () -> log.add("b"));
              Step.before("work");
              log.add("main");
            });
    assertThat(failure).isNull();
    assertThat(log).containsExactly("main", "a", "b");
    assertThat(script.steps).containsExactly("main work");
    assertThat(machine.alive()).isEmpty();
  }

  @Test
  void atAStepTheDirectorMayPickAnother() throws Exception {
    script.picks = count -> count - 1;
    run(
        () -> {
          spawn("a", () -> log.add("a"));
          spawn("b", () -> log.add("b"));
          Step.before("work");
          log.add("main");
        });
    assertThat(log).containsExactly("b", "main", "a");
  }

  @Test
  void aThreadThatYieldsIsTheLastCandidate() throws Exception {
    run(
        () -> {
          spawn("a", () -> log.add("a"));
          machine.letOthersRun(self());
          log.add("main");
        });
    assertThat(log).containsExactly("a", "main");
  }

  @Test
  void unparkIsRememberedOnce() throws Exception {
    Throwable failure =
        run(
            () -> {
              machine.unpark(self());
              machine.unpark(self());
              machine.park(self(), this, WaitNode.NEVER);
              log.add("once");
              machine.park(self(), this, WaitNode.NEVER);
              log.add("twice");
            });
    assertThat(failure).hasMessage("stuck");
    assertThat(log).containsExactly("once");
  }

  @Test
  void parkEndsAtItsDeadlineInVirtualTime() throws Exception {
    run(
        () -> {
          machine.park(self(), this, 1000);
          log.add("at " + machine.now());
          machine.park(self(), this, 500);
          log.add("at " + machine.now());
        });
    assertThat(log).containsExactly("at 1000", "at 1000");
  }

  @Test
  void aThreadIsHeldUpAsLongAsTheDirectorSays() throws Exception {
    script.delay = 700;
    run(
        () -> {
          machine.unpark(self());
          Step.before("slow");
          log.add("at " + machine.now());
        });
    assertThat(log).containsExactly("at 700");
  }

  @Test
  void timersRunWhenNothingElseCanAndAreTakenBackWithoutATrace() throws Exception {
    Throwable failure =
        run(
            () -> {
              Timer first = machine.callAt(100, () -> log.add("first at " + machine.now()));
              Timer second = machine.callAt(200, () -> log.add("never"));
              assertThat(second.cancel()).isTrue();
              assertThat(second.cancel()).isFalse();
              machine.park(self(), this, 300);
              assertThat(first.cancel()).isFalse();
              log.add("main at " + machine.now());
            });
    assertThat(failure).isNull();
    assertThat(log).containsExactly("first at 100", "main at 300");
    assertThat(machine.timers()).isZero();
  }

  @Test
  void idleIsReachedWhenNoOtherThreadCanRunBeforeTimePasses() throws Exception {
    run(
        () -> {
          spawn(
              "a",
              () -> {
                for (int i = 0; i < 3; i++) {
                  machine.letOthersRun(self());
                  log.add("a" + i);
                }
                machine.park(self(), this, 50);
                log.add("late");
              });
          machine.awaitIdle(self());
          log.add("main at " + machine.now());
        });
    assertThat(log).containsExactly("a0", "a1", "a2", "main at 0", "late");
  }

  @Test
  void anInterruptOfTheLibraryIsIssuedWhenItsTargetRuns() throws Exception {
    run(
        () -> {
          ThreadRecord main = self();
          spawn(
              "a",
              () -> {
                machine.interrupt(main.root());
                log.add("a sees " + main.thread().isInterrupted());
              });
          machine.letOthersRun(main);
          log.add("main sees " + Thread.interrupted());
        });
    assertThat(log).containsExactly("a sees false", "main sees true");
  }

  @Test
  void anInterruptFromOutsideEndsAPark() throws Exception {
    Throwable failure =
        run(
            () -> {
              ThreadRecord main = self();
              spawn("a", () -> machine.interruptFromOutside(SimulatedThread.of(main)));
              machine.park(main, this, WaitNode.NEVER);
              log.add("main sees " + Thread.interrupted());
            });
    assertThat(failure).isNull();
    assertThat(log).containsExactly("main sees true");
  }

  @Test
  void aRealInterruptEndsAParkToo() throws Exception {
    Throwable failure =
        run(
            () -> {
              ThreadRecord main = self();
              spawn(
                  "a",
                  () -> {
                    main.thread().interrupt();
                    while (!SimulatedThread.of(main).interruptedFromOutside) {
                      io.selvage.Threads.letOthersRun(); // its thread is about to say so
                    }
                  });
              machine.park(main, this, WaitNode.NEVER);
              log.add("main sees " + Thread.interrupted());
            });
    assertThat(failure).isNull();
    assertThat(log).containsExactly("main sees true");
  }

  @Test
  void foreignCodeRunsOnAThreadOfItsOwn() throws Exception {
    run(
        () -> {
          Thread main = Thread.currentThread();
          machine.runDetached(() -> log.add("apart: " + (Thread.currentThread() != main)));
          log.add("main");
        });
    assertThat(log).containsExactly("main", "apart: true");
  }

  @Test
  void limitedSchedulersWorkOnIt() throws Exception {
    run(
        () -> {
          Scheduler one = machine.parallel().limited(1);
          assertThat(one.machine()).isSameAs(machine);
          assertThat(one.unlimited()).isSameAs(machine.parallel());
          assertThat(machine.fails(self(), "bad")).isTrue();
          assertThat(Step.fails("good")).isFalse();
          assertThat(Step.fails("bad")).isTrue();
        });
    assertThat(machine).hasToString("a simulation");
  }

  @Test
  void aFailedRunEndsAllItsThreads() throws Exception {
    List<Thread> threads = new ArrayList<>();
    Throwable failure =
        run(
            () -> {
              for (int i = 0; i < 3; i++) {
                spawn(
                    "t" + i,
                    () -> {
                      threads.add(Thread.currentThread());
                      machine.park(self(), this, WaitNode.NEVER);
                    });
              }
              machine.awaitIdle(self());
              machine.fail(new IllegalArgumentException("enough"));
              assertThatThrownBy(() -> Step.before("more")).isInstanceOf(SimulationAbandoned.class);
              machine.letOthersRun(self());
              assertThatThrownBy(() -> machine.park(self(), this, 1))
                  .isInstanceOf(SimulationAbandoned.class);
              assertThatThrownBy(() -> machine.awaitIdle(self()))
                  .isInstanceOf(SimulationAbandoned.class);
              Step.within("the rest");
              machine.unpark(self());
              machine.runDetached(() -> log.add("never"));
              assertThat(machine.callAt(1, () -> {}).cancel()).isTrue();
              machine.fail(new IllegalStateException("later"));
            });
    assertThat(failure).hasMessage("enough");
    for (Thread thread : threads) {
      assertThat(thread.join(java.time.Duration.ofSeconds(10))).isTrue();
    }
    assertThat(machine.alive()).isEmpty();
    assertThat(log).isEmpty();
  }

  @Test
  void aThreadWithoutStepsIsReportedAndInterrupted() throws Exception {
    Throwable failure =
        machine.run(
            () -> {
              try {
                new java.util.concurrent.CountDownLatch(1).await();
              } catch (InterruptedException e) {
                log.add("interrupted");
              }
            },
            TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(failure).hasMessage("stalled in main");
    assertThat(log).containsExactly("interrupted");
  }

  @Test
  void othersAreRefused() throws Exception {
    AtomicReference<ThreadRecord> main = new AtomicReference<>();
    SimulatedMachine open = new SimulatedMachine(script, false, true);
    Throwable failure =
        open.run(
            () -> {
              main.set(self());
              Thread raw = Thread.ofVirtual().unstarted(() -> open.unpark(main.get()));
              raw.setUncaughtExceptionHandler((thread, thrown) -> log.add(thrown.getMessage()));
              raw.start();
              try {
                raw.join();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            },
            STALL);
    assertThat(failure).hasMessageContaining("which is not simulated, wakes 'main'");
    assertThat(log).hasSize(1);
  }

  @Test
  void rawThreadsAreRefusedInsideOnly() throws Exception {
    assertThat(SimulatedMachine.isInside()).isFalse();
    Throwable failure =
        run(
            () -> {
              assertThat(SimulatedMachine.isInside()).isTrue();
              assertThatThrownBy(() -> new Thread(() -> {}))
                  .hasMessage("a raw thread is made on main, a simulated one");
            });
    assertThat(failure).hasMessageContaining("a raw thread is made");
    assertThat(new Thread(() -> {}).getState()).isEqualTo(Thread.State.NEW);
  }

  @Test
  void theThreadsOfTheMachineCanBePlatformThreads() throws Exception {
    SimulatedMachine onPlatform = new SimulatedMachine(script, true, false);
    onPlatform.run(
        () -> {
          log.add("virtual: " + Thread.currentThread().isVirtual());
          log.add("task: " + Threads.unstarted("t", () -> {}).isVirtual());
        },
        STALL);
    assertThat(log).containsExactly("virtual: false", "task: false");
  }

  @Test
  void stepsAreCounted() throws Exception {
    run(
        () -> {
          Step.before("a");
          Step.within("b");
        });
    assertThat(machine.steps()).isEqualTo(2);
    assertThat(Step.simulating()).isFalse();
  }
}
