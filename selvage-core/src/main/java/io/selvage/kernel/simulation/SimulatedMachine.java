package io.selvage.kernel.simulation;

import io.selvage.kernel.CurrentRecord;
import io.selvage.kernel.CurrentSimulation;
import io.selvage.kernel.Machine;
import io.selvage.kernel.ParallelScheduler;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Region;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.simulation.Director.Moment;
import io.selvage.kernel.simulation.SimulatedThread.State;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads one at a time: at every step a {@link Director} picks the next one, and time passes
 * only when none can run. So the same picks give the same run.
 */
public final class SimulatedMachine implements Machine {
  /** The time of day at the start of each run. */
  private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

  /*
   * Protocol. This class is the machine as the kernel and the director see it. It looks whether the run goes on and whether the caller belongs to it;
   * the rest is in the parts, each with its own rules:
   *
   *   Turn            exactly one thread has the turn, and it alone uses what is "guarded by the turn"
   *   Dispatcher      the states of the threads; the thread that runs next, and what happens when none can run
   *   Steps           the points at which another thread may be chosen
   *   RunThreads      the threads that have not ended;  OwnThreads, TimerThread, Errands: those that the machine itself starts
   *   VirtualClock    the time
   *   RunTermination  the end: once a run is abandoned, no thread has the turn any more
   *   StallWatch      the thread outside that waits for the end
   */
  private final Director director;
  private final boolean rawThreads;
  private final boolean platform;
  private final Scheduler parallel = new ParallelScheduler(this);
  private final RunTermination end = new RunTermination();
  private final Turn turn = new Turn(end);
  private final Steps steps;
  private final StallWatch watch;

  // guarded by the turn
  private final VirtualClock clock = new VirtualClock();
  private final ReadyThreads ready = new ReadyThreads();
  private final Permits workerPermits = new Permits(WORKERS);
  private final RunThreads threads;
  private final OwnThreads ownThreads;
  private final TimerThread timers;
  private final SimulatedSignals signalSource = new SimulatedSignals();
  private final SignalTable signals = new SignalTable(signalSource);
  private final Errands errands;
  private final Dispatcher dispatcher;

  /**
   * Creates a machine for one run.
   *
   * @param director makes the decisions
   * @param platform whether the machine's own threads are platform threads
   * @param rawThreads whether its threads may create threads that are not simulated
   */
  public SimulatedMachine(Director director, boolean platform, boolean rawThreads) {
    this.director = director;
    this.platform = platform;
    this.rawThreads = rawThreads;
    this.steps = new Steps(director);
    this.watch = new StallWatch(director, turn, steps, end);
    this.threads = new RunThreads(director, end, ready);
    this.ownThreads = new OwnThreads(platform, parallel, threads, ready, end);
    this.timers = new TimerThread(this, director, clock, ownThreads);
    this.errands = new Errands(this, ownThreads);
    this.dispatcher =
        new Dispatcher(director, turn, steps, end, threads, ready, clock, timers::isDue);
  }

  /** {@return whether the calling thread belongs to a simulation} */
  public static boolean isInside() {
    return CurrentSimulation.current() != null;
  }

  @Override
  public boolean isOnPlatformThreads() {
    return platform;
  }

  @Override
  public boolean refusesRawThreads() {
    return !rawThreads && !end.isAbandoned();
  }

  // ---- the whole run: on the thread that starts it

  /**
   * Runs {@code body} and all threads that it starts, until the last thread has ended or the run
   * has failed.
   *
   * @param stallLimit for how many nanoseconds of real time a thread may run without a step
   * @return the failure of the run, or null
   * @throws InterruptedException if the calling thread is interrupted; the run is abandoned
   */
  public @Nullable Throwable run(Runnable body, long stallLimit) throws InterruptedException {
    Step.count(1);
    try {
      SimulatedThread main = ownThreads.make("main", body, false);
      turn.begin(main);
      main.record.thread().start();
      watch.awaitEnd(stallLimit);
      return end.failure();
    } catch (InterruptedException e) {
      end.abandon();
      end.awaitAbandoned();
      throw e;
    } finally {
      if (end.hasCome()) {
        Step.count(-1); // otherwise the remaining threads must notice the end at their next step
      }
    }
  }

