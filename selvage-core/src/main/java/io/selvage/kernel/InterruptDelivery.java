package io.selvage.kernel;

import io.selvage.kernel.jvm.ConditionLock;
import io.selvage.kernel.jvm.Daemons;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that call {@link Thread#interrupt()} on behalf of cancelling threads.
 *
 * <p>That call may block its caller for as long as a native read takes, and it runs the close
 * method of foreign channels. So it is never made on the cancelling thread, nor on the thread of
 * the timers. The delivering threads are platform threads, because virtual threads may be starved
 * by the very calls that must be interrupted.
 */
final class InterruptDelivery {
  /*
   * Protocol, under lock.
   *
   *   first, last   the queue: the deliveries that have not begun, linked by Region.next
   *   leader   the thread that has begun the latest delivery, while it executes it; since holds the time when it began
   *   lookers  how many threads check the queue, or wait, or were started to do so
   *   watched  a waiting thread checks the queue again when the patience with the leader is over
   *
   * A thread takes a delivery from the queue if there is no leader, or if the leader has executed its delivery for longer than
   * patience. Such a leader is blocked, and the taking thread becomes the leader. So one thread executes a whole burst as long as
   * no delivery blocks. There are only the blocked threads, the leader, and one thread that watches the leader.
   *
   * Nothing is forgotten: while the queue is not empty there is a looker, which will take the next delivery. A thread that adds a
   * delivery, and a thread that takes one and leaves others in the queue, starts a looker if there is none, and wakes one if no
   * looker watches. Threads are started after the lock was released.
   *
   * A thread that adds a delivery is in the middle of a cancellation, and may be out of memory: so the queue is made of
   * the regions themselves. If a thread cannot be started, the starting thread takes from the queue itself, or leaves the queue
   * to the leader, which checks it again. The threads need no memory between taking a delivery and executing it, either.
   *
   * Check with: InterruptDeliveryTest.
   */
  static final InterruptDelivery SHARED =
      new InterruptDelivery(
          TimeUnit.MILLISECONDS.toNanos(1),
          TimeUnit.SECONDS.toNanos(5),
          Daemons.factory("selvage-interrupt-"),
          Region::deliver);

  private final long patienceNanos;
  private final long idleNanos;
  private final ThreadFactory threads;
  private final Consumer<Region> deliverer;
  private final ConditionLock lock = new ConditionLock();

  // guarded by lock
  private final Condition changed = lock.newCondition();
  private @Nullable Region first;
  private @Nullable Region last;
  private @Nullable Thread leader;
  private long since;
  private int lookers;
  private boolean watched;

  /**
   * Creates a delivery without threads.
   *
   * @param patienceNanos for how long one interrupt may delay the next ones
   * @param idleNanos after which a thread without work ends
   * @param threads creates the threads
   * @param deliverer interrupts the thread of a region
   */
  InterruptDelivery(
      long patienceNanos, long idleNanos, ThreadFactory threads, Consumer<Region> deliverer) {
    this.patienceNanos = patienceNanos;
    this.idleNanos = idleNanos;
    this.threads = threads;
    this.deliverer = deliverer;
  }

  /**
   * Queues the interrupt of a thread. Never throws, waits for nothing and needs no memory: the
   * caller is in the middle of a cancel.
   *
   * @param region the region to deliver to; passed once only
   */
  void run(Region region) {
    boolean needsLooker;
    lock.lock();
    try {
      add(region);
      needsLooker = needsLooker();
      if (!needsLooker && (leader == null || !watched)) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    if (needsLooker && !startLooker()) {
      // It may block here, but otherwise these threads would never be interrupted.
      for (Region next = pollForNobody(); next != null; next = pollForNobody()) {
        deliver(next);
      }
    }
  }

  private void add(Region region) {
    if (last == null) {
      first = region;
    } else {
      last.next = region;
    }
    last = region;
  }

  private @Nullable Region poll() {
    Region next = first;
    if (next != null) {
      first = next.next;
      next.next = null;
      if (first == null) {
        last = null;
      }
    }
    return next;
  }

  private boolean needsLooker() {
    if (lookers > 0) {
      return false;
    }
    lookers++;
    return true;
  }

  private boolean startLooker() {
    try {
      threads.newThread(this::look).start();
      return true;
    } catch (Throwable noThread) {
      lock.lock();
      try {
        lookers--;
      } finally {
        lock.unlock();
      }
      return false;
    }
  }

  private @Nullable Region pollForNobody() {
    lock.lock();
    try {
      return lookers > 0 ? null : poll();
    } finally {
      lock.unlock();
    }
  }

  // ---- the threads

  private void look() {
    boolean needsLooker;
    for (Region next = await(); next != null; next = await()) {
      lock.lock();
      try {
        lookers--;
        needsLooker = first != null && needsLooker();
      } finally {
        lock.unlock();
      }
      if (needsLooker) {
        boolean unused = startLooker(); // without one the other deliveries wait
      }
      deliver(next);
      lock.lock();
      try {
        if (leader == Thread.currentThread()) {
          leader = null;
        } else if (lookers > 0) {
          return; // its delivery was blocked, and other threads have taken its place
        }
        lookers++;
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Returns the delivery that this thread, as the leader, executes next; null if there was none for
   * the idle time.
   */
  private @Nullable Region await() {
    long idleLeft = idleNanos;
    lock.lock();
    try {
      while (true) {
        long now = System.nanoTime();
        if (first == null) {
          if (idleLeft <= 0) {
            lookers--;
            return null;
          }
          idleLeft = await(idleLeft);
        } else if (leader == null || now - since >= patienceNanos) {
          leader = Thread.currentThread();
          since = now;
          Region next = poll();
          if (first != null && !watched) {
            changed.signal();
          }
          return next;
        } else {
          watched = true;
          long unused = await(patienceNanos - (now - since));
          watched = false;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits, and returns how much of the time is left. */
  @SuppressWarnings({"InterruptedExceptionSwallowed", "WaitNotInLoop"}) // never interrupted
  private long await(long nanos) {
    try {
      return changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      return nanos;
    }
  }

  private void deliver(Region region) {
    try {
      deliverer.accept(region);
    } catch (Throwable failure) {
      Log.error("interrupting a cancelled thread failed", failure);
    }
  }

  /** {@return how many threads are idle; for tests} */
  int idle() {
    lock.lock();
    try {
      return lookers;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether a thread watches the leader; for tests} */
  boolean isWatched() {
    lock.lock();
    try {
      return watched;
    } finally {
      lock.unlock();
    }
  }
}
