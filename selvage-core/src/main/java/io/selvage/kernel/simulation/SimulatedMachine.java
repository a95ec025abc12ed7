package io.selvage.kernel.simulation;

import io.selvage.kernel.CurrentSimulation;
import io.selvage.kernel.Log;
import io.selvage.kernel.Machine;
import io.selvage.kernel.ParallelScheduler;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Region;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.simulation.Director.Moment;
import io.selvage.kernel.simulation.SimulatedThread.State;
import io.selvage.kernel.simulation.VirtualClock.Alarm;
import io.selvage.kernel.support.SimulationAbandoned;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads one at a time: at every step a {@link Director} picks the next one, and time passes
 * only when none can run. So the same picks give the same run.
 */
public final class SimulatedMachine implements Machine {
  /*
   * Protocol. Exactly one thread has the turn; only this thread reads and writes the fields that are not volatile, and it publishes them with the
   * turn: next.granted = true, unpark(next), and then it waits for its own grant. The threads are real threads, so thread-locals, stacks and
   * debuggers work as usual.
   *
   *   RUNNABLE   has the turn, or is in runnable
   *   PARKED     in park: until unpark, its alarm, or an interrupt from outside
   *   DELAYED    delayed by the director: until its alarm
   *   IDLE       waits until no other thread can run
   *   ENDED
   *
   * unpark of a thread that is not PARKED leaves a permit, as LockSupport does.
   *
   * Interrupts. Interrupts of the library are kept in SimulatedThread.interrupts, and the target thread issues them itself when it gets the turn: so
   * they arrive at a point of the schedule. An interrupt from outside wakes the target's real park: the target writes interruptedFromOutside, then
   * clears the flag. When no thread can run, the machine checks the flag and then the field, and an interrupted thread that is parked continues. So an
   * interrupt that was issued by a task is noticed at a time that does not depend on real time.
   *
   * The end is described in RunTermination: once a run is abandoned, no thread has the turn any more.
   */
  private final Director director;
  private final boolean rawThreads;
  private final boolean platform;
  private final Scheduler parallel = new ParallelScheduler(this);
  private final RunTermination end = new RunTermination();
  private volatile @Nullable SimulatedThread turn;
  private volatile long steps; // written by the thread that has the turn

  // guarded by the turn
  private final VirtualClock clock = new VirtualClock();
  private final List<Alarm> due = new ArrayList<>();
  private final List<SimulatedThread> idle = new ArrayList<>();
  private final Permits workerPermits = new Permits(WORKERS);
  private final ReadyThreads ready = new ReadyThreads();
  private @Nullable SimulatedThread timer;
  private boolean deciding; // the director is working: its own actions are no steps
  private final List<SimulatedThread> threads = new ArrayList<>(); // not ended, by number
  private int started;
  private int living; // without daemons

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
      SimulatedThread main = newThread("main", body, false);
      main.granted = true;
      turn = main;
      main.record.thread().start();
      watch(stallLimit);
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

