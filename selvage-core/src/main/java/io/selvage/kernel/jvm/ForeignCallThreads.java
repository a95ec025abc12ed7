package io.selvage.kernel.jvm;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which the library calls foreign code on its own initiative: cancellers, reports.
 * Foreign code is code that is not part of the library.
 *
 * <p>That code may block, for example on a network. A call that blocks must delay neither the other
 * calls nor the program, and must not cost one thread for each call either (decision 0036). These
 * are platform threads, because virtual threads may be starved by the very calls that must be
 * cancelled.
 */
public final class ForeignCallThreads {
  /*
   * Protocol, under lock.
   *
   *   Errand.place   UNKNOWN ──prepare──▶ PREPARED ──run──▶ in the queue ──taken──▶ RUNNING ──its delay──▶ in the queue
   *                  all of them ──forget, or a run that returns OVER──▶ FORGOTTEN
   *   threads        the number of threads that were started and have not ended: busy + waiting
   *   busy           the number of threads that have taken an errand
   *   waiting        the number of threads that check the queue, wait, or were started to do so
   *   watched        one waiting thread wakes up by itself when it may take the first errand; the others sleep until they are signalled
   *
   * A thread that has finished an errand takes the next one that is due. A waiting thread takes an errand
   *   - at once if no thread is busy;
   *   - if fewer than quick threads are busy, when the errand is late, and only one thread per STEP;
   *   - otherwise when no errand was taken for the long patience.
   * So one thread executes a burst of short errands; ten thousand errands that block for 10 ms get 64 threads within 0.1 s; and if
   * all of those threads are blocked for ever, one thread per second is added to them, up to most. When all of these are blocked, too,
   * the queue waits for one of them.
   *
   * Nothing is forgotten: while the queue is not empty, a thread is waiting, or the number of threads is most. A thread that adds
   * an errand or takes one starts a new thread if no thread is waiting. Threads are started after the lock was released.
   * If neither a platform thread nor a virtual one can be started, the busy threads execute the errands, and each later thread that
   * adds or takes an errand tries to start one again. prepare ensures that there is at least one thread, before any errand can be
   * lost. The last waiting thread does not end while errands are prepared.
   *
   * The queue has space for all prepared errands, so nothing after prepare needs memory.
   *
   * No run of a forgotten errand begins any more; a run that has begun continues to its end.
   *
   * Check with: ForeignCallThreadsTest.
   */
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * The rules for starting one more thread.
   *
   * @param quick up to this number of threads, a late errand gets one more thread
   * @param most the maximum number of threads
   * @param patienceNanos an errand is late after this time
   * @param longPatienceNanos above {@code quick}, one more thread takes an errand if none was taken
   *     for this time
   * @param idleNanos after which a thread without work ends
   */
  record Limits(int quick, int most, long patienceNanos, long longPatienceNanos, long idleNanos) {}

  private final Limits limits;
  private final ThreadFactory factory;
  private final BiConsumer<String, Throwable> failures;
  private final Runnable work = this::work; // a thread is started without memory for it
  private final ConditionLock lock = new ConditionLock();

  // guarded by lock
  private final Condition watcher = lock.newCondition();
  private final Condition rest = lock.newCondition();
  private final ErrandQueue queue = new ErrandQueue();
  private int prepared;
  private int threads;
  private int waiting;
  private boolean watched;
  private long lastTaken; // when an errand was last taken
  private long lastJoined; // when a waiting thread last took an errand

  /**
   * Creates an instance without threads.
   *
   * @param limits the rules for starting threads
   * @param factory creates the threads
   */
  ForeignCallThreads(Limits limits, ThreadFactory factory, BiConsumer<String, Throwable> failures) {
    this.limits = limits;
    this.factory = factory;
    this.failures = failures;
    this.lastTaken = System.nanoTime();
    this.lastJoined = lastTaken;
  }

  /**
   * {@return the threads of the process}
   *
   * @param failures receives exceptions thrown by foreign code
   */
  public static ForeignCallThreads ofProcess(BiConsumer<String, Throwable> failures) {
    return new ForeignCallThreads(
        new Limits(
            64,
            256,
            TimeUnit.MILLISECONDS.toNanos(5),
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.SECONDS.toNanos(5)),
        Daemons.factory("selvage-apart-"),
        failures);
  }

  /**
   * Reserves space and a thread for an errand. Until the errand is forgotten, running it needs no
   * memory.
   */
  public void prepare(Errand errand) {
    boolean needsThread;
    lock.lock();
    try {
      queue.reserve(prepared + 1);
      prepared++;
      errand.place = Errand.PREPARED;
      needsThread = threads == 0 && addWaiting();
    } finally {
      lock.unlock();
    }
    startThread(needsThread);
  }

  /**
   * Runs an errand, unless it was passed to this method before. Never throws, waits for nothing.
   */
  public void run(Errand errand) {
    boolean needsThread;
    lock.lock();
    try {
      if (errand.place != Errand.PREPARED) {
        return;
      }
      queue.add(errand, System.nanoTime());
      callWatcher(errand);
      needsThread = callSomebody();
    } finally {
      lock.unlock();
    }
    startThread(needsThread);
  }

  /** Runs {@code action} once. It may fail if the heap is full. */
  public void run(Runnable action) {
    Errand errand = Errand.once(action);
    prepare(errand);
    run(errand);
  }

