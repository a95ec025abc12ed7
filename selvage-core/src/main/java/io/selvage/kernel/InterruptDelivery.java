package io.selvage.kernel;

import io.selvage.kernel.jvm.Daemons;
import io.selvage.kernel.jvm.KernelLock;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that call {@link Thread#interrupt()} for others.
 *
 * <p>That call may block its caller for as long as a native read takes, and runs the close method
 * of foreign channels. So it never happens on the thread that cancels, nor on the timer's. They are
 * platform threads, because virtual ones may be starved by the very calls that are to be
 * interrupted.
 */
final class InterruptDelivery {
  /*
   * Protocol, under lock.
   *
   *   first, last   the queue: what nobody has begun yet, linked by Region.next
   *   leader   the thread that has begun the last one, while it is at it; since when is in since
   *   lookers  how many threads look into the queue, or wait, or were started to do so
   *   watched  somebody looks again when the leader has had its time
   *
   * A thread takes from the queue if there is no leader, or if the leader has been at it for longer than patience: it is
   * held up, and who takes leads instead of it. So one thread does all of a burst as long as none of them blocks, and there
   * are only as many threads as are held up, the leader, and one that watches it.
   *
   * Nothing is forgotten: while the queue is not empty there is a looker, who will take. Who puts something into it, and who
   * takes something out and leaves more behind, starts a looker if there is none, and wakes one if none of them watches.
   * Threads are started behind the lock.
   *
   * Who puts something into the queue is in the middle of a cancellation, and may be out of memory: so the queue is made of
   * the regions themselves. A thread that cannot be started is not needed: who wanted it takes from the queue, or leaves it
   * to the leader, which looks again. Neither do the threads need memory between taking and doing.
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
  private final KernelLock lock = new KernelLock();

  // guarded by lock
  private final Condition changed = lock.newCondition();
  private @Nullable Region first;
  private @Nullable Region last;
  private @Nullable Thread leader;
  private long since;
  private int lookers;
  private boolean watched;

  /**
   * Creates one without threads.
   *
   * @param patienceNanos for how long one interrupt may hold up the next ones
   * @param idleNanos after which a thread without work ends
   * @param threads makes them
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
   * Never throws, waits for nothing and needs no memory: the caller is in the middle of cancelling.
   *
   * @param region whose thread is to be interrupted; for the first and only time
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
      // It may block here, but the alternative are threads that are never told.
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
        boolean unused = startLooker(); // without one the others wait until this one is done
      }
      deliver(next);
      lock.lock();
      try {
        if (leader == Thread.currentThread()) {
          leader = null;
        } else if (lookers > 0) {
          return; // it was held up, and others have taken its place
        }
        lookers++;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns what this thread, as the leader, is to do next; null when there was nothing to do. */
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

  /** Returns how much of the time is left. */
  @SuppressWarnings({"InterruptedExceptionSwallowed", "WaitNotInLoop"}) // nobody has a reason
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

  /** {@return how many threads have nothing to do; for tests} */
  int idle() {
    lock.lock();
    try {
      return lookers;
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether somebody watches the leader; for tests} */
  boolean isWatched() {
    lock.lock();
    try {
      return watched;
    } finally {
      lock.unlock();
    }
  }
}
