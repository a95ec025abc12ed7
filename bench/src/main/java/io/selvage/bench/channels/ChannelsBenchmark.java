package io.selvage.bench.channels;

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
 * One workload of one library under JMH, for its profilers; one operation is all of its items. To
 * compare libraries use {@code ./selvage bench channels}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ChannelsBenchmark {
  /** What is measured. */
  @Param("RENDEZVOUS_1_1")
  Workload workload;

  /** The name of the library. */
  @Param("Selvage")
  String peer;

  /** About so many items are received. */
  @Param("16000")
  int items;

  private Peer<?> chosen;

  /** Made by JMH. */
  public ChannelsBenchmark() {}

  /** Finds the library. */
  @Setup
  public void choose() {
    chosen =
        Peer.of(workload).stream()
            .filter(each -> each.name().equals(peer))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(peer + " does not run " + workload));
  }

  /** The workload once. */
  @Benchmark
  public int run() throws InterruptedException {
    return chosen.run(workload, items);
  }
}
