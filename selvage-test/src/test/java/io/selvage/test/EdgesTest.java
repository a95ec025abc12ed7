package io.selvage.test;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.CancelScope;
import io.selvage.FaultPoint;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingConsumer;
import io.selvage.service.RequestRegistry;
import io.selvage.service.ThreadService;
import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where it would be easy to get a simulation wrong. */
@Timeout(60)
class EdgesTest {
  private static SimulationFailure failureOf(
      SimulationOptions options, ThrowingConsumer<SimulationRun, Exception> body) {
    return catchThrowableOfType(SimulationFailure.class, () -> options.run(1, body));
  }

  // ---- interrupts

  @Test
  void anInterruptBetweenTasksIsNoticedAtTheSameStepInEveryRun() {
    Set<Integer> prints = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      prints.add(
          Simulation.options()
              .withName("interrupt")
              .run(
                  7,
                  run ->
                      assertThatThrownBy(
                              () ->
                                  TaskGroup.run(
                                      group -> {
                                        AtomicReference<Thread> reader = new AtomicReference<>();
                                        group.launch(
                                            () -> {
                                              reader.set(Thread.currentThread());
                                              Channel.<String>unbounded().receive();
                                            });
                                        run.awaitAllBlocked();
                                        reader.get().interrupt();
                                        Selvage.checkpoint();
                                      }))
                          .isInstanceOf(TaskFailedException.class)
                          .hasCauseExactlyInstanceOf(InterruptedException.class))
              .fingerprint());
    }
    assertThat(prints).hasSize(1);
  }

  /**
   * One that was woken otherwise at the same time has its flag; it must not be woken for it again.
   */
  @Test
  void anInterruptWakesOnce() {
    assertThat(schedulesOfReaders(true)).isEqualTo(schedulesOfReaders(false));
  }

  private static long schedulesOfReaders(boolean byTheWriter) {
    return Simulation.options()
        .withStrategy(Strategy.exhaustive(0))
        .explore(
            100_000,
            run ->
                TaskGroup.run(
                    group -> {
                      Channel<Integer> last = Channel.unbounded();
                      List<Thread> readers = new ArrayList<>();
                      Channel<Integer> first = Channel.unbounded();
                      for (int i = 0; i < 2; i++) {
                        group.launch(() -> readTwice(first, last, readers, !byTheWriter));
                      }
                      run.awaitAllBlocked();
                      for (Thread reader : readers) {
                        if (byTheWriter) {
                          reader.interrupt();
                        }
                        first.send(1);
                      }
                      Selvage.sleep(ofSeconds(1));
                      last.close();
                    }))
        .runs();
  }

  private static void readTwice(
      Channel<Integer> first, Channel<Integer> last, List<Thread> readers, boolean interrupted)
      throws InterruptedException {
    readers.add(Thread.currentThread());
    first.receive();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    assertThatThrownBy(last::receive).isExactlyInstanceOf(InterruptedException.class);
    last.forEach(item -> {});
  }

  @Test
  void aTaskThatIsInterruptedBeforeItsFirstTurnFindsThat() {
    Simulation.options()
        .withStrategy(Strategy.exhaustive(1))
        .explore(
            10_000,
            run ->
                assertThatThrownBy(
                        () ->
                            TaskGroup.run(
                                group -> {
                                  Task<String> task =
                                      group.fork(Channel.<String>unbounded()::receive);
                                  run.interrupt(task);
                                }))
                    .hasCauseExactlyInstanceOf(InterruptedException.class));
  }

  // ---- what might go on for ever

  /** A foreign call that takes some steps, and is cancelled by another task meanwhile, or not. */
  private static void callThatIsCancelled(Runnable canceller) throws Exception {
    Channel<Integer> empty = Channel.unbounded();
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.fork(() -> scope.cancel());
          scope.run(
              () ->
                  Selvage.runCancellable(
                      () -> {
                        for (int i = 0; i < 10; i++) {
                          assertThat(empty.tryReceive()).isEmpty();
                        }
                      },
                      canceller::run));
        });
  }

  @Test
  void aCancellerMaySleep() {
    Set<Boolean> began = new HashSet<>();
    Simulation.options()
        .withStepLimit(10_000)
        .explore(
            300,
            () -> {
              List<String> log = new ArrayList<>();
              callThatIsCancelled(
                  () -> {
                    log.add("begins");
                    try {
                      Selvage.sleep(ofMillis(10));
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    log.add("ends");
                  });
              began.add(!log.isEmpty());
              assertThat(log).isIn(List.of(), List.of("begins", "ends"));
            });
    assertThat(began).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void pollingForTheOthersToBlockHitsTheStepLimit() {
    SimulationFailure failure =
        failureOf(
            Simulation.options().withStepLimit(1000),
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
                        run.awaitAllBlocked();
                      }
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.STEP_LIMIT);
  }

  @Test
  void pollingUnderAPriorityDoesNotKeepTheOthersOut() {
    Simulation.options()
        .withStrategy(Strategy.pct(1))
        .withStepLimit(20_000)
        .explore(
            50,
            () ->
                TaskGroup.run(
                    group -> {
                      Channel<Integer> channel = Channel.unbounded();
                      group.fork(() -> channel.send(1));
                      boolean received = false;
                      while (!received) {
                        received = channel.tryReceive().isPresent();
                      }
                    }));
  }

  @Test
  void theThreadsOfAnInterruptedRunEndEvenIfTheyLoop() throws Exception {
    AtomicLong loops = new AtomicLong();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatThrownBy(
                            () ->
                                Simulation.options()
                                    .withStepLimit(Long.MAX_VALUE)
                                    .run(
                                        1,
                                        () -> {
                                          while (true) {
                                            Selvage.checkpoint();
                                            loops.incrementAndGet();
                                          }
                                        }))
                        .isInstanceOf(SimulationFailure.class));
    while (loops.get() < 10) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    assertThat(caller.join(ofSeconds(20))).isTrue();
    long then = loops.get();
    assertThat(Simulation.explore(100, Programs::channels).runs()).isEqualTo(100);
    assertThat(loops.get()).isEqualTo(then);
  }

  // ---- foreign threads

  @Test
  void aForeignThreadThatCancelsATaskFailsTheRun() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      pool.submit(() -> {}).get();
      CompletableFuture<Throwable> refused = new CompletableFuture<>();
      SimulationFailure failure =
          failureOf(
              Simulation.options(),
              run ->
                  TaskGroup.run(
                      group -> {
                        Task<?> task =
                            group.launch(
                                () -> {
                                  for (int i = 0; i < 3; i++) {
                                    Selvage.checkpoint();
                                  }
                                });
                        for (int i = 0; i < 2; i++) {
                          Selvage.checkpoint();
                        }
                        pool.submit(
                            () -> {
                              try {
                                task.cancel("from outside");
                                refused.complete(new AssertionError("accepted"));
                              } catch (Throwable e) {
                                refused.complete(e);
                              }
                            });
                        refused.join();
                      }));
      assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
      assertThat(refused.join()).hasMessageContaining("which is not simulated");
    }
  }

  private static final class HasATimer {
    static final Timer TIMER = new Timer("made by a class", true);

    private HasATimer() {}
  }

  @Test
  void aClassThatMakesAThreadIsNotMadeUnusable() {
    SimulationFailure failure =
        failureOf(Simulation.options(), run -> assertThat(HasATimer.TIMER).isNotNull());
    assertThat(failure.kind()).isEqualTo(Kind.FOREIGN_THREAD);
    assertThat(HasATimer.TIMER).isNotNull();
    HasATimer.TIMER.cancel();
  }

  // ---- the library's own order

  @Test
  void scopeGroupsAndRegistriesHaveAnOrder() {
    for (long seed = 0; seed < 10; seed++) {
      Simulation.options()
          .checkDeterminism(
              seed,
              () -> {
                ScopeGroup running = new ScopeGroup();
                RequestRegistry<Object, String> replies = new RequestRegistry<>();
                TaskGroup.run(
                    group -> {
                      for (int i = 0; i < 8; i++) {
                        group.fork(() -> running.run(() -> Selvage.sleep(ofDays(1))));
                        group.fork(
                            () ->
                                assertThatThrownBy(
                                        () -> replies.request(new Object(), handle -> {}))
                                    .hasMessageContaining("enough"));
                      }
                      Selvage.sleep(ofSeconds(1));
                      running.cancel("enough");
                      replies.failAll(new IOException("enough"));
                    });
              });
    }
  }

  // ---- failures that nobody receives

  @Test
  void aFailureThatWouldGoToTheLogFailsTheRun() {
    SimulationFailure service =
        failureOf(
            Simulation.options(),
            run -> {
              ThreadService failing =
                  ThreadService.virtual(
                      "failing",
                      it -> {
                        it.started();
                        throw new IOException("disk");
                      });
              failing.start().awaitStopped();
            });
    assertThat(service.kind()).isEqualTo(Kind.UNCAUGHT);
    assertThat(service)
        .hasMessageContaining("failure of service failing")
        .hasCauseExactlyInstanceOf(IOException.class);

    SimulationFailure canceller =
        catchThrowableOfType(
            SimulationFailure.class,
            () ->
                Simulation.explore(
                    300,
                    () ->
                        callThatIsCancelled(
                            () -> {
                              throw new IllegalStateException("cannot cancel");
                            })));
    assertThat(canceller.kind()).isEqualTo(Kind.UNCAUGHT);
  }

  @Test
  void aFailureWithAHandlerDoesNot() {
    List<Throwable> handled = new ArrayList<>();
    Simulation.run(
        1,
        () ->
            TaskGroup.options()
                .withUncaughtHandler((name, failure) -> handled.add(failure))
                .run(
                    group ->
                        group.forkUnsupervised(
                            "failing",
                            () -> {
                              throw new IOException("disk");
                            })));
    assertThat(handled).hasSize(1);
  }

  // ---- choices

  @Test
  void aSureFaultIsNoChoice() {
    Exploration all =
        Simulation.options()
            .withFault("sure", 1)
            .withStrategy(Strategy.exhaustive(0))
            .explore(100, () -> assertThat(FaultPoint.fails("sure")).isTrue());
    assertThat(all.complete()).isTrue();
  }

  @Test
  void aYieldingTaskGoesBehindTheOthersAndAnotherOrderIsAPreemption() {
    assertThat(ordersOfYielding(0)).contains("abcabc", "cabcab").doesNotContain("aabbcc");
    assertThat(ordersOfYielding(2)).contains("abcabc", "abacbc", "abcacb", "cbabac", "aabbcc");
  }

  private static Set<String> ordersOfYielding(int preemptions) {
    Set<String> orders = new HashSet<>();
    Simulation.options()
        .withStrategy(Strategy.exhaustive(preemptions))
        .explore(
            100_000,
            () -> {
              StringBuilder order = new StringBuilder();
              TaskGroup.run(
                  group -> {
                    for (String letter : List.of("a", "b", "c")) {
                      group.launch(
                          () -> {
                            order.append(letter);
                            Selvage.checkpoint();
                            order.append(letter);
                          });
                    }
                  });
              orders.add(order.toString());
            });
    return orders;
  }

  @Test
  void aSearchSeesThatTheProgramDoesNotRepeatItself() {
    Random random = new Random(5);
    SimulationFailure failure =
        catchThrowableOfType(
            SimulationFailure.class,
            () ->
                Simulation.options()
                    .withStrategy(Strategy.exhaustive(1))
                    .explore(
                        10_000,
                        () ->
                            TaskGroup.run(
                                group -> {
                                  for (int i = random.nextInt(4); i >= 0; i--) {
                                    group.launch(() -> Selvage.throwIfCancelled());
                                  }
                                })));
    assertThat(failure.kind()).isEqualTo(Kind.NOT_DETERMINISTIC);
  }

  @Test
  void shorteningKeepsTheBugItWasGiven() {
    SimulationFailure failure =
        catchThrowableOfType(
            SimulationFailure.class,
            () -> Simulation.options().withFirstSeed(28).explore(2000, EdgesTest::twoBugs));
    SimulationFailure asFound =
        catchThrowableOfType(
            SimulationFailure.class,
            () ->
                Simulation.options()
                    .withFirstSeed(28)
                    .withoutShortening()
                    .explore(2000, EdgesTest::twoBugs));
    assertThat(failure.seed()).isEqualTo(asFound.seed());
    assertThat(failure.getCause().getCause().getClass())
        .isEqualTo(asFound.getCause().getCause().getClass());
  }

  /** Which of two exceptions is thrown depends on the order. */
  private static void twoBugs() throws Exception {
    List<String> order = new ArrayList<>();
    TaskGroup.run(
        group -> {
          for (String name : List.of("a", "b", "c")) {
            group.launch(
                () -> {
                  Selvage.throwIfCancelled();
                  order.add(name);
                  if (order.size() == 3 && name.equals("a")) {
                    throw order.getFirst().equals("b")
                        ? new IllegalStateException("one")
                        : new IllegalArgumentException("other");
                  }
                });
          }
        });
  }

  @Test
  void oneRunIsOneRun() {
    int[] runs = {0};
    assertThat(
            failureOf(
                Simulation.options(),
                run -> {
                  runs[0]++;
                  throw new IOException("no");
                }))
        .hasMessageContaining("as it was found");
    assertThat(runs[0]).isEqualTo(1);
  }

  @Test
  void anInvariantThatYieldsIsRefused() {
    SimulationFailure failure =
        failureOf(
            Simulation.options(),
            run -> {
              run.invariant("silly", () -> Selvage.checkpoint());
              Selvage.sleep(ofSeconds(1));
            });
    assertThat(failure.kind()).isEqualTo(Kind.INVARIANT);
    assertThat(failure.getCause()).hasMessageContaining("an invariant must not wait");
  }
}
