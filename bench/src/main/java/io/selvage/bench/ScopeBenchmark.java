package io.selvage.bench;

import io.selvage.Selvage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is too short for a row: the check that every operation begins with, beside nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ScopeBenchmark {
  private int value;

  /** Made by JMH. */
  public ScopeBenchmark() {}

  /** The body alone. */
  @Benchmark
  public int body() {
    return value++;
  }

  /** The check on entry of every operation. */
  @Benchmark
  public void throwIfCancelled() throws InterruptedException {
    Selvage.throwIfCancelled();
  }
}
