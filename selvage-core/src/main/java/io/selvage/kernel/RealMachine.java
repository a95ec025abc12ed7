package io.selvage.kernel;

import io.selvage.kernel.jvm.Daemons;
import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.ForeignCallThreads;
import io.selvage.kernel.jvm.JdkSignals;
import io.selvage.kernel.jvm.JdkThreads;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.jvm.Timers;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinPool.ManagedBlocker;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The machine that uses the JDK's threads, timers and clock directly.
 *
 * <p>Its creation loads the classes that a cancellation needs. If one of them failed to load later,
 * a cancellation would be left half done.
 */
final class RealMachine implements Machine {
  static final RealMachine INSTANCE = new RealMachine();

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long NAP_MILLIS = 1;

  private final long began = System.nanoTime();
  private final Scheduler parallel = new ParallelScheduler(this);
  private final ThreadRegistry roots = new ThreadRegistry();
  private final Timers timers =
      new Timers(TimeUnit.SECONDS.toNanos(5), Daemons.named("selvage-timer"), Log::error);
  private final ForeignCallThreads foreignCalls = ForeignCallThreads.ofProcess(Log::error);
  private final InterruptDelivery interrupts = InterruptDelivery.SHARED;
  private final Permits workerPermits = new Permits(WORKERS);

  private RealMachine() {
    ManagedPark.load();
  }

  @Override
  public Scheduler parallel() {
    return parallel;
  }

  @Override
  public long now() {
    return System.nanoTime();
  }

  @Override
  public Instant instant() {
    return Instant.now();
  }

