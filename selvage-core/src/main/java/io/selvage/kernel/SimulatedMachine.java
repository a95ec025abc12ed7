package io.selvage.kernel;

import io.selvage.kernel.Director.Moment;
import io.selvage.kernel.SimulatedThread.State;
import io.selvage.kernel.VirtualClock.Alarm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads one at a time: at every step a {@link Director} picks the next one, and time passes
 * only when none can run. So the same picks give the same run.
 */
public final class SimulatedMachine implements Machine {
  /*
   * Protocol. Exactly one thread has the turn; it alone reads and writes what is not volatile, and hands everything on
   * with the turn: next.granted = true, unpark(next), and then waits for its own grant. The threads are real ones, so
   * thread locals, stacks and debuggers are what they always are.
   *
   *   RUNNABLE   has the turn, or is in runnable
   *   PARKED     in park: until unpark, its alarm, or an interrupt from outside
   *   DELAYED    held up by the director: until its alarm
   *   IDLE       waits until no other one can run
   *   ENDED
   *
   * unpark of a thread that is not PARKED leaves a permit, as LockSupport does.
   *
   * Interrupts. Those of the library are kept in SimulatedThread.interrupts, and issued by the target itself when it gets
   * the turn: so they come at a point of the schedule. One from outside wakes the target's real park: it says so in
   * interruptedFromOutside, and who has the turn makes it runnable at its next choice. Before time passes, or the run is
   * found to be stuck, the flags themselves are looked at: an interrupt by a task has been issued by then.
   *
   * abandoned: false to true, once, by any thread. From then on nobody has the turn: all threads are woken, and each throws
   * SimulationAbandoned at its next step. It ends a failed run, and lets the timer's thread go when all others have ended.
   */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

  /** Marks the threads of a simulation, and is asked when one of them makes a raw thread. */
  private static final class Inside extends InheritableThreadLocal<@Nullable SimulatedMachine> {
    private static final int NEAR = 12;

    @Override
    protected @Nullable SimulatedMachine childValue(@Nullable SimulatedMachine machine) {
      if (machine != null && !machine.rawThreads && !machine.abandoned && !isOfTheJdk()) {
        throw machine.refuse(
            "a raw thread is made on " + Thread.currentThread().getName() + ", a simulated one");
      }
      return null;
    }

    /** The JDK makes threads of its own when it likes: carriers of virtual threads above all. */
    private static boolean isOfTheJdk() {
      return StackWalker.getInstance()
          .walk(
              frames ->
                  frames
                      .limit(NEAR)
                      .anyMatch(frame -> frame.getClassName().startsWith("jdk.internal.")));
    }
  }

  private static final Inside INSIDE = new Inside();

  private final Director director;
  private final boolean rawThreads;
  private final boolean platform;
  private final Scheduler parallel = new ParallelScheduler(this);
  private final CountDownLatch done = new CountDownLatch(1);
  private final Set<SimulatedThread> alive = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable SimulatedThread turn;
  private volatile boolean abandoned;
  private volatile boolean interruptsFromOutside;
  private volatile long steps; // written by who has the turn

  // who has the turn
  private final VirtualClock clock = new VirtualClock();
  private final List<Alarm> due = new ArrayList<>();
  private final List<SimulatedThread> idle = new ArrayList<>();
  private final Ready ready = new Ready();
  private @Nullable SimulatedThread timer;
  private boolean deciding; // the director is at work: what it does takes no steps
  private int started;
  private int living; // without daemons

  /**
   * Creates a machine for one run.
   *
   * @param director decides
   * @param platform whether the machine's own threads are platform threads
   * @param rawThreads whether its threads may make threads that are not simulated
   */
  public SimulatedMachine(Director director, boolean platform, boolean rawThreads) {
    this.director = director;
    this.platform = platform;
    this.rawThreads = rawThreads;
  }

  /** {@return whether the calling thread belongs to a simulation} */
  public static boolean isInside() {
    return INSIDE.get() != null;
  }

  static boolean insideOnPlatformThreads() {
    SimulatedMachine inside = INSIDE.get();
    return inside != null && inside.platform;
  }

  static Thread makeThread(Supplier<Thread> factory) {
    SimulatedMachine inside = INSIDE.get();
    if (inside == null) {
      return factory.get();
    }
    INSIDE.remove();
    try {
      return factory.get();
    } finally {
      INSIDE.set(inside);
    }
  }

