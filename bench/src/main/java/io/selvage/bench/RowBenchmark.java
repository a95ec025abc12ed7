package io.selvage.bench;

import io.selvage.bench.harness.Candidate;
import io.selvage.bench.harness.Row;
import io.selvage.bench.harness.Sample;
import io.selvage.bench.rows.Catalogue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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

/**
 * One library of one row under JMH, for its profilers; one operation is a batch, on a platform
 * thread. To compare libraries use {@code ./selvage bench}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-preview")
public class RowBenchmark {
  /** The title of the row. */
  @Param("channels/rendezvous-1-1")
  String row = "";

  /** The name of the library. */
  @Param("Selvage")
  String library = "";

  private Sample sample = atLeastNanos -> 0;

  /** Made by JMH. */
  public RowBenchmark() {}

  /** Finds the library. */
  @Setup
  public void choose() {
    Row chosen = Catalogue.named(row);
    sample =
        chosen.candidates().stream()
            .filter(candidate -> candidate.name().equals(library))
            .findFirst()
            .map(Candidate::sample)
            .orElseThrow(() -> new IllegalArgumentException(library + " is not in " + row))
            .get();
  }

  /** A batch. */
  @Benchmark
  public double batch() throws InterruptedException, ExecutionException {
    return sample.take(0);
  }
}
