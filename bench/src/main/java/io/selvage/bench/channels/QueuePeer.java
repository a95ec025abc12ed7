package io.selvage.bench.channels;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.function.IntFunction;

/** The queues of the JDK: virtual threads. They have no select. */
final class QueuePeer extends ThreadPeer<BlockingQueue<Integer>> {
  private final IntFunction<BlockingQueue<Integer>> maker;

  private QueuePeer(String name, IntFunction<BlockingQueue<Integer>> maker) {
    super(name);
    this.maker = maker;
  }

  /** {@return those that are queues of this capacity} */
  static List<QueuePeer> of(int capacity) {
    return switch (capacity) {
      case 0 ->
          List.of(
              new QueuePeer("SynchronousQueue", unused -> new SynchronousQueue<>()),
              new QueuePeer("LinkedTransferQueue", unused -> new TransferQueue()));
      case Workload.UNBOUNDED ->
          List.of(
              new QueuePeer("LinkedBlockingQueue", unused -> new LinkedBlockingQueue<>()),
              new QueuePeer("LinkedTransferQueue", unused -> new LinkedTransferQueue<>()));
      default ->
          List.of(
              new QueuePeer("ArrayBlockingQueue", ArrayBlockingQueue::new),
              new QueuePeer("LinkedBlockingQueue", LinkedBlockingQueue::new));
    };
  }

  /** A queue whose put waits for the receiver. */
  @SuppressWarnings("serial") // never serialized
  private static final class TransferQueue extends LinkedTransferQueue<Integer> {
    private TransferQueue() {}

    @Override
    public void put(Integer item) {
      try {
        transfer(item);
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts it", e);
      }
    }
  }

  @Override
  BlockingQueue<Integer> newChannel(int capacity) {
    return maker.apply(capacity);
  }

  @Override
  void send(BlockingQueue<Integer> to, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      to.put(Part.item(i));
    }
  }

  @Override
  long receive(BlockingQueue<Integer> from, int count) throws InterruptedException {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += from.take();
    }
    return sum;
  }

  @Override
  void forward(BlockingQueue<Integer> from, BlockingQueue<Integer> to, int count)
      throws InterruptedException {
    for (int i = 0; i < count; i++) {
      to.put(from.take());
    }
  }

  @Override
  long select(List<BlockingQueue<Integer>> from, int count) {
    throw new UnsupportedOperationException("queues of the JDK have no select");
  }

  @Override
  long exchange(BlockingQueue<Integer> from, BlockingQueue<Integer> to, int count) {
    throw new UnsupportedOperationException("queues of the JDK have no select");
  }
}