  /**
   * Real time is added up in small pieces, so that a pause of the whole process does not count as a
   * pause of a task.
   */
  private void watch(long stallLimit) throws InterruptedException {
    long slice = Math.min(stallLimit / 4 + 1, TimeUnit.MILLISECONDS.toNanos(250));
    long seen = -1;
    long quiet = 0;
    long before = System.nanoTime();
    while (!end.await(slice)) {
      long now = System.nanoTime();
      quiet += Math.min(now - before, 2 * slice);
      before = now;
      if (end.isAbandoned()) {
        end.awaitAbandoned();
        return;
      }
      if (steps != seen) {
        seen = steps;
        quiet = 0;
      } else if (quiet > stallLimit) {
        SimulatedThread holder = Objects.requireNonNull(turn);
        fail(director.stalled(holder));
        holder.record.thread().interrupt();
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
    return steps;
  }

  /**
   * {@return the result of {@code look}, run as if the calling thread were part of this machine;
   * any thread}
   */
  public <T> T lookedAt(Supplier<T> look) {
    return ThreadRecord.lookingAt(this, look);
  }

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

  // ---- threads

  private SimulatedThread newThread(String name, Runnable body, boolean daemon) {
    Thread.Builder builder = platform ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    Work work = new Work(body);
    Thread thread = CurrentSimulation.makeThread(() -> builder.name(name).unstarted(work));
    ThreadRecord record = ThreadRecord.forThread(thread, parallel, failed -> {});
    work.self = record;
    return register(record, daemon);
  }

  private final class Work implements Runnable {
    private final Runnable body;
    private @Nullable ThreadRecord self; // set before the thread starts

    Work(Runnable body) {
      this.body = body;
    }

    @Override
    public void run() {
      ThreadRecord record = Objects.requireNonNull(self);
      try {
        if (record.begin()) {
          body.run();
        }
      } catch (SimulationAbandoned e) {
        // the run is over
      } catch (Throwable broken) {
        fail(broken); // a run must not succeed because the end of its body was not reported
      } finally {
        record.end();
      }
    }
  }

  private SimulatedThread register(ThreadRecord record, boolean daemon) {
    ready.reserve(threads.size() + 1);
    SimulatedThread simulated = new SimulatedThread(record, started++, daemon);
    record.setMachineState(simulated);
    end.add(simulated);
    threads.add(simulated);
    if (!daemon) {
      living++;
      director.starts(simulated);
    }
    return simulated;
  }

  /** {@return this machine's own data about a thread} */
  public static SimulatedThread threadOf(ThreadRecord record) {
    return (SimulatedThread) Objects.requireNonNull(record.machineState(), "a simulated thread");
  }

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
    SimulatedThread simulated = register(thread, false);
    if (!thread.startThread()) {
      simulated.state = State.ENDED;
      end.remove(simulated);
      threads.remove(simulated);
      living--;
      return false;
    }
    ready.add(simulated);
    return true;
  }

  private void startDaemon(SimulatedThread simulated) {
    simulated.record.thread().start();
    ready.add(simulated);
  }

  @Override
  public boolean begun(ThreadRecord self) {
    CurrentSimulation.enter(this);
    SimulatedThread simulated = threadOf(self);
    awaitGrant(simulated);
    if (!end.isAbandoned()) {
      issueInterrupts(simulated);
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
      self.state = State.ENDED;
      threads.remove(self);
      if (!self.daemon) {
        director.ends(self);
      }
      if (!self.daemon && --living == 0) {
        end.abandon();
      } else {
        grant(next());
      }
    }
    end.remove(self);
  }

  // ---- the turn

  private void grant(@Nullable SimulatedThread next) {
    if (next != null) {
      turn = next;
      next.granted = true;
      LockSupport.unpark(next.record.thread());
    }
  }

  private void handOver(SimulatedThread self, @Nullable SimulatedThread next) {
    if (next == self) {
      issueInterrupts(self);
      return;
    }
    grant(next);
    awaitGrant(self);
    if (end.isAbandoned()) {
      throw new SimulationAbandoned();
    }
    issueInterrupts(self);
  }

  private void awaitGrant(SimulatedThread self) {
    boolean interrupted = false;
    while (!self.granted && !end.isAbandoned()) {
      LockSupport.park(this);
      if (Thread.currentThread().isInterrupted()) {
        interrupted = true;
        self.interruptedFromOutside = true;
        var unused = Thread.interrupted();
      }
    }
    self.granted = false;
    if (interrupted) {
      self.interruptedFromOutside = false; // from here on the flag itself holds the interrupt
      Thread.currentThread().interrupt();
    }
  }

  private static void issueInterrupts(SimulatedThread self) {
    while (!self.interrupts.isEmpty()) {
      self.interrupts.removeFirst().run();
    }
  }

  /**
   * Picks the thread that runs when the calling thread cannot; null if no thread can and the run
   * has failed.
   */
  private @Nullable SimulatedThread next() {
    while (!end.isAbandoned()) {
      if (!ready.isEmpty()) {
        return ready.pick(director, null, Moment.BLOCK);
      }
      if (!somebodyWakesUp()) {
        fail(director.stuck());
      }
    }
    return null;
  }

  /**
   * No thread can run: first interrupts from outside are noticed, then idle threads continue, then
   * time passes.
   */
  private boolean somebodyWakesUp() {
    if (noticesInterruptsFromOutside()) {
      return true;
    }
    if (!idle.isEmpty()) {
      idle.forEach(this::makeReady);
      idle.clear();
      return true;
    }
    countStep();
    deciding = true;
    try {
      director.idles();
    } finally {
      deciding = false;
    }
    return !ready.isEmpty() || end.isAbandoned() || clock.advance(this::goesOff);
  }

  /**
   * Happens at a time that does not depend on when the interrupted thread writes
   * interruptedFromOutside.
   */
  private boolean noticesInterruptsFromOutside() {
    boolean found = false;
    for (SimulatedThread thread : threads) {
      // in this order: the thread writes interruptedFromOutside before it clears the flag
      if (thread.record.thread().isInterrupted() || thread.interruptedFromOutside) {
        thread.interruptedFromOutside = false;
        if (thread.state == State.PARKED) {
          wake(thread);
          found = true;
        }
      }
    }
    return found;
  }

  private void goesOff(Alarm alarm) {
    if (alarm.thread != null) {
      alarm.thread.alarm = null;
      makeReady(alarm.thread);
    } else {
      due.add(alarm);
      unpark(Objects.requireNonNull(timer).record);
    }
  }

  private void makeReady(SimulatedThread thread) {
    thread.state = State.RUNNABLE;
    ready.add(thread);
  }

  private void wake(SimulatedThread parked) {
    if (parked.alarm != null) {
      clock.cancel(parked.alarm);
      parked.alarm = null;
    }
    makeReady(parked);
  }

  /** The calling thread does not have the turn, so it is not part of the simulation: refuse it. */
  private void refuseOthers(String what) {
    SimulatedThread holder = turn;
    if (holder != null && holder.record.thread() != Thread.currentThread() && !end.isAbandoned()) {
      throw refuse(
          "thread '"
              + Threads.nameOf(Thread.currentThread())
              + "', which is not simulated, "
              + what);
    }
  }

  // ---- called by the schedulers and the operations

  @Override
  public void step(ThreadRecord record, String operation, boolean begins) {
    if (deciding) {
      return;
    }
    SimulatedThread self = threadOf(record);
    if (!end.isAbandoned()) {
      countStep();
      long delay = arrive(self, operation, begins);
      if (delay > 0 && !end.isAbandoned()) {
        delay(self, delay);
      }
    }
    if (end.isAbandoned()) {
      if (begins) {
        throw end.abandonmentOf(self);
      }
      return;
    }
    choose(self, Moment.STEP);
    director.takes(self, operation, begins);
  }

  private long arrive(SimulatedThread self, String operation, boolean begins) {
    deciding = true;
    try {
      return director.arrives(self, operation, begins);
    } finally {
      deciding = false;
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only the thread that has the turn writes
  private void countStep() {
    steps++;
  }

  private void choose(SimulatedThread self, Moment moment) {
    SimulatedThread next = ready.pick(director, self, moment);
    if (next == self) {
      issueInterrupts(self);
    } else {
      ready.add(self);
      handOver(self, next);
    }
  }

  private void delay(SimulatedThread self, long nanos) {
    self.state = State.DELAYED;
    self.alarm = clock.arm(clock.now() + nanos, self, null);
    handOver(self, next());
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // no thread has the turn any more
  public void letOthersRun(ThreadRecord record) {
    if (end.isAbandoned()) {
      Thread.yield();
      return;
    }
    refuseToWait("checkpoint");
    countStep();
    choose(threadOf(record), Moment.YIELD);
  }

  @Override
  public boolean pause(ThreadRecord record, boolean forLonger) {
    if (!end.isAbandoned() && ready.isEmpty() && !somebodyWakesUp()) {
      fail(director.stuck());
    }
    letOthersRun(record);
    return false;
  }

  /**
   * Runs an action of the simulation itself, which is no part of the schedule. Called on the thread
   * that has the turn.
   */
  public void withoutSteps(Runnable action) {
    var unused =
        withoutSteps(
            () -> {
              action.run();
              return true;
            });
  }

  /** As {@link #withoutSteps(Runnable)}, with a result. */
  public <T> T withoutSteps(Supplier<T> action) {
    deciding = true;
    try {
      return action.get();
    } finally {
      deciding = false;
    }
  }

  private void refuseToWait(Object where) {
    if (deciding) {
      throw new IllegalStateException("an invariant must not wait, it did in " + where);
    }
  }

  /** Blocks the calling thread until no other thread can run unless time passes. */
  public void awaitIdle(ThreadRecord record) {
    refuseToWait("awaitAllBlocked");
    step(record, "SimulationRun.awaitAllBlocked", true);
    SimulatedThread self = threadOf(record);
    self.state = State.IDLE;
    idle.add(self);
    handOver(self, next());
  }

  @Override
  public void park(ThreadRecord record, Object blocker, long deadline) {
    SimulatedThread self = threadOf(record);
    if (end.isAbandoned()) {
      throw end.abandonmentOf(self);
    }
    refuseToWait(blocker);
    issueInterrupts(self);
    if (self.permit) {
      self.permit = false;
      return;
    }
    if (Thread.currentThread().isInterrupted() || deadline - clock.now() <= 0) {
      return;
    }
    self.state = State.PARKED;
    self.alarm = deadline == WaitNode.NEVER ? null : clock.arm(deadline, self, null);
    handOver(self, next());
  }

  @Override
  public void unpark(ThreadRecord record) {
    if (end.isAbandoned()) {
      return;
    }
    refuseOthers("wakes '" + Threads.nameOf(record.thread()) + "', which is");
    SimulatedThread thread = threadOf(record);
    if (thread.state == State.PARKED) {
      wake(thread);
    } else {
      thread.permit = true;
    }
  }

  @Override
  public boolean fails(ThreadRecord self, String faultPoint) {
    return !end.isAbandoned() && director.fails(threadOf(self), faultPoint);
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
  public Timer callAt(long deadline, Runnable action) {
    if (end.isAbandoned()) {
      return () -> true;
    }
    refuseOthers("arms a timer");
    if (timer == null) {
      timer = newThread("timer", this::runTimer, true);
      startDaemon(timer);
    }
    Alarm alarm = clock.arm(deadline, null, action);
    return () -> clock.cancel(alarm) || due.remove(alarm);
  }

  private void runTimer() {
    ThreadRecord self = Objects.requireNonNull(timer).record;
    while (true) {
      while (due.isEmpty()) {
        park(self, due, WaitNode.NEVER);
      }
      Alarm alarm = due.remove(due.size() == 1 ? 0 : director.pick(due.size()));
      runGuarded("a timer's action failed", Objects.requireNonNull(alarm.action));
    }
  }

  /**
   * No other code receives a failure of this action: it goes to the log, and that fails the run.
   */
  private static void runGuarded(String message, Runnable action) {
    try {
      action.run();
    } catch (SimulationAbandoned e) {
      throw e;
    } catch (Throwable failure) {
      Log.error(message, failure);
    }
  }

  @Override
  public int timers() {
    return clock.actions();
  }

  // ---- foreign code

  @Override
  public void interrupt(Region region) {
    if (!end.isAbandoned()) {
      refuseOthers("cancels '" + Threads.nameOf(region.record().thread()) + "', which is");
      threadOf(region.record()).interrupts.add(region::deliver);
    }
  }

  /**
   * Interrupts a thread as code outside of the library would. The interrupt happens when the thread
   * gets the turn next; a waiting thread wakes up.
   */
  public void interruptFromOutside(SimulatedThread target) {
    target.interrupts.add(target.record.thread()::interrupt);
    if (target.state == State.PARKED) {
      wake(target);
    }
  }

  @Override
  public void runDetached(Runnable action) {
    Errand errand = Errand.once(action);
    prepareErrand(errand);
    runErrand(errand);
  }

  @Override
  public void prepareErrand(Errand errand) {
    errand.place = Errand.PREPARED;
  }

  /** Runs on a new thread each time, so that the schedule decides about each of its steps. */
  @Override
  public void runErrand(Errand errand) {
    if (end.isAbandoned() || errand.place != Errand.PREPARED) {
      return;
    }
    refuseOthers("cancels a simulated one");
    errand.place = Errand.RUNNING;
    SimulatedThread thread =
        newThread(
            "canceller",
            () -> runGuarded("a canceller or a report failed", () -> run(errand)),
            false);
    thread.record.thread().start();
    ready.add(thread);
  }

  private void run(Errand errand) {
    long delay = errand.run();
    if (delay >= 0 && errand.place == Errand.RUNNING && !end.isAbandoned()) {
      errand.place = 0; // the timer will run it
      errand.timer = callAt(now() + delay, () -> runAgain(errand));
    }
  }

  private void runAgain(Errand errand) {
    if (errand.place == 0) {
      errand.place = Errand.PREPARED;
      runErrand(errand);
    }
  }

  @Override
  public void forgetErrand(Errand errand) {
    errand.place = Errand.FORGOTTEN;
    if (errand.timer != null) {
      errand.timer.cancel();
    }
  }

  @Override
  public String toString() {
    return "a simulation";
  }
}
