package io.selvage.kernel;

import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All timers of the process, on one daemon thread: a binary heap in which every entry knows its
 * place, so that taking a timer back leaves nothing behind.
 */
final class Timers {
  /*
   * Protocol. heap, size, wakeAt and Entry.place are guarded by lock. An entry is in the heap (place >= 0) until either
   * the thread takes it out to run it or cancel() takes it out; the lock decides, the loser finds place = GONE.
   *
   * wakeAt is when the thread wakes by itself. Arming signals it only for an earlier time, and taking a timer back does
   * not signal at all: a deadline that is armed and disarmed again and again wakes nobody.
   *
   * Actions run outside of the lock, one after the other: they must not block.
   *
   * Check with: TimersTest.
   */
  private static final int GONE = -1;
  // Half the range, so that a deadline can be compared with a wakeAt this far off, be it long past.
  private static final long FOREVER = Long.MAX_VALUE / 2;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlier = lock.newCondition();
  private Entry[] heap = new Entry[64];
  private int size;
  private long wakeAt;
  private boolean asleep;
  private @Nullable Thread thread;

  private static final class Shared {
    static final Timers INSTANCE = new Timers();
  }

  /** {@return the timers of the process} */
  static Timers shared() {
    return Shared.INSTANCE;
  }

  /**
   * Runs {@code action} at {@code deadline}, a value of {@link System#nanoTime()}; at once if that
   * has passed.
   */
  Timer callAt(long deadline, Runnable action) {
    Entry entry = new Entry(deadline, action);
    lock.lock();
    try {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      siftUp(size++, entry);
      if (thread == null) {
        thread = Daemons.start("selvage-timer", this::run);
      } else if (asleep && deadline - wakeAt < 0) {
        earlier.signal();
      }
    } finally {
      lock.unlock();
    }
    return entry;
  }

  /** {@return how many timers are armed} */
  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      Entry due = awaitDue();
      try {
        due.action.run();
      } catch (Throwable t) {
        Log.error("a timer's action failed", t);
      }
    }
  }

  private Entry awaitDue() {
    lock.lock();
    try {
      while (true) {
        long now = System.nanoTime();
        if (size > 0 && heap[0].deadline - now <= 0) {
          Entry due = heap[0];
          removeAt(0);
          return due;
        }
        sleepUntilNext(now);
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // awaitDue is the loop
  private void sleepUntilNext(long now) {
    long nanos = size == 0 ? FOREVER : heap[0].deadline - now;
    wakeAt = now + nanos;
    asleep = true;
    try {
      var unused = earlier.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // Nobody owns this thread; go on.
    } finally {
      asleep = false;
    }
  }

  // ---- the heap, under the lock

  private void siftUp(int from, Entry entry) {
    int place = from;
    while (place > 0) {
      int up = (place - 1) >>> 1;
      Entry parent = heap[up];
      if (entry.deadline - parent.deadline >= 0) {
        break;
      }
      put(place, parent);
      place = up;
    }
    put(place, entry);
  }

  private void siftDown(int from, Entry entry) {
    int place = from;
    int half = size >>> 1;
    while (place < half) {
      int child = 2 * place + 1;
      int right = child + 1;
      if (right < size && heap[right].deadline - heap[child].deadline < 0) {
        child = right;
      }
      Entry smaller = heap[child];
      if (entry.deadline - smaller.deadline <= 0) {
        break;
      }
      put(place, smaller);
      place = child;
    }
    put(place, entry);
  }

  private void put(int place, Entry entry) {
    heap[place] = entry;
    entry.place = place;
  }

  @SuppressWarnings("NullAway") // cells at and above size are not read
  private void removeAt(int place) {
    heap[place].place = GONE;
    Entry last = heap[--size];
    heap[size] = null;
    if (place == size) {
      return;
    }
    siftDown(place, last);
    if (heap[place] == last) {
      siftUp(place, last);
    }
  }

  private final class Entry implements Timer {
    private final long deadline;
    private final Runnable action;
    private int place = GONE;

    Entry(long deadline, Runnable action) {
      this.deadline = deadline;
      this.action = action;
    }

    @Override
    public boolean cancel() {
      lock.lock();
      try {
        if (place == GONE) {
          return false;
        }
        removeAt(place);
        return true;
      } finally {
        lock.unlock();
      }
    }
  }
}
