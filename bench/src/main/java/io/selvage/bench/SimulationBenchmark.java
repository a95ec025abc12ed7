package io.selvage.bench;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import io.selvage.test.Exploration;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How fast a simulation is: runs and steps in a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SimulationBenchmark {
  private static final int PAIRS = 300;
  private static final int SLEEPS = 1000;

  /** How tasks are picked. */
  @Param({"random", "PCT", "round robin"})
  public String picks = "random";

  private SimulationOptions options = Simulation.options();
  private long seed;

  @Setup
  public void setUp() {
    Strategy strategy =
        switch (picks) {
          case "random" -> Strategy.random();
          case "PCT" -> Strategy.pct(3);
          case "round robin" -> Strategy.roundRobin();
          default -> throw new IllegalArgumentException("no such picks: " + picks);
        };
    options = Simulation.options().withName("bench").withStrategy(strategy);
  }

  /** Steps beside runs. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Steps {
    public long steps;
  }

  /** Three clients and an echo over two channels. */
  @Benchmark
  public void pingPong(Steps count) {
    count.steps += run(SimulationBenchmark::pingPong);
  }

  /** Four tasks that do nothing but sleep: each step moves the clock. */
  @Benchmark
  public void sleeping(Steps count) {
    count.steps += run(SimulationBenchmark::sleeping);
  }

  /** A run of next to nothing: what a seed costs. */
  @Benchmark
  public void twoForks(Steps count) {
    count.steps += run(SimulationBenchmark::twoForks);
  }

  private long run(ThrowingRunnable<InterruptedException> body) {
    Exploration seen = options.withFirstSeed(seed++).explore(1, body);
    return seen.steps();
  }

  private static void pingPong() throws InterruptedException {
    Channel<Integer> there = Channel.unbounded();
    Channel<Integer> back = Channel.unbounded();
    TaskGroup.run(
        group -> {
          List<Task<?>> clients = new ArrayList<>();
          for (int client = 0; client < 3; client++) {
            clients.add(
                group.launch(
                    () -> {
                      for (int i = 0; i < PAIRS; i++) {
                        there.send(i);
                        back.receive();
                      }
                    }));
          }
          group.launch("echo", () -> there.forEach(back::send));
          for (Task<?> task : clients) {
            task.join();
          }
          there.close();
        });
  }

  private static void sleeping() throws InterruptedException {
    TaskGroup.run(
        group -> {
          for (int task = 0; task < 4; task++) {
            group.launch(
                () -> {
                  for (int i = 0; i < SLEEPS; i++) {
                    Selvage.sleep(Duration.ofSeconds(1));
                  }
                });
          }
        });
  }

  private static void twoForks() throws InterruptedException {
    TaskGroup.run(
        group -> {
          group.fork(() -> 1);
          group.fork(() -> 2);
        });
  }
}