  @Override
  public long elapsed() {
    return System.nanoTime() - began;
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // normal, whatever the calling thread has
  public Thread worker(String name, Runnable work) {
    // A new thread each time: it inherits inheritable thread-locals and the context class loader
    // from the forking thread. A reused thread could not inherit them.
    return Threads.make(
        () ->
            Thread.ofPlatform().daemon().name(name).priority(Thread.NORM_PRIORITY).unstarted(work));
  }

  @Override
  public Permits workerPermits() {
    return workerPermits;
  }

  @Override
  public boolean start(ThreadRecord thread) {
    if (!thread.isService()) {
      return thread.startThread();
    }
    roots.addService(thread);
    boolean started = thread.startThread();
    if (!started) {
      roots.removeService(thread);
    }
    return started;
  }

  @Override
  public boolean begun(ThreadRecord self) {
    return true;
  }

  @Override
  public void ended(ThreadRecord self) {
    if (self.isService()) {
      roots.removeService(self);
    }
  }

  /**
   * Registers the record of a thread that the library did not start.
   *
   * @return the reference to the record that the thread must keep
   */
  WeakReference<ThreadRecord> adopted(ThreadRecord foreign) {
    return roots.adopt(foreign);
  }

  @Override
  public List<ThreadRecord> roots() {
    return roots.list();
  }

  /** {@return how many threads are registered that the library did not start; for tests} */
  int adopted() {
    return roots.adopted();
  }

  /**
   * When a virtual thread parks with a timeout, the JDK allocates memory while the thread is being
   * unmounted from its carrier. If the heap is full at that moment, the thread never runs again. So
   * such threads park without a timeout, and a timer that was armed before wakes them.
   */
  @Override
  public @Nullable Timer alarm(ThreadRecord self, long deadline) {
    Thread thread = self.thread;
    if (!thread.isVirtual()) {
      return null;
    }
    try {
      Exhaustion.point("alarm");
      return callAt(deadline, () -> JdkThreads.unpark(thread));
    } catch (OutOfMemoryError e) {
      return null; // park yields in this case, and the caller tries again
    }
  }

  @Override
  public void park(ThreadRecord self, Object blocker, long deadline) {
    assert SpinLock.holdsNone() : "waits while it holds a spin lock";
    if (!self.thread.isVirtual()) {
      ManagedPark.park(self.thread, blocker, deadline);
    } else if (deadline == WaitNode.NEVER) {
      parkVirtual(self, blocker);
    } else {
      JdkThreads.yieldIfPossible();
    }
  }

  private static void parkVirtual(ThreadRecord self, Object blocker) {
    try {
      LockSupport.park(blocker);
    } catch (StackOverflowError tooDeep) {
      blockCarrier(self);
    }
  }

  /**
   * A virtual thread with a nearly full stack cannot be unmounted from its carrier, because the JDK
   * needs stack to copy the frames. Inside a monitor it waits on its carrier instead. An unpark
   * does not wake it there, so it checks again after a short time.
   */
  private static void blockCarrier(ThreadRecord self) {
    synchronized (self) {
      try {
        self.wait(NAP_MILLIS);
      } catch (InterruptedException e) {
        self.thread.interrupt();
      }
    }
  }

  @Override
  public void beforeTurn(ThreadRecord self) {
    if (self.thread.isVirtual()) {
      JdkThreads.yieldIfPossible();
    }
  }

  @Override
  public void unpark(ThreadRecord thread) {
    if (thread.thread != Thread.currentThread()) {
      JdkThreads.unpark(thread.thread);
    }
  }

  @Override
  public void letOthersRun(ThreadRecord self) {
    JdkThreads.yieldIfPossible();
  }

  @Override
  public boolean pause(ThreadRecord self, boolean forLonger) {
    if (!forLonger) {
      JdkThreads.yieldIfPossible();
      return false;
    }
    boolean interrupted = Thread.interrupted(); // with the flag set, park would return at once
    long deadline = now() + PAUSE_NANOS;
    Timer alarm = alarm(self, deadline);
    park(self, self, alarm == null ? deadline : WaitNode.NEVER);
    if (alarm != null) {
      var unused = alarm.cancel();
    }
    return interrupted;
  }

  @Override
  public void step(ThreadRecord self, String operation, boolean begins) {}

  @Override
  public boolean fails(ThreadRecord self, String faultPoint) {
    return false;
  }

  @Override
  public int draw(int bound) {
    return ThreadLocalRandom.current().nextInt(bound);
  }

  @Override
  public int timers() {
    return timers.size();
  }

  @Override
  public SignalTable signals() {
    return ProcessSignals.TABLE;
  }

  /** Made when it is first used: most programs receive no signals. */
  private static final class ProcessSignals {
    static final SignalTable TABLE = new SignalTable(new JdkSignals());
  }

  @Override
  public Timer callAt(long deadline, Runnable action) {
    return timers.callAt(deadline, action);
  }

  @Override
  public void interrupt(Region region) {
    interrupts.run(region);
  }

  @Override
  public void runDetached(Runnable action) {
    foreignCalls.run(action);
  }

  @Override
  public void prepareErrand(Errand errand) {
    foreignCalls.prepare(errand);
  }

  @Override
  public void runErrand(Errand errand) {
    foreignCalls.run(errand);
  }

  @Override
  public void forgetErrand(Errand errand) {
    foreignCalls.forget(errand);
  }

  @Override
  public String toString() {
    return "the JDK";
  }

  /**
   * One park of a platform thread. A thread of a fork-join pool informs its pool, which lets
   * another thread work meanwhile. Otherwise the tasks that could end the wait might have no thread
   * to run on.
   */
  private static final class ManagedPark implements ManagedBlocker {
    /*
     * The wait has begun already: other threads may have found its node. So nothing is thrown here, whatever the pool does. The pool refuses when it
     * has its maximum of threads, or when it stops. It may also have no memory for another thread, or call foreign code to find out whether it is
     * saturated, and that code may fail. Then the thread parks anyway, unless it has parked already: one park consumes one unpark, and a second park
     * would wait without any wake-up to come.
     *
     * The interrupt flag is read and never changed, as LockSupport does.
     *
     * Check with: ForkJoinTest.
     */
    private final Object blocker;
    private final long deadline;
    private boolean parked;

    private ManagedPark(Object blocker, long deadline) {
      this.blocker = blocker;
      this.deadline = deadline;
    }

    /** Loads this class early, at a time when a failure leaves no operation half done. */
    static void load() {}

    /**
     * Blocks the calling thread until it is unparked, its deadline passes or it is interrupted; may
     * return early. Never throws.
     *
     * @param thread the calling one
     * @param blocker for thread dumps; does not park if it is a {@link WaitNode} that was decided
     */
    static void park(Thread thread, Object blocker, long deadline) {
      if (thread instanceof ForkJoinWorkerThread) {
        parkInPool(blocker, deadline);
      } else {
        parkPlainly(blocker, deadline);
      }
    }

    @SuppressWarnings(
        "InterruptedExceptionSwallowed") // the exception means that the pool stops; no interrupt
    // flag
    // was cleared
    private static void parkInPool(Object blocker, long deadline) {
      ManagedPark park = null;
      try {
        park = new ManagedPark(blocker, deadline);
        ForkJoinPool.managedBlock(park);
      } catch (Throwable refused) {
        if (park == null || !park.parked) {
          parkPlainly(blocker, deadline);
        }
      }
    }

    private static void parkPlainly(Object blocker, long deadline) {
      if (deadline == WaitNode.NEVER) {
        LockSupport.park(blocker);
      } else {
        LockSupport.parkNanos(blocker, deadline - System.nanoTime());
      }
    }

    /** Lets the pool skip its work for a wait that is over. */
    @Override
    public boolean isReleasable() {
      return (blocker instanceof WaitNode node && !node.isWaiting())
          || Thread.currentThread().isInterrupted()
          || (deadline != WaitNode.NEVER && deadline - System.nanoTime() <= 0);
    }

    @Override
    public boolean block() {
      parked = true;
      parkPlainly(blocker, deadline);
      return true;
    }
  }
}
