package io.selvage.process;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.jvm.JdkThreads;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The thread of a child process that waits for its exit, and then for the ends of its pipes. */
final class Attendant {
  /*
   * Protocol.
   *
   *   exit      null ──the attendant──▶ true, when the process has exited; status is written before
   *   settled   null ──the attendant──▶ true, when all pipes have ended and no close is at work; its last action
   *             null ──the closing thread, or the attendant──▶ true, if the process cannot be signalled, so that no thread waits for it
   *   ending    false ──the first closing thread, before it looks whether the process lives──▶ true
   *   closeDone null ──that thread──▶ true, when it has ended the process and its descendants, or they may not be signalled
   *   killed    false ──endAtOnce, by that thread, if it has failed──▶ true. The attendant, which has a stack of its own, then kills the process and its
   *             descendants, also if the process itself has exited meanwhile. It publishes itself in thread and then reads killed; endAtOnce writes killed
   *             and then interrupts thread. So one of them sees the other.
   *   If ending is true, the attendant settles only after closeDone or killed. If it reads false, exit is set already, so the close has nothing to end.
   *
   * The pipes are looked at all together: one whose receiver is slow must not delay the others. A pipe in which one and the same call is under way for
   * REST is given up.
   *
   * Other threads wait for each of these steps. So all that they need is created before the process is attended, and a step that meets a full heap is tried
   * again (Exhaustion).
   *
   * Process.onExit is not used: its stage is completed by the common pool, whose threads may all be waiting for processes.
   *
   * Check with: AttendantTest, FamilyTest, PipeExhaustionTest, ChildProcessTest, ProcessEndTest.
   */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long REST = TimeUnit.SECONDS.toNanos(1);

  final Completion<Boolean> exit = new Completion<>();
  final Completion<Boolean> settled = new Completion<>();
  final Completion<Boolean> closeDone = new Completion<>();
  final AtomicBoolean ending = new AtomicBoolean();

  private final Process process;
  private final Pipe[] pipes;
  private final long[] calls; // the call that was seen in each pipe
  private final long[] since; // and when it was seen first
  private final Runnable looking = this::look;
  private final Runnable waiting = this::awaitClose;
  private final Runnable killing;
  private volatile int status; // valid after exit
  private volatile @Nullable Thread thread;
  private volatile boolean killed;
  private boolean hasKilled; // used by the attendant alone

  /**
   * @param kill kills the process and its descendants, and returns whether the process is gone or
   *     will be; may be called again if the heap is full
   */
  Attendant(Process process, List<Pipe> pipes, BooleanSupplier kill) {
    this.process = process;
    this.killing = () -> killOrGiveUp(kill);
    this.pipes = pipes.toArray(Pipe[]::new);
    this.calls = new long[this.pipes.length];
    this.since = new long[this.pipes.length];
    Arrays.fill(calls, -1);
  }

  void start(String name) {
    Threads.startBare(name, this::attend, failure -> attend());
  }

  /** {@return the exit status, after the exit} */
  int status() {
    return status;
  }

  /**
   * The close has failed, perhaps because there is no more stack or heap: ends the process as soon
   * as possible, without a grace period. Needs little of either. Does not wait.
   */
  void endAtOnce() {
    killed = true;
    Thread known = thread;
    if (known != null) {
      JdkThreads.interrupt(known);
    }
  }

  // ---- its thread

  private void killIfAsked() {
    if (killed && !hasKilled) {
      hasKilled = true;
      Exhaustion.insist(killing);
    }
  }

  private void killOrGiveUp(BooleanSupplier kill) {
    if (!kill.getAsBoolean()) {
      settled.complete(true);
    }
  }

  private void attend() {
    thread = Thread.currentThread();
    status = awaitStatus();
    exit.complete(true);
    try {
      for (Pipe pipe : pipes) {
        pipe.tellOfExit();
      }
      while (!allHaveEnded()) {
        killIfAsked();
        Exhaustion.insist(looking);
      }
    } finally {
      abandonRest();
      while (ending.get() && !killed && !closeDone.isDone()) {
        Exhaustion.insist(waiting);
      }
      killIfAsked();
      settled.complete(true);
    }
  }

  private int awaitStatus() {
    while (true) {
      killIfAsked();
      try {
        return process.waitFor();
      } catch (InterruptedException | OutOfMemoryError e) {
        JdkThreads.yieldIfPossible(); // by endAtOnce; or the heap is full
      }
    }
  }

  private boolean allHaveEnded() {
    for (Pipe pipe : pipes) {
      if (!pipe.ended().isDone()) {
        return false;
      }
    }
    return true;
  }

  private void abandonRest() {
    for (Pipe pipe : pipes) {
      if (!pipe.ended().isDone()) {
        pipe.abandon();
      }
    }
  }

  /** Judges all pipes, and waits a little. May be called again if the heap is full. */
  private void look() {
    long now = now();
    for (int i = 0; i < pipes.length; i++) {
      judge(i, now);
    }
    for (Pipe pipe : pipes) {
      awaitStep(pipe.ended(), pipe, now + LOOK);
    }
  }

  /** Waits a little for the close that is at work. May be called again if the heap is full. */
  private void awaitClose() {
    awaitStep(closeDone, this, now() + LOOK);
  }

  private void judge(int i, long now) {
    Pipe pipe = pipes[i];
    long call = pipe.callUnderWay();
    if (call < 0 || call != calls[i]) {
      calls[i] = call;
      since[i] = now;
    } else if (now - since[i] >= REST) {
      pipe.giveUp(call);
    }
    pipe.endIfGivenUp();
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // by endAtOnce, which has nothing more to say
  private static void awaitStep(Completion<?> step, Object owner, long deadline) {
    try {
      var unused = step.await("ChildProcess.attend", owner, deadline);
    } catch (InterruptedException e) {
      // the next look waits again
    }
  }

  private static long now() {
    return ThreadRecord.current().scheduler().now();
  }
}