  /** {@return the threads that have not ended; none after a run that went well} */
  public List<SimulatedThread> alive() {
    return end.alive();
  }

  @Override
  public List<ThreadRecord> roots() {
    return alive().stream()
        .filter(thread -> thread.state != State.ENDED && !thread.record.isTask())
        .map(SimulatedThread::record)
        .toList();
  }

  /** {@return how many steps there have been} */
  public long steps() {
    return steps.count();
  }

  /** {@return how often threads have parked} After the run. */
  public long parks() {
    return dispatcher.parks();
  }

  /** {@return how often threads have been unparked} After the run. */
  public long unparks() {
    return dispatcher.unparks();
  }

  /**
   * {@return the result of {@code look}, run as if the calling thread were part of this machine;
   * any thread}
   */
  public <T> T lookedAt(Supplier<T> look) {
    return CurrentRecord.lookingAt(this, look);
  }

  // ---- failures

  /** Ends the run with a failure, unless it has failed already. Any thread. */
  public void fail(Throwable why) {
    end.fail(why);
  }

  /**
   * A failure that no other code can receive fails the run, unless the director decides otherwise.
   * Called on one of the machine's threads.
   */
  @Override
  public void failUncaught(String message, Throwable uncaught) {
    Throwable failure = director.uncaught(message, uncaught);
    if (failure != null) {
      fail(failure);
    }
  }

  @Override
  public RuntimeException refuse(String what) {
    RuntimeException refusal = director.meddled(what);
    fail(refusal);
    return refusal;
  }

  /** The calling thread does not have the turn, so it is not part of the simulation: refuse it. */
  void refuseOthers(String what) {
    if (turn.isHeldByAnother()) {
      throw refuse(
          "thread '"
              + Threads.nameOf(Thread.currentThread())
              + "', which is not simulated, "
              + what);
    }
  }

  boolean isAbandoned() {
    return end.isAbandoned();
  }

  // ---- threads

  /** A new thread each time, so that runs do not depend on each other. */
  @Override
  public Thread worker(String name, Runnable work) {
    return Threads.unstarted(name, work);
  }

  @Override
  public Permits workerPermits() {
    return workerPermits;
  }

  @Override
  public boolean start(ThreadRecord thread) {
    if (end.isAbandoned()) {
      return true;
    }
    refuseOthers("starts thread '" + Threads.nameOf(thread.thread()) + "'");
    SimulatedThread simulated = threads.add(thread, false);
    if (!thread.startThread()) {
      threads.withdraw(simulated);
      return false;
    }
    ready.add(simulated);
    return true;
  }

  @Override
  public boolean begun(ThreadRecord self) {
    CurrentSimulation.enter(this);
    SimulatedThread simulated = SimulatedThread.of(self);
    turn.await(simulated);
    if (!end.isAbandoned()) {
      Turn.issueInterrupts(simulated);
    }
    return !end.isAbandoned();
  }

  @Override
  public void ended(ThreadRecord record) {
    SimulatedThread self = (SimulatedThread) record.machineState();
    CurrentSimulation.leave();
    if (self == null) {
      return; // never started: the run was over
    }
    if (!end.isAbandoned()) {
      if (threads.remove(self)) {
        end.abandon();
      } else {
        turn.grant(dispatcher.next());
      }
    }
    end.remove(self);
  }

  // ---- steps and waits: called by the schedulers and the operations

