package io.selvage.kernel.jvm;

import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All timers of the process, on one daemon thread, which exists while it is needed. A binary heap
 * in which every entry knows its index, so that a cancelled timer leaves nothing behind.
 */
public final class Timers {
  /*
   * Protocol. Everything but Entry.deadline and Entry.action, which are final, is guarded by lock. An entry is in the heap (place >= 0) until either
   * the thread removes it to run it or cancel() removes it. The lock decides which of them is first; the other one finds place = GONE.
   *
   * wakeAt is the time at which the thread wakes by itself. Arming a timer wakes the thread only for an earlier time. Cancelling a timer wakes it
   * only if no timer is left and it would sleep for longer than the idle time (farOff): at most once in that time. So a deadline that is armed and
   * disarmed repeatedly rarely wakes the thread.
   *
   * The thread:  none ──callAt──▶ runs or sleeps ──no timer, and none was armed for idleNanos──▶ none
   * The thread announces its end by thread = null, in the same section of the lock in which it has found the heap empty, and reads nothing after
   * that. A thread that arms a timer reads thread under the lock. So a timer is either seen by the running thread, or starts a new one.
   * used: a timer was armed since the idle time began.
   *
   * asleep: the thread sleeps, or has left the lock and is about to. The caller that sets it to false unparks the thread after it has left the lock.
   * An unpark before the park is not lost: then the park returns at once.
   *
   * callAt reserves space and starts the thread before it adds the entry: if one of these fails, there is no timer. Starting the thread
   * is the only long section of the lock; it occurs at most once in the idle time. Removing an entry and running it need no memory. No exception thrown by an action ends the thread.
   *
   * Actions run outside of the lock, one after the other: they must not block. The part of an action that must not fail must not allocate.
   *
   * Check with: TimersTest.
   */
  private static final int GONE = -1;

  private final long idleNanos;
  private final ThreadFactory threads;
  private final BiConsumer<String, Throwable> failures;
  private final SpinLock lock = new SpinLock();
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
   * @param threads creates the thread
   * @param failures receives exceptions thrown by actions
   */
  public Timers(long idleNanos, ThreadFactory threads, BiConsumer<String, Throwable> failures) {
    this.idleNanos = idleNanos;
    this.threads = threads;
    this.failures = failures;
  }

  /**
   * Runs {@code action} at {@code deadline}, a value of {@link System#nanoTime()}; at once if that
   * time has passed. If this method throws, the action never runs.
   */
  public Timer callAt(long deadline, Runnable action) {
    Entry entry = new Entry(deadline, action);
    Thread woken;
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
      woken = asleep && deadline - wakeAt < 0 ? wake() : null;
    } finally {
      lock.unlock();
    }
    LockSupport.unpark(woken);
    return entry;
  }

  private Thread start() {
    Thread started = threads.newThread(this::run);
    started.start();
    return started;
  }

  /** Returns the sleeping thread, which the caller must unpark outside of the lock. */
  private @Nullable Thread wake() {
    asleep = false;
    return thread;
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

  @SuppressWarnings("ThreadPriorityCheck") // there may be enough memory later
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
    while (true) {
      long sleep;
      lock.lock();
      try {
        asleep = false;
        long now = System.nanoTime();
        if (size > 0 && heap[0].deadline - now <= 0) {
          Entry due = heap[0];
          removeAt(0);
          return due;
        }
        sleep = untilNext(now);
        if (sleep <= 0) {
          thread = null;
          return null;
        }
        wakeAt = now + sleep;
        farOff = sleep > idleNanos;
        asleep = true;
      } finally {
        lock.unlock();
      }
      LockSupport.parkNanos(this, sleep);
      var unused = Thread.interrupted(); // no other code uses interrupts on this thread
    }
  }

  /** Returns how long the thread sleeps before it looks again; 0 or less if it ends. */
  private long untilNext(long now) {
    if (size > 0) {
      return heap[0].deadline - now;
    }
    if (used) {
      used = false;
      idleUntil = now + idleNanos;
    }
    return idleUntil - now;
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
      Thread woken = null;
      lock.lock();
      try {
        if (place == GONE) {
          return false;
        }
        removeAt(place);
        if (size == 0 && asleep && farOff) {
          woken = wake();
        }
      } finally {
        lock.unlock();
      }
      LockSupport.unpark(woken);
      return true;
    }
  }
}
