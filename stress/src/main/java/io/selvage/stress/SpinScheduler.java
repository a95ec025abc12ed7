package io.selvage.stress;

import io.selvage.kernel.Machine;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Region;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.kernel.jvm.Timer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A scheduler for actors: a wait spins, and ends with {@link Stuck} if it is not ended in time. The
 * thread that cancels also interrupts.
 *
 * <p>So an actor meets the other one within nanoseconds, and never blocks its worker thread.
 */
public final class SpinScheduler implements Scheduler {
  /** A wait that is not ended within this time counts as lost. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

  /** The patience after a lost wait: the test has failed, and should come to its end. */
  private static final long NO_PATIENCE = TimeUnit.MILLISECONDS.toNanos(1);

  private static volatile long patience = PATIENCE;

  /** A wait was not ended in time. */
  public static final class Stuck extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Stuck() {
      super("the wait was not ended");
    }
  }

  private final AtomicInteger readies = new AtomicInteger();
  private final Machine machine = new SpinMachine();
  private long spins;
  private long firstPark;

  /** Creates a scheduler for one waiting thread. */
  public SpinScheduler() {}

  /** {@return how often a wait was reported as decided} */
  public int readies() {
    return readies.get();
  }

  /** A moment that is far enough away never to come in a test that works. */
  public static long patience() {
    return System.nanoTime() + patience;
  }

  /** A wait was lost: those that follow are not waited for that long. */
  static void losePatience() {
    patience = NO_PATIENCE;
  }

  /** Spins; to be called in a loop. */
  @SuppressWarnings("ThreadPriorityCheck") // there may be fewer processors than actors
  public static void pause(long round) {
    if ((round & 0x3ff) == 0x3ff) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public void park(WaitNode node, long deadline) {
    long now = System.nanoTime();
    if (spins++ == 0) {
      firstPark = now;
    } else if (now - firstPark > patience) {
      losePatience();
      throw new Stuck();
    }
    pause(spins);
  }

  @Override
  public void ready(ThreadRecord waiter) {
    readies.incrementAndGet();
  }

  @Override
  public void start(ThreadRecord task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void ended(ThreadRecord task) {}

  @Override
  public void suspend(ThreadRecord self) {}

  @Override
  public boolean resumed(ThreadRecord self) {
    return false;
  }

  @Override
  public void letOthersRun(ThreadRecord self) {}

  /** The clock of the JDK; the thread that cancels also interrupts. */
  @SuppressWarnings("ThreadPriorityCheck") // there may be fewer processors than actors
  private final class SpinMachine implements Machine {
    @Override
    public Scheduler parallel() {
      return SpinScheduler.this;
    }

    @Override
    public long now() {
      return System.nanoTime();
    }

    @Override
    public void interrupt(Region region) {
      region.deliver();
    }

    @Override
    public void runErrand(Errand errand) {
      long unused = errand.run();
    }

    @Override
    public void runDetached(Runnable action) {
      action.run();
    }

    @Override
    public void letOthersRun(ThreadRecord self) {
      Thread.yield();
    }

    @Override
    public boolean pause(ThreadRecord self, boolean forLonger) {
      Thread.yield();
      return false;
    }

    @Override
    public boolean begun(ThreadRecord self) {
      return true;
    }

    @Override
    public void ended(ThreadRecord self) {}

    @Override
    public void step(ThreadRecord self, String operation, boolean begins) {}

    @Override
    public boolean fails(ThreadRecord self, String faultPoint) {
      return false;
    }

    @Override
    public Thread worker(String name, Runnable work) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Permits workerPermits() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean start(ThreadRecord thread) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void park(ThreadRecord self, Object blocker, long deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void unpark(ThreadRecord thread) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return Instant.now();
    }

    @Override
    public long elapsed() {
      return now();
    }

    @Override
    public int draw(int bound) {
      return 0;
    }

    @Override
    public int timers() {
      return 0;
    }

    @Override
    public SignalTable signals() {
      return Machine.real().signals();
    }

    @Override
    public Timer callAt(long deadline, Runnable action) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<ThreadRecord> roots() {
      return List.of();
    }
  }
}