  @Override
  public void step(ThreadRecord record, String operation, boolean begins) {
    assert SpinLock.holdsNone() : "a step inside of a section: " + operation;
    if (steps.areExcluded()) {
      return;
    }
    SimulatedThread self = SimulatedThread.of(record);
    if (!end.isAbandoned()) {
      long delay = steps.arrive(self, operation, begins);
      if (delay > 0 && !end.isAbandoned()) {
        dispatcher.delay(self, delay);
      }
    }
    if (end.isAbandoned()) {
      if (begins) {
        throw end.abandonmentOf(self);
      }
      return;
    }
    dispatcher.choose(self, Moment.STEP);
    director.takes(self, operation, begins);
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // no thread has the turn any more
  public void letOthersRun(ThreadRecord record) {
    if (end.isAbandoned()) {
      Thread.yield();
      return;
    }
    steps.refuseToWait("checkpoint");
    steps.add();
    dispatcher.choose(SimulatedThread.of(record), Moment.YIELD);
  }

  @Override
  public boolean pause(ThreadRecord record, boolean forLonger) {
    if (!end.isAbandoned()) {
      dispatcher.wakeOneIfNoneIsReady();
    }
    letOthersRun(record);
    return false;
  }

  /**
   * Runs an action of the simulation itself, which is no part of the schedule. Called on the thread
   * that has the turn.
   */
  public void runWithoutSteps(Runnable action) {
    steps.runExcluded(action);
  }

  /** As {@link #runWithoutSteps}, with a result. */
  public <T> T callWithoutSteps(Supplier<T> action) {
    return steps.callExcluded(action);
  }

  /** Blocks the calling thread until no other thread can run unless time passes. */
  public void awaitIdle(ThreadRecord record) {
    steps.refuseToWait("awaitAllBlocked");
    step(record, "SimulationRun.awaitAllBlocked", true);
    dispatcher.awaitIdle(SimulatedThread.of(record));
  }

  @Override
  public void park(ThreadRecord record, Object blocker, long deadline) {
    assert SpinLock.holdsNone() : "waits while it holds a spin lock";
    SimulatedThread self = SimulatedThread.of(record);
    if (end.isAbandoned()) {
      throw end.abandonmentOf(self);
    }
    steps.refuseToWait(blocker);
    dispatcher.park(self, deadline);
  }

  @Override
  public void unpark(ThreadRecord record) {
    if (end.isAbandoned()) {
      return;
    }
    refuseOthers("wakes '" + Threads.nameOf(record.thread()) + "', which is");
    dispatcher.unpark(SimulatedThread.of(record));
  }

  @Override
  public boolean fails(ThreadRecord self, String faultPoint) {
    return !end.isAbandoned() && director.fails(SimulatedThread.of(self), faultPoint);
  }

  // ---- interrupts

  @Override
  public void interrupt(Region region) {
    if (!end.isAbandoned()) {
      refuseOthers("cancels '" + Threads.nameOf(region.record().thread()) + "', which is");
      SimulatedThread.of(region.record()).interrupts.add(region::deliver);
    }
  }

  /**
   * Interrupts a thread as code outside of the library would. The interrupt happens when the thread
   * gets the turn next; a waiting thread wakes up.
   */
  public void interruptFromOutside(SimulatedThread target) {
    target.interrupts.add(target.record.thread()::interrupt);
    var unused = dispatcher.wakeIfParked(target);
  }

  // ---- time

  @Override
  public Scheduler parallel() {
    return parallel;
  }

  @Override
  public long now() {
    return clock.now();
  }

  @Override
  public Instant instant() {
    return START.plusNanos(clock.now());
  }

  @Override
  public long elapsed() {
    return clock.now();
  }

  @Override
  public Timer callAt(long deadline, Runnable action) {
    if (end.isAbandoned()) {
      return () -> true;
    }
    refuseOthers("arms a timer");
    return timers.callAt(deadline, action);
  }

  @Override
  public int draw(int bound) {
    return bound == 1 ? 0 : director.pick(bound);
  }

  @Override
  public int timers() {
    return clock.actions();
  }

  // ---- signals

  @Override
  public SignalTable signals() {
    return signals;
  }

  /**
   * Raises a signal.
   *
   * @return whether there was a receiver of it
   * @throws IllegalArgumentException if there is no such signal
   */
  public boolean raise(String name) {
    if (signalSource.number(name) < 0) {
      throw new IllegalArgumentException(
          "name must be the name of a signal of Linux such as \"HUP\", was \"" + name + "\"");
    }
    if (end.isAbandoned()) {
      return false;
    }
    refuseOthers("raises the signal " + name);
    boolean received = signalSource.isReceived(name);
    signalSource.raise(name);
    return received;
  }

  // ---- foreign code

  @Override
  public void runDetached(Runnable action) {
    Errand errand = Errand.once(action);
    prepareErrand(errand);
    runErrand(errand);
  }

  @Override
  public void prepareErrand(Errand errand) {
    Errands.prepare(errand);
  }

  @Override
  public void runErrand(Errand errand) {
    errands.run(errand);
  }

  @Override
  public void forgetErrand(Errand errand) {
    Errands.forget(errand);
  }

  @Override
  public String toString() {
    return "a simulation";
  }
}