  // ---- the whole run: the thread that asks for it

  /**
   * Runs {@code body} and everything that it starts, until the last thread has ended or the run has
   * failed.
   *
   * @param stallLimit for how many nanoseconds of real time a thread may be without a step
   * @return what the run has failed with, or null
   * @throws InterruptedException if the calling thread is interrupted; the run is abandoned
   */
  public @Nullable Throwable run(Runnable body, long stallLimit) throws InterruptedException {
    Step.count(1);
    try {
      SimulatedThread main = newThread("main", body, false);
      main.granted = true;
      turn = main;
      main.record.thread.start();
      watch(stallLimit);
      return failure.get();
    } finally {
      abandon();
      Step.count(-1);
    }
  }

  private void watch(long stallLimit) throws InterruptedException {
    long slice = Math.min(stallLimit / 4 + 1, TimeUnit.MILLISECONDS.toNanos(250));
    long seen = -1;
    long since = System.nanoTime();
    while (!done.await(slice, TimeUnit.NANOSECONDS)) {
      long now = System.nanoTime();
      long count = steps;
      if (count != seen) {
        seen = count;
        since = now;
      } else if (abandoned) {
        if (now - since > PATIENCE) {
          return;
        }
      } else if (now - since > stallLimit) {
        SimulatedThread holder = Objects.requireNonNull(turn);
        fail(director.stalled(holder));
        holder.record.thread.interrupt();
        since = now;
      }
    }
  }

