package io.selvage.process;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Threads;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * This program's end of one pipe of a child process. It is read or written by a platform thread of
 * its own.
 *
 * <p>A read or write of a pipe cannot be interrupted, and blocks the carrier of a virtual thread.
 * The JDK then adds carriers, but at most 256 of them: some hundred silent processes would stop
 * every virtual thread of the program. A thread of a pool would be no better: a process that waits
 * for the thread that reads its output could wait for ever.
 */
abstract class Pipe implements Runnable {
  /*
   * Protocol.
   *
   *   call      NOT_STARTED ──the thread of the pipe──▶ NONE
   *             NONE ──the thread of the pipe, before a read or write──▶ n, its number: 0, 1, 2, ...
   *             n ──the thread of the pipe, after it──▶ NONE
   *             n ──giveUp, by the attendant, after the exit of the process──▶ GIVEN_UP
   *             any ──abandon, if there is no thread, or no attendant any more──▶ GIVEN_UP
   *             All by CAS. A thread of the pipe that loses against GIVEN_UP drops what it has read and touches nothing but the stream, which it closes.
   *             So what a given-up pipe has read until then belongs to the attendant. That thread stays until the last process that has the other end
   *             open has closed it: Java cannot end a read or write of a pipe.
   *   ended     null ──the thread of the pipe, at the end or after a failure──▶ an Over
   *             null ──the attendant, after GIVEN_UP, when the rest was handed over──▶ Over.GIVEN_UP
   *             The thread that sets it calls finish, and tries again while the heap is full. All that these steps need is created with the pipe.
   *   exited    false ──the attendant, after the exit of the process──▶ true. From then on only what is there already is read: all that the process
   *             itself has written is in the pipe.
   *
   * The JDK, too, cares for its pipes when a process has exited: it waits for a call that is under way, copies what is left in the pipe, and closes it.
   *
   * Check with: PipeTest, PipeExhaustionTest, ChildProcessTest, ProcessEndTest.
   */
  private static final long NONE = -1;
  private static final long GIVEN_UP = -2;
  private static final long NOT_STARTED = -3;

  private final AtomicLong call = new AtomicLong(NOT_STARTED);
  private final Completion<Over> ended = new Completion<>();
  private final Over broken = new Over();
  private final Runnable closing = this::closeEnd;
  private final Runnable finishing = this::finishNow;
  private final Runnable telling = this::processExited;
  private long calls; // used by the thread of the pipe
  private volatile boolean exited;

  /** How a pipe has ended. */
  private static final class Over {
    static final Over AT_ITS_END = new Over();
    static final Over GIVEN_UP = new Over();

    /** Why it could not be read or written any more; set before it is published. */
    private @Nullable Throwable failure;
  }

  /** Reads or writes until the end, or until it is given up. */
  abstract void work() throws Exception;

  /** Closes this end of the pipe. */
  abstract void closeEnd();

  /**
   * Nothing more comes from the other end, or goes to it. Called by one thread, and again if it
   * throws an {@link OutOfMemoryError}.
   *
   * @param failure why, or null in the normal case
   */
  abstract void finish(@Nullable Throwable failure);

  /** The program has no more interest. The pipe goes on until its end, so no writer is blocked. */
  abstract void disregard();

  /**
   * The pipe was given up: hands over what was read before. Returns false if there is no room for
   * it now. Does not wait.
   */
  boolean handOverRest() {
    return true;
  }

  final void start(String name) {
    Threads.startBare(name, this, this::end);
  }

  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // no code interrupts this thread
  public final void run() {
    Throwable thrown = null;
    try {
      if (call.compareAndSet(NOT_STARTED, NONE)) {
        work();
      }
    } catch (Throwable failure) {
      thrown = failure;
    }
    end(thrown);
  }

  private void end(@Nullable Throwable failure) {
    try {
      Exhaustion.insist(closing);
    } finally {
      if (call.get() != GIVEN_UP) {
        broken.failure = failure;
        complete(failure == null ? Over.AT_ITS_END : broken);
      }
    }
  }

  private void complete(Over how) {
    if (ended.complete(how)) {
      Exhaustion.insist(finishing);
    }
  }

  private void finishNow() {
    finish(failure());
  }

  // ---- the thread of the pipe

  /** Returns false if the pipe was given up. */
  final boolean beginsCall() {
    return call.compareAndSet(NONE, calls);
  }

  /** Returns false if the pipe was given up. */
  final boolean endsCall() {
    return call.compareAndSet(calls++, NONE);
  }

  final boolean isGivenUp() {
    return call.get() == GIVEN_UP;
  }

  final boolean hasExited() {
    return exited;
  }

  // ---- any thread

  final Completion<?> ended() {
    return ended;
  }

  /** {@return why the pipe broke, once it has ended; null in the normal case} */
  final @Nullable Throwable failure() {
    return Objects.requireNonNull(ended.poll()).failure;
  }

  /** The pipe has no thread, or no thread waits for it: ends it at once. */
  final void abandon() {
    call.set(GIVEN_UP);
    complete(Over.GIVEN_UP);
  }

  // ---- the attendant of the process, after its exit

  /** Tells the pipe that the process has exited. Does not fail because of a full heap. */
  final void tellOfExit() {
    exited = true;
    Exhaustion.insist(telling);
  }

  /** Called once; again if it throws an {@link OutOfMemoryError}. */
  void processExited() {}

  /**
   * {@return the number of the read or write that is under way, or less than 0 if there is none}
   */
  final long callUnderWay() {
    return call.get();
  }

  /** Gives up the pipe if this call is still under way. */
  final void giveUp(long number) {
    var unused = call.compareAndSet(number, GIVEN_UP);
  }

  /** Ends a pipe that was given up, as soon as there is room for the rest. */
  final void endIfGivenUp() {
    if (isGivenUp() && handOverRest()) {
      complete(Over.GIVEN_UP);
    }
  }
}
