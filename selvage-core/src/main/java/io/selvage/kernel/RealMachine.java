package io.selvage.kernel;

import io.selvage.kernel.jvm.Daemons;
import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.ForeignCallThreads;
import io.selvage.kernel.jvm.JdkThreads;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.jvm.Timers;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's threads, timers and clock, with nothing in between.
 *
 * <p>Making it loads what a cancellation needs later, when a class that cannot be loaded would
 * leave it half done.
 */
final class RealMachine implements Machine {
  static final RealMachine INSTANCE = new RealMachine();

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long NAP_MILLIS = 1;

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

  /**
   * A virtual thread that parks for a time has the JDK allocate when it is halfway off its carrier.
   * If the heap is full at that moment, it never runs again. So such threads park without a time,
   * and are woken by a timer that was armed before.
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
      return null; // park yields, and then it is tried again
    }
  }

  @Override
  public void park(ThreadRecord self, Object blocker, long deadline) {
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
   * A virtual thread whose stack is nearly full cannot leave its carrier: the JDK needs stack to
   * copy the frames. In a monitor it waits on its carrier instead. It is not unparked there, so it
   * looks again after a short time.
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
    boolean interrupted = Thread.interrupted(); // park would not wait
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
  public int timers() {
    return timers.size();
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
}
