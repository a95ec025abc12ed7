package io.selvage.bench;

import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Two tasks that take turns; one operation is one switch from one to the other. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class SwitchBenchmark {
  private static final int ROUNDS = 50_000;
  private static final int SWITCHES = 2 * ROUNDS;

  /** Made by JMH. */
  public SwitchBenchmark() {}

  /** A baton between two virtual threads by park and unpark, the raw thing. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void rawBaton() throws InterruptedException {
    Baton baton = new Baton();
    Thread a = Thread.ofVirtual().unstarted(() -> baton.pass(0));
    Thread b = Thread.ofVirtual().unstarted(() -> baton.pass(1));
    baton.threads = new Thread[] {a, b};
    a.start();
    b.start();
    a.join();
    b.join();
  }

  private static final class Baton {
    private volatile int turn;
    private Thread[] threads = {};

    void pass(int own) {
      for (int i = 0; i < ROUNDS; i++) {
        while (turn != own) {
          LockSupport.park();
        }
        turn = 1 - own;
        LockSupport.unpark(threads[1 - own]);
      }
    }
  }

  /** Thread.yield between two virtual threads. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  @SuppressWarnings("ThreadPriorityCheck")
  public void rawYield() throws InterruptedException {
    Runnable yields =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            Thread.yield();
          }
        };
    Thread a = Thread.ofVirtual().start(yields);
    Thread b = Thread.ofVirtual().start(yields);
    a.join();
    b.join();
  }

  /** Checkpoints of two tasks in a serial loop. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void loopCheckpoint() throws InterruptedException {
    twoTasks(TaskGroup.options().withLimit(1));
  }

  /** Checkpoints of two tasks that run in parallel. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void parallelCheckpoint() throws InterruptedException {
    twoTasks(TaskGroup.options());
  }

  private static void twoTasks(GroupOptions options) throws InterruptedException {
    options.run(
        group -> {
          group.launch(SwitchBenchmark::checkpoints);
          group.launch(SwitchBenchmark::checkpoints);
        });
  }

  private static void checkpoints() throws InterruptedException {
    for (int i = 0; i < ROUNDS; i++) {
      Selvage.checkpoint();
    }
  }

  /** Ping-pong over two channels in a serial loop. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void loopChannels() throws InterruptedException {
    pingPong(TaskGroup.options().withLimit(1));
  }

  /** Ping-pong over two channels of two tasks that run in parallel. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void parallelChannels() throws InterruptedException {
    pingPong(TaskGroup.options());
  }

  private static void pingPong(GroupOptions options) throws InterruptedException {
    Channel<Integer> there = Channel.unbounded();
    Channel<Integer> back = Channel.unbounded();
    options.run(
        group -> {
          group.launch(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  there.send(i);
                  back.receive();
                }
              });
          group.launch(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  there.receive();
                  back.send(i);
                }
              });
        });
  }

  /** Ping-pong over two of the JDK's hand-off queues. */
  @Benchmark
  @OperationsPerInvocation(SWITCHES)
  public void jdkSynchronousQueues() throws InterruptedException {
    SynchronousQueue<Integer> there = new SynchronousQueue<>();
    SynchronousQueue<Integer> back = new SynchronousQueue<>();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  there.put(i);
                  back.take();
                }
              });
          group.launch(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  there.take();
                  back.put(i);
                }
              });
        });
  }
}
