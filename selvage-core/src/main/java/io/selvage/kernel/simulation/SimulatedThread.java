package io.selvage.kernel.simulation;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A thread of a simulation: the data that its {@link SimulatedMachine} keeps about it. */
public final class SimulatedThread {
  enum State {
    RUNNABLE,
    PARKED,
    DELAYED,
    IDLE,
    ENDED
  }

  final ThreadRecord record;
  final boolean daemon;
  private final int id;

  // the other fields belong to the thread that has the turn, if not stated otherwise
  State state = State.RUNNABLE;
  boolean permit;
  VirtualClock.@Nullable Alarm alarm;
  final List<Runnable> interrupts = new ArrayList<>(0);

  int warnings; // how often SimulationAbandoned was thrown in it; the thread itself only
  volatile boolean lost; // it ignores the warnings; written by the thread
  volatile boolean granted; // written by the thread that had the turn before, cleared by the thread
  volatile boolean interruptedFromOutside; // set by the thread, cleared by the one with the turn

  SimulatedThread(ThreadRecord record, int id, boolean daemon) {
    this.record = record;
    this.id = id;
    this.daemon = daemon;
  }

  /** {@return the data about a thread that is part of a simulation} */
  static SimulatedThread of(ThreadRecord record) {
    return (SimulatedThread) Objects.requireNonNull(record.machineState(), "a simulated thread");
  }

  /** {@return its number, in the order in which the threads were started; the first one is 0} */
  public int id() {
    return id;
  }

  /** {@return its name} */
  public String name() {
    return Threads.nameOf(record.thread());
  }

  /** {@return the kernel's record of it} */
  public ThreadRecord record() {
    return record;
  }

  /** {@return whether it was given the turn and has not run since; any thread, racily} */
  public boolean awaitsProcessor() {
    return granted;
  }

  /** {@return whether it belongs to the simulation itself} */
  public boolean isDaemon() {
    return daemon;
  }

  @Override
  public String toString() {
    return id + ":" + name() + " " + state;
  }
}
