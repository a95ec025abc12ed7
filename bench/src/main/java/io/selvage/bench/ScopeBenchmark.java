package io.selvage.bench;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Entering and leaving scopes, arming and disarming deadlines; nothing is ever cancelled. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ScopeBenchmark {
  private static final Duration FAR = Duration.ofMinutes(5);

  private ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private int value;

  /** Made by JMH. */
  public ScopeBenchmark() {}

  /** A timer as one makes it by hand. */
  @Setup
  public void startTimer() {
    timer = new ScheduledThreadPoolExecutor(1);
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Ends it. */
  @TearDown
  public void stopTimer() {
    timer.shutdownNow();
  }

  /** The body alone. */
  @Benchmark
  public int body() {
    return value++;
  }

  /** A scope without a deadline around it. */
  @Benchmark
  public boolean enterAndLeave() throws InterruptedException {
    return CancelScope.create().run(() -> value++);
  }

  /** The same inside of another scope. */
  @Benchmark
  public boolean enterAndLeaveTwoLevels() throws InterruptedException {
    return CancelScope.create().run(() -> CancelScope.create().run(() -> value++));
  }

  /** A time limit that is not used up: the deadline is armed and disarmed. */
  @Benchmark
  public boolean deadline() throws InterruptedException {
    return CancelScope.moveOnAfter(FAR)
        .run(
            () -> {
              value++;
            });
  }

  /** What arming and disarming costs with the JDK's timer, without a scope. */
  @Benchmark
  public int jdkTimer() {
    ScheduledFuture<?> armed = timer.schedule(() -> {}, 5, TimeUnit.MINUTES);
    int result = value++;
    armed.cancel(false);
    return result;
  }

  /** The check on entry of every operation. */
  @Benchmark
  public void throwIfCancelled() throws InterruptedException {
    Selvage.throwIfCancelled();
  }
}
