package io.selvage.kernel;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The JDK's threads, timers and clock, with nothing in between. */
final class RealMachine implements Machine {
  static final RealMachine INSTANCE = new RealMachine();

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Scheduler parallel = new ParallelScheduler(this);
  private final Roots roots = new Roots();
  private final Permits workerPermits = new Permits(WORKERS);

  private RealMachine() {}

  @Override
  public Scheduler parallel() {
    return parallel;
  }

  @Override
  public long now() {
    return System.nanoTime();
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // it is the usual one, whatever the calling thread has
  public Thread worker(String name, Runnable work) {
    // A new one: inheritable thread-locals, and the context class loader, reach it from the forking
    // thread. A thread that is used again cannot be given these.
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

  /** A thread that the library did not start has called it for the first time. */
  void adopted(ThreadRecord foreign) {
    roots.adopt(foreign);
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
    if (deadline == WaitNode.NEVER) {
      LockSupport.park(blocker);
    } else {
      LockSupport.parkNanos(blocker, deadline - now());
    }
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
    LockSupport.parkNanos(self, PAUSE_NANOS);
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
    return Timers.shared().callAt(deadline, action);
  }

  @Override
  public void interrupt(ThreadRecord target, Runnable delivery) {
    Interrupts.SHARED.run(delivery);
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