  /** {@return the threads that have not ended; none after a run that went well} */
  public List<SimulatedThread> alive() {
    return alive.stream()
        .filter(thread -> !thread.daemon)
        .sorted((a, b) -> Integer.compare(a.id(), b.id()))
        .toList();
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

  /** {@return what {@code look} finds if it looks at this machine; any thread} */
  public <T> T lookedAt(Supplier<T> look) {
    return ThreadRecord.lookingAt(this, look);
  }

  /** Ends the run with a failure, unless it has failed already. Any thread. */
  public void fail(Throwable why) {
    failure.compareAndSet(null, why);
    abandon();
  }

  private void abandon() {
    abandoned = true;
    for (SimulatedThread thread : alive) {
      LockSupport.unpark(thread.record.thread);
    }
  }

  private RuntimeException refuse(String what) {
    RuntimeException refusal = director.meddled(what);
    fail(refusal);
    return refusal;
  }

  // ---- threads

  private SimulatedThread newThread(String name, Runnable body, boolean daemon) {
    Thread.Builder builder = platform ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    Work work = new Work(body);
    Thread thread = makeThread(() -> builder.name(name).unstarted(work));
    ThreadRecord record = ThreadRecord.forThread(thread, parallel, failed -> {});
    work.self = record;
    return seat(record, daemon);
  }

  private static final class Work implements Runnable {
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
      } finally {
        record.end();
      }
    }
  }

  private SimulatedThread seat(ThreadRecord record, boolean daemon) {
    SimulatedThread seat = new SimulatedThread(record, started++, daemon);
    record.seat = seat;
    alive.add(seat);
    if (!daemon) {
      living++;
    }
    return seat;
  }

  /** {@return what this machine keeps of a thread} */
  public static SimulatedThread seatOf(ThreadRecord record) {
    return (SimulatedThread) Objects.requireNonNull(record.seat, "a simulated thread");
  }

  @Override
  public boolean start(ThreadRecord thread) {
    if (abandoned) {
      return true;
    }
    refuseOthers("starts thread '" + thread.thread.getName() + "'");
    SimulatedThread seat = seat(thread, false);
    if (!thread.startThread()) {
      seat.state = State.ENDED;
      alive.remove(seat);
      living--;
      return false;
    }
    ready.add(seat);
    return true;
  }

  private void startDaemon(SimulatedThread seat) {
    seat.record.thread.start();
    ready.add(seat);
  }

  @Override
  public boolean begun(ThreadRecord self) {
    INSIDE.set(this);
    awaitGrant(seatOf(self));
    return !abandoned;
  }

  @Override
  public void ended(ThreadRecord record) {
    SimulatedThread self = (SimulatedThread) record.seat;
    INSIDE.remove();
    if (self == null) {
      return; // never started: the run was over
    }
    if (!abandoned) {
      self.state = State.ENDED;
      if (!self.daemon && --living == 0) {
        abandon();
      } else {
        grant(next());
      }
    }
    alive.remove(self);
    if (alive.isEmpty()) {
      done.countDown();
    }
  }

  // ---- the turn

  private void grant(@Nullable SimulatedThread next) {
    if (next != null) {
      turn = next;
      next.granted = true;
      LockSupport.unpark(next.record.thread);
    }
  }

  private void handOver(SimulatedThread self, @Nullable SimulatedThread next) {
    if (next == self) {
      issueInterrupts(self);
      return;
    }
    grant(next);
    awaitGrant(self);
    if (abandoned) {
      throw new SimulationAbandoned();
    }
    issueInterrupts(self);
  }

  private void awaitGrant(SimulatedThread self) {
    boolean interrupted = false;
    while (!self.granted && !abandoned) {
      LockSupport.park(this);
      if (Thread.currentThread().isInterrupted()) {
        interrupted = true;
        self.interruptedFromOutside = true;
        interruptsFromOutside = true;
        var unused = Thread.interrupted();
      }
    }
    self.granted = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void issueInterrupts(SimulatedThread self) {
    while (!self.interrupts.isEmpty()) {
      self.interrupts.removeFirst().run();
    }
  }

  /** Picks who runs when the calling thread cannot; null if nobody can and the run has failed. */
  private @Nullable SimulatedThread next() {
    while (!abandoned) {
      noticeInterruptsFromOutside();
      if (ready.count > 0) {
        return ready.pick(null, Moment.BLOCK);
      }
      if (noticesLateInterrupt()) {
        continue;
      }
      if (!idle.isEmpty()) {
        idle.forEach(this::makeReady);
        idle.clear();
      } else if (!clock.advance(this::goesOff)) {
        fail(director.stuck());
      }
    }
    return null;
  }

  private void noticeInterruptsFromOutside() {
    if (!interruptsFromOutside) {
      return;
    }
    interruptsFromOutside = false;
    for (SimulatedThread thread : alive()) {
      if (thread.interruptedFromOutside) {
        thread.interruptedFromOutside = false;
        if (thread.state == State.PARKED) {
          wake(thread);
        }
      }
    }
  }

  /** Nobody can run: then somebody must not be taken for blocked who has not got to say so yet. */
  private boolean noticesLateInterrupt() {
    boolean found = false;
    for (SimulatedThread thread : alive()) {
      // in this order: the thread says so before it clears the flag
      if (thread.record.thread.isInterrupted() || thread.interruptedFromOutside) {
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

  /** A thread meddles that has not got the turn: it is none of ours. */
  private void refuseOthers(String what) {
    SimulatedThread holder = turn;
    if (holder != null && holder.record.thread != Thread.currentThread() && !abandoned) {
      throw refuse(
          "thread '" + Thread.currentThread().getName() + "', which is not simulated, " + what);
    }
  }

  // ---- what the schedulers and the operations ask for

  @Override
  public void step(ThreadRecord record, String operation, boolean begins) {
    if (deciding) {
      return;
    }
    SimulatedThread self = seatOf(record);
    if (!abandoned) {
      countStep();
      long delay = arrive(self, operation, begins);
      if (delay > 0 && !abandoned) {
        delay(self, delay);
      }
    }
    if (abandoned) {
      if (begins) {
        throw new SimulationAbandoned();
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

  @SuppressWarnings("NonAtomicVolatileUpdate") // only who has the turn writes
  private void countStep() {
    steps++;
  }

  private void choose(SimulatedThread self, Moment moment) {
    noticeInterruptsFromOutside();
    SimulatedThread next = ready.pick(self, moment);
    if (next != self) {
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
  @SuppressWarnings("ThreadPriorityCheck") // there is no turn any more
  public void letOthersRun(ThreadRecord record) {
    if (abandoned) {
      Thread.yield();
      return;
    }
    countStep();
    choose(seatOf(record), Moment.YIELD);
  }

  /** Blocks the calling thread until no other one can run without time passing. */
  public void awaitIdle(ThreadRecord record) {
    if (abandoned) {
      throw new SimulationAbandoned();
    }
    SimulatedThread self = seatOf(record);
    countStep();
    self.state = State.IDLE;
    idle.add(self);
    handOver(self, next());
  }

  @Override
  public void park(ThreadRecord record, Object blocker, long deadline) {
    if (abandoned) {
      throw new SimulationAbandoned();
    }
    if (deciding) {
      throw new IllegalStateException("an invariant must not wait, it did in " + blocker);
    }
    SimulatedThread self = seatOf(record);
    if (self.permit) {
      self.permit = false;
      return;
    }
    if (Thread.currentThread().isInterrupted() || deadline <= clock.now()) {
      return;
    }
    self.state = State.PARKED;
    self.alarm = deadline == WaitNode.NEVER ? null : clock.arm(deadline, self, null);
    handOver(self, next());
  }

  @Override
  public void unpark(ThreadRecord record) {
    if (abandoned) {
      return;
    }
    refuseOthers("wakes '" + record.thread.getName() + "', which is");
    SimulatedThread thread = seatOf(record);
    if (thread.state == State.PARKED) {
      wake(thread);
    } else {
      thread.permit = true;
    }
  }

  @Override
  public boolean fails(ThreadRecord self, String faultPoint) {
    return !abandoned && director.fails(seatOf(self), faultPoint);
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
    if (abandoned) {
      return () -> true;
    }
    refuseOthers("arms a timer");
    if (timer == null) {
      timer = newThread("timer", this::runTimer, true);
      startDaemon(timer);
    }
    Alarm alarm = clock.arm(Math.max(deadline, clock.now()), null, action);
    return () -> clock.cancel(alarm) || due.remove(alarm);
  }

  private void runTimer() {
    ThreadRecord self = Objects.requireNonNull(timer).record;
    while (true) {
      while (due.isEmpty()) {
        park(self, due, WaitNode.NEVER);
      }
      Alarm alarm = due.remove(due.size() == 1 ? 0 : director.pick(due.size()));
      Objects.requireNonNull(alarm.action).run();
    }
  }

  /** {@return how many timers are armed} */
  public int timers() {
    return clock.actions();
  }

  // ---- foreign code

  @Override
  public void interrupt(ThreadRecord target, Runnable delivery) {
    seatOf(target).interrupts.add(delivery);
  }

  /**
   * Interrupts a thread as somebody outside of the library would, when it gets the turn next; one
   * that waits wakes up.
   */
  public void interruptFromOutside(SimulatedThread target) {
    target.interrupts.add(target.record.thread::interrupt);
    if (target.state == State.PARKED) {
      wake(target);
    }
  }

  @Override
  public void runApart(Runnable action) {
    if (abandoned) {
      return;
    }
    SimulatedThread thread = newThread("canceller", action, false);
    thread.record.thread.start();
    ready.add(thread);
  }

  @Override
  public String toString() {
    return "a simulation";
  }

  /** The threads that can run and have not got the turn, in the order in which they came. */
  private final class Ready implements Director.Candidates {
    private SimulatedThread[] threads = new SimulatedThread[16];
    private int count;
    private @Nullable SimulatedThread first;
    private @Nullable SimulatedThread last;

    void add(SimulatedThread thread) {
      if (count == threads.length) {
        threads = Arrays.copyOf(threads, count * 2);
      }
      threads[count++] = thread;
    }

    /** Takes out who is picked; {@code self}, which is not in here, if it is that one. */
    SimulatedThread pick(@Nullable SimulatedThread self, Moment moment) {
      first = moment == Moment.STEP ? self : null;
      last = moment == Moment.YIELD ? self : null;
      int index = director.pick(this, moment);
      if (first != null) {
        index--;
      }
      return index < 0 || index == count ? Objects.requireNonNull(self) : remove(index);
    }

    private SimulatedThread remove(int index) {
      SimulatedThread thread = threads[index];
      System.arraycopy(threads, index + 1, threads, index, --count - index);
      return thread;
    }

    @Override
    public int size() {
      return count + (first != null || last != null ? 1 : 0);
    }

    @Override
    public SimulatedThread get(int index) {
      if (first != null) {
        return index == 0 ? first : threads[index - 1];
      }
      return index == count ? Objects.requireNonNull(last) : threads[index];
    }
  }
}
