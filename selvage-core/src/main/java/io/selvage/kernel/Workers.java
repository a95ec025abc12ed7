package io.selvage.kernel;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

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
   * itself, whose time is over.
   *
   * Check with: WorkersTest.
   */
  private final long idleNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();
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
    Worker worker;
    lock.lock();
    try {
      worker = idle.poll();
    } finally {
      lock.unlock();
    }
    if (worker == null) {
      worker = new Worker(this, created.incrementAndGet());
    }
    worker.prepare(name, loader, work);
    return worker;
  }

  void rest(Worker worker) {
    lock.lock();
    try {
      idle.push(worker);
    } finally {
      lock.unlock();
    }
  }

  /** {@return whether the worker was still idle, so that it may end} */
  boolean takeOut(Worker worker) {
    lock.lock();
    try {
      return idle.remove(worker);
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
      return idle.size();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many were ever made; for tests} */
  long created() {
    return created.get();
  }
}
