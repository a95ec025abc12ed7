package io.selvage.bench.channels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A library whose operations block the thread; each part runs on a virtual thread. The loops are in
 * the classes of the libraries, so that the compiler sees only one library in each of them.
 */
abstract class ThreadPeer<C> extends Peer<C> {
  ThreadPeer(String name) {
    super(name);
  }

  abstract void send(C to, int count) throws InterruptedException;

  abstract long receive(C from, int count) throws InterruptedException;

  abstract void forward(C from, C to, int count) throws InterruptedException;

  abstract long select(List<C> from, int count) throws InterruptedException;

  abstract long exchange(C from, C to, int count) throws InterruptedException;

  private long perform(Part<C> part) throws InterruptedException {
    switch (part) {
      case Part.Send<C>(C to, int count) -> send(to, count);
      case Part.Receive<C>(C from, int count) -> {
        return receive(from, count);
      }
      case Part.Forward<C>(C from, C to, int count) -> forward(from, to, count);
      case Part.Select<C>(List<C> from, int count) -> {
        return select(from, count);
      }
      case Part.Exchange<C>(C from, C to, int count) -> {
        return exchange(from, to, count);
      }
      case Part.Serve<C>(C from, C to, int count) -> {
        send(to, 1);
        forward(from, to, count - 1);
        return receive(from, 1);
      }
    }
    return 0;
  }

  /** One part. */
  interface Body {
    void run() throws InterruptedException;
  }

  @Override
  final long runAll(List<Part<C>> parts) throws InterruptedException {
    LongAdder sum = new LongAdder();
    List<Body> bodies = new ArrayList<>();
    for (Part<C> part : parts) {
      bodies.add(() -> sum.add(perform(part)));
    }
    runAllBodies(bodies);
    return sum.sum();
  }

  /** Runs each of them on a virtual thread, and joins them. */
  void runAllBodies(List<Body> bodies) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Body body : bodies) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  body.run();
                } catch (InterruptedException e) {
                  throw new IllegalStateException("nobody interrupts it", e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
