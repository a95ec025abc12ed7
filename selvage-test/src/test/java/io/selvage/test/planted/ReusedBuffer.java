package io.selvage.test.planted;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicStampedReference;

/**
 * ABA: a task that takes the first free buffer has looked up the next one; meanwhile the first one
 * was taken and came back, and the next one is another buffer.
 */
final class ReusedBuffer {
  private static final int BUFFERS = 4;

  private ReusedBuffer() {}

  private static final class Buffer {
    final int number;
    private final AtomicBoolean inUse = new AtomicBoolean();
    private volatile Buffer next;

    Buffer(int number, Buffer next) {
      this.number = number;
      this.next = next;
    }
  }

  /** Free buffers, the one that was used last first. */
  private abstract static class Pool {
    private final Channel<String> log = Channel.unbounded();
    private final AtomicStampedReference<Buffer> free;

    Pool() {
      Buffer first = null;
      for (int number = BUFFERS; number > 0; number--) {
        first = new Buffer(number, first);
      }
      free = new AtomicStampedReference<>(first, 0);
    }

    Buffer take() throws InterruptedException {
      int[] stamp = {0};
      Buffer first;
      Buffer second;
      do {
        first = free.get(stamp);
        second = first.next;
        log.send("taking buffer " + first.number);
      } while (!free.compareAndSet(first, second, stamp[0], next(stamp[0])));
      if (!first.inUse.compareAndSet(false, true)) {
        throw new AssertionError("buffer " + first.number + " is in use already");
      }
      return first;
    }

    void giveBack(Buffer buffer) throws InterruptedException {
      log.send("giving back buffer " + buffer.number);
      buffer.inUse.set(false);
      int[] stamp = {0};
      do {
        buffer.next = free.get(stamp);
      } while (!free.compareAndSet(buffer.next, buffer, stamp[0], next(stamp[0])));
    }

    /** Returns what the head of the list is marked with after a change. */
    abstract int next(int stamp);
  }

  private static final class Unmarked extends Pool {
    @Override
    int next(int stamp) {
      return stamp; // BUG: the same head looks as if nothing had happened
    }
  }

  private static final class Marked extends Pool {
    @Override
    int next(int stamp) {
      return stamp + 1;
    }
  }

  static void buggy() throws Exception {
    run(new Unmarked());
  }

  static void mended() throws Exception {
    run(new Marked());
  }

  private static void run(Pool pool) throws Exception {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < BUFFERS / 2; i++) {
            group.launch("client " + i, () -> useTwo(pool));
          }
        });
  }

  private static void useTwo(Pool pool) throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      Buffer one = pool.take();
      Buffer other = pool.take();
      pool.giveBack(one);
      pool.giveBack(other);
    }
  }
}