  /** From here on no run of the errand begins. Never throws; a second call does nothing. */
  public void forget(Errand errand) {
    boolean needsThread;
    lock.lock();
    try {
      drop(errand);
      needsThread = threads == 0 && !queue.isEmpty() && addWaiting();
    } finally {
      lock.unlock();
    }
    startThread(needsThread);
  }

  private void drop(Errand errand) {
    if (errand.place == Errand.UNKNOWN || errand.place == Errand.FORGOTTEN) {
      return;
    }
    if (errand.place >= 0) {
      queue.remove(errand);
    }
    errand.place = Errand.FORGOTTEN;
    prepared--;
  }

  // ---- enough threads

  /**
   * An errand was added to the queue: if it is the first one now, the watching thread checks the
   * queue again.
   */
  private void callWatcher(Errand errand) {
    if (watched && errand.place == 0) {
      watcher.signal();
    }
  }

  /**
   * Ensures that a thread watches the queue. Returns whether the caller must start a thread for
   * that.
   */
  private boolean callSomebody() {
    if (watched || queue.isEmpty()) {
      return false;
    }
    if (waiting == 0) {
      return addWaiting();
    }
    rest.signal();
    return false;
  }

  private boolean addWaiting() {
    if (threads == limits.most()) {
      return false;
    }
    threads++;
    waiting++;
    return true;
  }

  private void startThread(boolean needed) {
    if (needed && !startPlatform() && !startVirtual()) {
      lock.lock();
      try {
        threads--;
        waiting--;
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean startPlatform() {
    try {
      factory.newThread(work).start();
      return true;
    } catch (Throwable noThread) {
      return false;
    }
  }

  /** A virtual thread may be starved, but otherwise no errand would run at all. */
  private boolean startVirtual() {
    try {
      Thread thread =
          Thread.ofVirtual()
              .name("selvage-apart")
              .inheritInheritableThreadLocals(false)
              .unstarted(work);
      thread.setContextClassLoader(null);
      thread.start();
      return true;
    } catch (Throwable noThread) {
      return false;
    }
  }

  // ---- the threads

  private void work() {
    Errand errand = takeFirst();
    while (errand != null) {
      startThread(leavesMore());
      long delay = runGuarded(errand);
      errand = takeNext(errand, delay);
    }
  }

  private @Nullable Errand takeFirst() {
    lock.lock();
    try {
      return await(false);
    } finally {
      lock.unlock();
    }
  }

  private boolean leavesMore() {
    lock.lock();
    try {
      return callSomebody();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Errand takeNext(Errand done, long delay) {
    lock.lock();
    try {
      waiting++;
      if (delay < 0) {
        drop(done);
      } else if (done.place == Errand.RUNNING) {
        queue.add(done, System.nanoTime() + delay);
        callWatcher(done);
      }
      return await(true);
    } finally {
      lock.unlock();
    }
  }

  /** Never throws, and leaves no traces of the errand on the thread. */
  private long runGuarded(Errand errand) {
    long delay = Errand.OVER;
    try {
      delay = errand.run();
    } catch (Throwable failure) {
      failures.accept("a report failed", failure);
    }
    Thread self = Thread.currentThread();
    if (self.getContextClassLoader() != null) {
      self.setContextClassLoader(null);
    }
    var unused = Thread.interrupted();
    return delay;
  }

  /**
   * Returns the next errand for the calling thread, which is counted as waiting; null if the thread
   * must end.
   *
   * @param comesFromWork whether the thread has just finished an errand
   */
  private @Nullable Errand await(boolean comesFromWork) {
    boolean ready = comesFromWork;
    long idleLeft = limits.idleNanos();
    while (true) {
      long now = System.nanoTime();
      if (!queue.isEmpty()) {
        long wait = queue.firstDue() - now;
        if (wait <= 0 && !ready) {
          wait = untilJoining(now);
        }
        if (wait <= 0) {
          return take(now, ready);
        }
        if (!watched) {
          watched = true;
          long unused = await(watcher, wait);
          watched = false;
          ready = false;
          continue;
        }
      }
      ready = false;
      if (idleLeft > 0) {
        idleLeft = await(rest, idleLeft);
      } else if (waiting > 1 || (prepared == 0 && queue.isEmpty())) {
        waiting--;
        threads--;
        return null;
      } else {
        idleLeft = limits.idleNanos();
      }
    }
  }

  /** How long a waiting thread leaves the first errand to the busy threads. */
  private long untilJoining(long now) {
    int busy = threads - waiting;
    if (busy == 0) {
      return 0;
    }
    long late = now - queue.firstDue();
    if (busy < limits.quick()) {
      return Math.max(limits.patienceNanos() - late, STEP - (now - lastJoined));
    }
    return limits.longPatienceNanos() - Math.min(late, now - lastTaken);
  }

  private Errand take(long now, boolean comesFromWork) {
    waiting--;
    lastTaken = now;
    if (!comesFromWork) {
      lastJoined = now;
    }
    return queue.poll();
  }

  /** Waits, and returns how much of the time is left. */
  @SuppressWarnings({"InterruptedExceptionSwallowed", "WaitNotInLoop"}) // never interrupted
  private static long await(Condition condition, long nanos) {
    try {
      return condition.awaitNanos(nanos);
    } catch (InterruptedException e) {
      return nanos;
    }
  }

  /** {@return how many threads there are; for tests} */
  int threads() {
    lock.lock();
    try {
      return threads;
    } finally {
      lock.unlock();
    }
  }
}
