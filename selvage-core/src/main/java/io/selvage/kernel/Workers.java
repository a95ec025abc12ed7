package io.selvage.kernel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads for foreign calls that block. One that has done its work waits for more, and
 * ends when none comes. How many run at once is up to those who borrow them.
 */
final class Workers {
  /*
   * Protocol. A worker is in idle, the one that became idle last on top, or belongs to who borrowed it. Guarded by lock.
   *
   * idle ──borrow──▶ borrowed ──launch, its work──▶ idle
   *   └──its time is over──▶ ended      borrowed ──giveBack, without work──▶ idle, or nothing if it never started
   *
   * Who takes a worker out of idle, under the lock, decides: the borrower, who owes it a launch or a giveBack, or the worker
   * itself, whose time is over. The idle ones are linked to each other, so that to become idle cannot fail; a borrower that
   * fails gives back what it has.
   *
   * Check with: WorkersTest.
   */
  private final long idleNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Worker top; // of the idle ones, and so on by below
  private int idle;
  private final AtomicLong created = new AtomicLong();

  Workers(long idleTime, TimeUnit unit) {
    this.idleNanos = unit.toNanos(idleTime);
  }

  /**
   * {@return a thread that is to be launched, or given back}
   *
   * @param name its name while it works
   * @param work what it will run, once
   */
  Worker borrow(String name, Runnable work) {
    // Foreign code, that may throw: not while there is a worker in the hand.
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Worker worker = takeTop();
    if (worker == null) {
      worker = new Worker(this, created.incrementAndGet());
    }
    try {
      worker.prepare(name, loader, work);
      return worker;
    } catch (Throwable failure) {
      worker.giveBack();
      throw failure;
    }
  }

  private @Nullable Worker takeTop() {
    lock.lock();
    try {
      Worker worker = top;
      if (worker != null) {
        unlink(worker);
      }
      return worker;
    } finally {
      lock.unlock();
    }
  }

  void rest(Worker worker) {
    lock.lock();
    try {
      Worker before = top;
      worker.idle = true;
      worker.below = before;
      if (before != null) {
        before.above = worker;
      }
      top = worker;
      idle++;
    } finally {
      lock.unlock();
    }
  }

  private void unlink(Worker worker) {
    Worker above = worker.above;
    Worker below = worker.below;
    if (above == null) {
      top = below;
    } else {
      above.below = below;
    }
    if (below != null) {
      below.above = above;
    }
    worker.above = null;
    worker.below = null;
    worker.idle = false;
    idle--;
  }

  /** {@return whether the worker was still idle, so that it may end} */
  boolean takeOut(Worker worker) {
    lock.lock();
    try {
      boolean wasIdle = worker.idle;
      if (wasIdle) {
        unlink(worker);
      }
      return wasIdle;
    } finally {
      lock.unlock();
    }
  }

  long idleNanos() {
    return idleNanos;
  }

  /** {@return how many wait for work; for tests} */
  int idle() {
    lock.lock();
    try {
      return idle;
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many were ever made; for tests} */
  long created() {
    return created.get();
  }
}
