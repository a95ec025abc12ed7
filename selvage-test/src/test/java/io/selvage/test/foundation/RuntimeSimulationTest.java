package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.runtime.SelvageRuntime;
import io.selvage.sync.Event;
import io.selvage.test.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A runtime that ends while other threads call it and spawn tasks in it. */
class RuntimeSimulationTest {
  private static final int SEEDS = 300;

  /** What the threads of one run have seen. */
  private static final class Books {
    private final SelvageRuntime runtime = SelvageRuntime.options().open();
    private final List<Task<?>> spawned = new ArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private int refused;
    private int refusedInside;
    private int cancelled;
    private int completed;

    void spawn() {
      try {
        spawned.add(runtime.launch(() -> stay(() -> Selvage.sleep(ofSeconds(1000)))));
      } catch (ClosedResourceException e) {
        refused++;
      }
    }

    void call(ThrowingRunnable<? extends Exception> body) throws Exception {
      try {
        runtime.<Exception>run(() -> stay(body));
        completed++;
      } catch (ClosedResourceException e) {
        refused++;
      } catch (TaskCancelledException e) {
        cancelled++;
      }
    }

    private void stay(ThrowingRunnable<? extends Exception> body) throws Exception {
      inside.incrementAndGet();
      try {
        body.run();
      } catch (ClosedResourceException e) {
        refusedInside++;
        throw e;
      } finally {
        inside.decrementAndGet();
      }
    }

    void close() {
      runtime.close();
      assertThat(inside).as("calls and tasks that run after the close").hasValue(0);
      assertThat(runtime.running()).isZero();
    }
  }

  @Test
  void whenARuntimeIsClosedItsWorkHasEnded() throws Exception {
    Simulation.options()
        .withName("close")
        .explore(
            SEEDS,
            run -> {
              Books books = new Books();
              TaskGroup.run(
                  group -> {
                    group.launch("spawner", books::spawn);
                    group.launch("caller", () -> books.call(() -> Selvage.sleep(ofSeconds(1000))));
                    group.launch("short caller", () -> books.call(Selvage::checkpoint));
                    group.launch("closer", books::close);
                    group.launch("canceller", () -> books.runtime.cancel("enough"));
                  });
              books.close();
              assertThat(books.refused + books.cancelled + books.completed + books.spawned.size())
                  .isEqualTo(3);
              assertThat(books.spawned).allMatch(Task::isDone);
            });
  }

  @Test
  void ownWorkOfACancelledRuntimeIsCancelledAndNotRefused() throws Exception {
    Simulation.options()
        .withName("own work")
        .explore(
            SEEDS,
            run -> {
              Books books = new Books();
              TaskGroup.run(
                  group -> {
                    group.launch("caller", () -> books.call(() -> books.runtime.runUntilStopped()));
                    group.launch("canceller", () -> books.runtime.cancel("enough"));
                  });
              books.close();
              assertThat(books.refused + books.cancelled).isEqualTo(1);
              assertThat(books.refusedInside).isZero();
            });
  }

  @Test
  void aStopIsSeenByEachCallThatServesBefore() throws Exception {
    Simulation.options()
        .withName("stop")
        .explore(
            SEEDS,
            run -> {
              try (SelvageRuntime runtime = SelvageRuntime.options().open()) {
                Event stopped = new Event();
                TaskGroup.run(
                    group -> {
                      for (int i = 0; i < 2; i++) {
                        group.launch("server " + i, runtime::runUntilStopped);
                      }
                      group.launch(
                          "stopper",
                          () -> {
                            Selvage.sleep(ofSeconds(1)); // when all others wait
                            runtime.stop();
                            stopped.set();
                          });
                    });
                assertThat(stopped.isSet()).isTrue();
              }
            });
  }

  @Test
  void finishWaitsForTheWorkThatWasAccepted() throws Exception {
    Simulation.options()
        .withName("finish")
        .explore(
            SEEDS,
            run -> {
              AtomicInteger accepted = new AtomicInteger();
              AtomicInteger ended = new AtomicInteger();
              try (SelvageRuntime runtime = SelvageRuntime.options().open()) {
                TaskGroup.run(
                    group -> {
                      group.launch(
                          "spawner",
                          () -> {
                            for (int i = 0; i < 3; i++) {
                              try {
                                runtime.launch(
                                    () -> {
                                      Selvage.sleep(ofSeconds(1));
                                      ended.incrementAndGet();
                                    });
                                accepted.incrementAndGet();
                              } catch (ClosedResourceException e) {
                                return;
                              }
                            }
                          });
                      group.launch("finisher", runtime::finish);
                    });
                assertThat(ended.get()).isEqualTo(accepted.get());
              }
            });
  }
}
