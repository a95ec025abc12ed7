package io.selvage.kernel;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The JDK's threads, timers and clock, with nothing in between.
 *
 * <p>Making it loads what a cancellation needs later, when a class that cannot be loaded would
 * leave it half done.
 */
final class RealMachine implements Machine {
  static final RealMachine INSTANCE = new RealMachine();

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Scheduler parallel = new ParallelScheduler(this);
  private final Roots roots = new Roots();
  private final Timers timers = Timers.SHARED;
  private final Interrupts interrupts = Interrupts.SHARED;
  private final Workers workers = new Workers(30, TimeUnit.SECONDS);
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
  public Thread worker(String name, Runnable work) {
    return workers.borrow(name, work);
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
   * A thread that the library did not start has called it, and has no record.
   *
   * @return what the thread is to keep of the record
   */
  WeakReference<ThreadRecord> adopted(ThreadRecord foreign) {
    return roots.adopt(foreign);
  }

  @Override
  public List<ThreadRecord> roots() {
    return roots.list();
  }

  /** {@return how many threads that it did not start it remembers; for tests} */
  int adopted() {
    return roots.adopted();
  }

  @Override
  public void park(ThreadRecord self, Object blocker, long deadline) {
    ManagedPark.park(self.thread, blocker, deadline);
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck")
  public void beforeTurn(ThreadRecord self) {
    if (self.thread.isVirtual()) {
      Thread.yield();
    }
  }

  @Override
  public void unpark(ThreadRecord thread) {
    if (thread.thread != Thread.currentThread()) {
      LockSupport.unpark(thread.thread);
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // to yield is what it is for
  public void letOthersRun(ThreadRecord self) {
    Thread.yield();
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck")
  public boolean pause(ThreadRecord self, boolean forLonger) {
    if (!forLonger) {
      Thread.yield();
      return false;
    }
    boolean interrupted = Thread.interrupted(); // park would not wait
    ManagedPark.park(self.thread, self, now() + PAUSE_NANOS);
    return interrupted;
  }

  @Override
  public void step(ThreadRecord self, String operation, boolean begins) {}

  @Override
  public boolean fails(ThreadRecord self, String faultPoint) {
    return false;
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
  public void runApart(Runnable action) {
    Apart.run(action);
  }

  @Override
  public String toString() {
    return "the JDK";
  }
}
