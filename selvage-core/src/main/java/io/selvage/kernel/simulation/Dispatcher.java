package io.selvage.kernel.simulation;

import io.selvage.kernel.WaitNode;
import io.selvage.kernel.simulation.Director.Moment;
import io.selvage.kernel.simulation.SimulatedThread.State;
import io.selvage.kernel.simulation.VirtualClock.Alarm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Chooses the thread that runs next, and makes threads able to run. Guarded by the turn. */
final class Dispatcher {
  /*
   * Protocol. The states of a thread:
   *
   *   RUNNABLE   has the turn, or is in ready
   *   PARKED     in park: until unpark, its alarm, or an interrupt from outside
   *   DELAYED    delayed by the director: until its alarm
   *   IDLE       waits until no other thread can run
   *   ENDED
   *
   * unpark of a thread that is not PARKED leaves a permit, as LockSupport does.
   *
   * When no thread can run, the dispatcher looks for interrupts from outside: it checks the flag of each thread and then interruptedFromOutside, and
   * an interrupted thread that is parked continues. So an interrupt that was issued by a task is noticed at a time that does not depend on real time.
   * Then the idle threads continue; then time passes.
   */
  private final Director director;
  private final Turn turn;
  private final Steps steps;
  private final RunTermination end;
  private final RunThreads threads;
  private final ReadyThreads ready;
  private final VirtualClock clock;
  private final Consumer<Alarm> timers; // receives the alarms that run an action
  private final List<SimulatedThread> idle = new ArrayList<>();
  private long parks;
  private long unparks;

  Dispatcher(
      Director director,
      Turn turn,
      Steps steps,
      RunTermination end,
      RunThreads threads,
      ReadyThreads ready,
      VirtualClock clock,
      Consumer<Alarm> timers) {
    this.director = director;
    this.turn = turn;
    this.steps = steps;
    this.end = end;
    this.threads = threads;
    this.ready = ready;
    this.clock = clock;
    this.timers = timers;
  }

  /** {@return how often threads have parked} */
  long parks() {
    return parks;
  }

  /** {@return how often threads have been unparked} */
  long unparks() {
    return unparks;
  }

  // ---- the next thread

  /**
   * Picks the thread that runs when the calling thread cannot; null if no thread can and the run
   * has failed.
   */
  @Nullable SimulatedThread next() {
    while (!end.isAbandoned()) {
      if (!ready.isEmpty()) {
        return ready.pick(director, null, Moment.BLOCK);
      }
      failUnlessOneWakes();
    }
    return null;
  }

  /** The calling thread can continue, but another one may be chosen. */
  void choose(SimulatedThread self, Moment moment) {
    SimulatedThread next = ready.pick(director, self, moment);
    if (next == self) {
      Turn.issueInterrupts(self);
    } else {
      ready.add(self);
      turn.handOver(self, next);
    }
  }

  // ---- the calling thread waits

  /** Delays the calling thread. */
  void delay(SimulatedThread self, long nanos) {
    self.state = State.DELAYED;
    self.alarm = clock.arm(clock.now() + nanos, self, null);
    turn.handOver(self, next());
  }

  /** Blocks the calling thread until no other thread can run unless time passes. */
  void awaitIdle(SimulatedThread self) {
    self.state = State.IDLE;
    idle.add(self);
    turn.handOver(self, next());
  }

  /** Blocks the calling thread until it is unparked, its deadline passes or it is interrupted. */
  void park(SimulatedThread self, long deadline) {
    parks++;
    Turn.issueInterrupts(self);
    if (self.permit) {
      self.permit = false;
      return;
    }
    if (Thread.currentThread().isInterrupted() || deadline - clock.now() <= 0) {
      return;
    }
    self.state = State.PARKED;
    self.alarm = deadline == WaitNode.NEVER ? null : clock.arm(deadline, self, null);
    turn.handOver(self, next());
  }

  // ---- a thread becomes able to run

  /** Lets a thread return from park, or leaves a permit. */
  void unpark(SimulatedThread thread) {
    unparks++;
    if (!wakeIfParked(thread)) {
      thread.permit = true;
    }
  }

  /** Lets a parked thread continue, and leaves nothing behind otherwise. */
  boolean wakeIfParked(SimulatedThread thread) {
    if (thread.state != State.PARKED) {
      return false;
    }
    if (thread.alarm != null) {
      clock.cancel(thread.alarm);
      thread.alarm = null;
    }
    makeReady(thread);
    return true;
  }

  private void makeReady(SimulatedThread thread) {
    thread.state = State.RUNNABLE;
    ready.add(thread);
  }

  /** The calling thread polls for something: if no other thread can run, time must pass. */
  void wakeOneIfNoneIsReady() {
    if (ready.isEmpty()) {
      failUnlessOneWakes();
    }
  }

  private void failUnlessOneWakes() {
    if (!wakeThreads()) {
      end.fail(director.stuck());
    }
  }

  /** No thread can run. Returns false if there is nothing that a thread could wait for. */
  private boolean wakeThreads() {
    if (noticesInterruptsFromOutside()) {
      return true;
    }
    if (!idle.isEmpty()) {
      idle.forEach(this::makeReady);
      idle.clear();
      return true;
    }
    steps.idle();
    return !ready.isEmpty() || end.isAbandoned() || clock.advance(this::goesOff);
  }

  /**
   * Happens at a time that does not depend on when the interrupted thread writes
   * interruptedFromOutside.
   */
  private boolean noticesInterruptsFromOutside() {
    boolean found = false;
    for (SimulatedThread thread : threads.all()) {
      // in this order: the thread writes interruptedFromOutside before it clears the flag
      if (thread.record.thread().isInterrupted() || thread.interruptedFromOutside) {
        thread.interruptedFromOutside = false;
        found |= wakeIfParked(thread);
      }
    }
    return found;
  }

  private void goesOff(Alarm alarm) {
    if (alarm.thread != null) {
      alarm.thread.alarm = null;
      makeReady(alarm.thread);
    } else {
      timers.accept(alarm);
    }
  }
}
