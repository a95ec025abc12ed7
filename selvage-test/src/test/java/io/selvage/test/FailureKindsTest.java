package io.selvage.test;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingConsumer;
import io.selvage.service.CloseSignal;
import io.selvage.service.ThreadService;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.run.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run can fail with besides what the program throws. */
@Timeout(60)
class FailureKindsTest {

  private static SimulationFailure failureOf(ThrowingConsumer<SimulationRun, Exception> body) {
    return Failures.ofRun(Simulation.options().withName("test"), body);
  }

  private static SimulationFailure stallOf(ThrowingConsumer<SimulationRun, Exception> body) {
    return Failures.ofRun(
        Simulation.options().withName("test").withStallLimit(ofMillis(300)), body);
  }

  /** Once more if a busy machine has held it up before it got into {@code method}. */
  private static SimulationFailure stallIn(
      String method, ThrowingConsumer<SimulationRun, Exception> body) {
    SimulationFailure failure;
    do {
      failure = stallOf(body);
    } while (Stream.of(failure.getCause().getStackTrace())
        .noneMatch(frame -> frame.getMethodName().equals(method)));
    return failure;
  }

  private static void spin(AtomicBoolean enough) {
    while (!enough.get() && !Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  // ---- deadlock, leak

  @Test
  void tasksThatWaitForEachOtherAreADeadlock() {
    SimulationFailure failure =
        failureOf(
            run -> {
              Channel<Integer> a = Channel.unbounded();
              Channel<Integer> b = Channel.unbounded();
              TaskGroup.options()
                  .withName("pair")
                  .run(
                      group -> {
                        group.fork("one", () -> b.send(a.receive()));
                        group.fork("two", () -> a.send(b.receive()));
                      });
            });
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure)
        .hasMessageContaining("no task can run, and none waits for a time")
        .hasMessageContaining(
            """
            the tasks
              main (virtual, waits 0 s uncancellably in TaskGroup.end for group 'pair')
              └ group 'pair', 2 tasks
                ├ pair/one (virtual, waits 0 s in Channel.receive for Channel[0 queued, 1 waiting])
                └ pair/two (virtual, waits 0 s in Channel.receive for Channel[0 queued, 1 waiting])""");
  }

  @Test
  void theThreadsOfAFailedRunEnd() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<String> cleanedUp = new ArrayList<>();
    SimulationFailure failure =
        Failures.ofRun(
            Simulation.options().withoutShortening(),
            run ->
                TaskGroup.run(
                    group -> {
                      for (int i = 0; i < 5; i++) {
                        group.launch(
                            () -> {
                              threads.add(Thread.currentThread());
                              try {
                                Selvage.sleep(ofSeconds(1));
                                CloseSignal never = new CloseSignal();
                                CancelScope.shieldUnlimited().run(never::await);
                              } finally {
                                synchronized (cleanedUp) {
                                  cleanedUp.add("done");
                                }
                              }
                            });
                      }
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure.getMessage()).doesNotContain("left behind");
    for (Thread thread : threads) {
      assertThat(thread.join(ofSeconds(10))).isTrue();
    }
    assertThat(cleanedUp).hasSize(5);
  }

  @Test
  void aServiceThatIsNeverStoppedIsALeak() {
    SimulationFailure failure =
        failureOf(
            run -> ThreadService.virtual("heart", service -> service.scope().await()).start());
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure)
        .hasMessageContaining("the body has ended, but not everything that it started")
        .hasMessageContaining("service heart (virtual, waits 0 s in CloseSignal.await");
  }

  @Test
  void aTimerThatStaysArmedIsALeak() {
    SimulationFailure failure =
        failureOf(
            run -> {
              var unused = CancelScope.moveOnAfter(ofDays(1)).enter();
            });
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("timers are armed: 1");
  }

  @Test
  void anInterruptFlagThatStaysSetIsALeak() {
    SimulationFailure failure = failureOf(run -> Thread.currentThread().interrupt());
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("the body has ended with its interrupt flag set");
  }

  // ---- too long

  @Test
  void goingRoundInCirclesHitsTheStepLimit() {
    SimulationFailure failure =
        Failures.ofRun(
            Simulation.options().withStepLimit(500),
            run -> {
              while (true) {
                Selvage.checkpoint();
              }
            });
    assertThat(failure.kind()).isEqualTo(Kind.STEP_LIMIT);
    assertThat(failure).hasMessageContaining("more than 500 steps; does it run in circles?");
  }

  /** A task waits for another one by a loop, and polls in each round. */
  private static SimulationFailure failureOfPolling(ThrowingConsumer<SimulationRun, ?> poll) {
    return Failures.ofRun(
        Simulation.options().withStepLimit(500),
        run ->
            TaskGroup.run(
                group -> {
                  AtomicBoolean ready = new AtomicBoolean();
                  group.launch(
                      () -> {
                        Selvage.sleep(ofSeconds(1));
                        ready.set(true);
                      });
                  while (!ready.get()) {
                    poll.accept(run);
                  }
                }));
  }

  @Test
  void pollingForTheOthersToBlockHitsTheStepLimit() {
    SimulationFailure failure = failureOfPolling(SimulationRun::awaitAllBlocked);
    assertThat(failure.kind()).isEqualTo(Kind.STEP_LIMIT);
  }

  @Test
  void aPollingLoopDoesNotLetTimePass() {
    SimulationFailure failure = failureOfPolling(run -> Selvage.checkpoint());
    assertThat(failure.kind()).isEqualTo(Kind.STEP_LIMIT);
    assertThat(failure).hasMessageContaining("A loop that polls keeps time from passing");
  }

  @Test
  void anEndlessComputationIsStalled() {
    AtomicBoolean enough = new AtomicBoolean();
    SimulationFailure failure =
        stallIn("spin", run -> TaskGroup.run(group -> group.launch("busy", () -> spin(enough))));
    enough.set(true);
    assertThat(failure.kind()).isEqualTo(Kind.STALLED);
    assertThat(failure)
        .hasMessageContaining("task 'group/busy' has not got to a Selvage operation for PT0.3S")
        .hasMessageContaining("group/busy (virtual, running")
        .hasMessageContaining("RUNNABLE");
  }

  @Test
  void aRealBlockingCallIsStalledWithItsStack() {
    SimulationFailure failure = stallIn("take", run -> new LinkedBlockingQueue<String>().take());
    assertThat(failure.kind()).isEqualTo(Kind.STALLED);
    assertThat(failure)
        .hasMessageContaining("its thread is WAITING")
        .hasMessageContaining("no Thread.sleep, no lock that is held across an operation");
  }

  @Test
  void aLockHeldAcrossAnOperationIsStalled() {
    SimulationFailure failure =
        stallOf(
            run -> {
              ReentrantLock lock = new ReentrantLock();
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < 2; i++) {
                      group.launch(
                          () -> {
                            lock.lock();
                            try {
                              Selvage.sleep(ofSeconds(1));
                            } finally {
                              lock.unlock();
                            }
                          });
                    }
                  });
            });
    assertThat(failure.kind()).isEqualTo(Kind.STALLED);
    assertThat(failure.getMessage()).doesNotContain("left behind");
  }

  @Test
  void aThreadThatIgnoresEverythingIsNamedAsLeftBehind() {
    CountDownLatch letGo = new CountDownLatch(1);
    SimulationFailure failure =
        stallIn(
            "await",
            run ->
                TaskGroup.run(
                    group ->
                        group.launch(
                            "deaf",
                            () -> {
                              while (letGo.getCount() > 0) {
                                try {
                                  letGo.await();
                                } catch (InterruptedException e) {
                                  // not now
                                }
                              }
                            })));
    letGo.countDown();
    assertThat(failure.kind()).isEqualTo(Kind.STALLED);
    assertThat(failure)
        .hasMessageContaining("did not end when the run was given up, and are left behind")
        .hasMessageContaining("group/deaf");
  }

  // ---- invariants

  @Test
  void anInvariantIsCheckedAfterEachStep() {
    SimulationFailure failure =
        failureOf(
            run -> {
              int[] open = {0};
              run.invariant("at most one is open", () -> assertThat(open[0]).isLessThan(2));
              TaskGroup.run(
                  group -> {
                    for (int i = 0; i < 2; i++) {
                      group.launch(
                          () -> {
                            open[0]++;
                            Selvage.sleep(ofSeconds(1));
                            open[0]--;
                          });
                    }
                  });
            });
    assertThat(failure.kind()).isEqualTo(Kind.INVARIANT);
    assertThat(failure).hasMessageContaining("invariant 'at most one is open' does not hold");
    assertThat(failure).hasCauseInstanceOf(AssertionError.class);
  }

  @Test
  void anInvariantThatWaitsIsRefused() {
    SimulationFailure failure =
        failureOf(
            run -> {
              Channel<Integer> channel = Channel.unbounded();
              run.invariant("silly", channel::receive);
              Selvage.sleep(ofSeconds(1));
            });
    assertThat(failure.kind()).isEqualTo(Kind.INVARIANT);
    assertThat(failure.getCause()).hasMessageContaining("an invariant must not wait");
  }

  // ---- foreign threads

  @Test
  void aRawThreadIsRefusedWhereItIsMade() {
    for (ThrowingConsumer<SimulationRun, Exception> body :
        List.<ThrowingConsumer<SimulationRun, Exception>>of(
            run -> new Thread(() -> {}).start(),
            run -> Thread.startVirtualThread(() -> {}),
            run -> Executors.newSingleThreadExecutor().submit(() -> {}),
            run -> Executors.newVirtualThreadPerTaskExecutor().submit(() -> {}))) {
      SimulationFailure failure = failureOf(body);
      assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
      assertThat(failure)
          .hasMessageContaining("a raw thread is made on main, a simulated one")
          .hasMessageContaining("use TaskGroup.fork or a service");
    }
  }

  @Test
  void rawThreadsCanBeAllowed() {
    AtomicReference<Thread> raw = new AtomicReference<>();
    Simulation.options()
        .withForeignThreads()
        .run(1, () -> raw.set(Thread.startVirtualThread(() -> {})));
    assertThat(raw.get()).isNotNull();
  }

  @Test
  void aForeignThreadThatTakesPartFailsTheRun() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      pool.submit(() -> {}).get(); // it has its thread
      CompletableFuture<Throwable> refused = new CompletableFuture<>();
      SimulationFailure failure =
          failureOf(
              run -> {
                Channel<Integer> channel = Channel.unbounded();
                TaskGroup.run(
                    group -> {
                      group.fork("reader", channel::receive);
                      run.awaitAllBlocked();
                      pool.submit(
                          () -> {
                            try {
                              channel.send(1);
                              refused.complete(null);
                            } catch (Throwable e) {
                              refused.complete(e);
                            }
                          });
                      refused.get(10, TimeUnit.SECONDS);
                    });
              });
      assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
      assertThat(failure)
          .hasMessageContaining("which is not simulated, wakes 'group/reader', which is");
      assertThat(refused.get()).isNotNull();
    }
  }

  @Test
  void aParallelStreamIsRefusedOrRunsHere() {
    // the common pool may have its threads already; then they do not touch the simulation
    try {
      Simulation.run(1, () -> assertThat(IntStream.range(0, 9).parallel().sum()).isEqualTo(36));
    } catch (SimulationFailure failure) {
      assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
    }
  }

  // ---- interrupts of the caller

  @Test
  void anInterruptOfTheCallerAbandonsTheRun() {
    Thread.currentThread().interrupt();
    SimulationFailure failure = failureOf(run -> Selvage.sleep(ofSeconds(1)));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure.kind()).isEqualTo(Kind.INTERRUPTED);
  }

  // ---- what is not a failure

  @Test
  void aCancelledTaskIsNone() {
    Simulation.explore(
        50,
        () ->
            TaskGroup.run(
                group -> {
                  Task<?> task = group.launch(() -> Selvage.sleep(ofDays(1)));
                  task.cancel("enough");
                  assertThatThrownBy(task::join).hasMessageContaining("enough");
                }));
  }

  // ---- the kinds themselves

  @Test
  void theKindsAreTheProblemsOfARun() {
    assertThat(Kind.values())
        .extracting(Kind::name)
        .containsExactly(Arrays.stream(Problem.values()).map(Problem::name).toArray(String[]::new));
  }
}
