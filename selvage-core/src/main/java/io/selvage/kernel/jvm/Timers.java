package io.selvage.kernel.jvm;

import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All timers of the process, on one daemon thread, which is there while it is needed: a binary heap
 * in which every entry knows its place, so that taking a timer back leaves nothing behind.
 */
public final class Timers {
  /*
   * Protocol. Everything but Entry.deadline and Entry.action, which are final, is guarded by lock. An entry is in the heap
   * (place >= 0) until either the thread takes it out to run it or cancel() takes it out; the lock decides, the loser finds
   * place = GONE.
   *
   * wakeAt is when the thread wakes by itself. Arming signals it only for an earlier time, and taking a timer back signals it
   * only if none is left and it would sleep for longer than it may be idle (farOff): once in that time at most. So a
   * deadline that is armed and disarmed again and again hardly wakes anybody.
   *
   * The thread:  none ──callAt──▶ runs or sleeps ──no timer, and none was armed for idleNanos──▶ none
   * It says so under the lock, in which it has just seen that the heap is empty (thread = null), and looks at nothing any
   * more; who arms a timer looks at thread under the lock. So a timer is either seen by the thread, or starts the next one.
   * used: a timer was armed since the idle time began.
   *
   * callAt makes room and starts the thread before it puts the entry in: if one of these fails there is no timer. Taking an
   * entry out and running it need no memory, and nothing that an action throws, or the lock, ends the thread.
   *
   * Actions run outside of the lock, one after the other: they must not block, nor allocate in what must happen.
   *
   * Check with: TimersTest.
   */
  private static final int GONE = -1;

  private final long idleNanos;
  private final ThreadFactory threads;
  private final BiConsumer<String, Throwable> failures;
  private final KernelLock lock = new KernelLock();
  private final Condition earlier = lock.newCondition();
  private Entry[] heap = new Entry[64];
  private int size;
  private long wakeAt;
  private boolean asleep;
  private boolean farOff;
  private boolean used;
  private long idleUntil;
  private @Nullable Thread thread;

  /**
   * Creates timers without a thread.
   *
   * @param idleNanos after which a thread without timers ends
   * @param threads makes it
   * @param failures told what an action has thrown
   */
  public Timers(long idleNanos, ThreadFactory threads, BiConsumer<String, Throwable> failures) {
    this.idleNanos = idleNanos;
    this.threads = threads;
    this.failures = failures;
  }

  /**
   * Runs {@code action} at {@code deadline}, a value of {@link System#nanoTime()}; at once if that
   * has passed. If this fails the action never runs.
   */
  public Timer callAt(long deadline, Runnable action) {
    Entry entry = new Entry(deadline, action);
    lock.lock();
    try {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      if (thread == null) {
        thread = start();
      }
      siftUp(size++, entry);
      used = true;
      if (asleep && deadline - wakeAt < 0) {
        earlier.signal();
      }
    } finally {
      lock.unlock();
    }
    return entry;
  }

  private Thread start() {
    Thread started = threads.newThread(this::run);
    started.start();
    return started;
  }

  /** {@return how many timers are armed} */
  public int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  // ---- the thread

  @SuppressWarnings("ThreadPriorityCheck") // memory may be there again later
  private void run() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = runNext();
      } catch (Throwable noMemory) {
        Thread.yield();
      }
    }
  }

  /** Returns false if this is not the thread of the timers any more. */
  private boolean runNext() {
    Entry due = awaitDue();
    if (due == null) {
      return false;
    }
    try {
      due.action.run();
    } catch (Throwable t) {
      failures.accept("a timer's action failed", t);
    }
    return true;
  }

  private @Nullable Entry awaitDue() {
    lock.lock();
    try {
      while (true) {
        long now = System.nanoTime();
        if (size > 0) {
          Entry next = heap[0];
          if (next.deadline - now <= 0) {
            removeAt(0);
            return next;
          }
          sleep(now, next.deadline - now);
        } else if (used) {
          used = false;
          idleUntil = now + idleNanos;
          sleep(now, idleNanos);
        } else if (idleUntil - now > 0) {
          sleep(now, idleUntil - now);
        } else {
          thread = null;
          return null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // awaitDue is the loop
  private void sleep(long now, long nanos) {
    wakeAt = now + nanos;
    farOff = nanos > idleNanos;
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
        if (size == 0 && asleep && farOff) {
          farOff = false;
          earlier.signal();
        }
        return true;
      } finally {
        lock.unlock();
      }
    }
  }
}
