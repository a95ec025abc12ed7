package io.selvage.bench;

import io.selvage.channel.Channel;
import java.util.concurrent.LinkedBlockingQueue;
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

/** One send and one receive by the same thread, so that nobody ever waits or competes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ChannelBenchmark {
  private static final Integer ITEM = 63;

  private final Channel<Integer> channel = Channel.unbounded();
  private final LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();

  /** Made by JMH. */
  public ChannelBenchmark() {}

  /** Selvage, the operations that may wait. */
  @Benchmark
  public Integer selvageSendReceive() throws InterruptedException {
    channel.send(ITEM);
    return channel.receive();
  }

  /** Selvage, the operations that never wait. */
  @Benchmark
  public Object selvageTrySendTryReceive() {
    channel.trySend(ITEM);
    return channel.tryReceive();
  }

  /** The JDK's unbounded blocking queue. */
  @Benchmark
  public Integer linkedBlockingQueue() throws InterruptedException {
    queue.put(ITEM);
    return queue.take();
  }
}
