package io.selvage.process;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Threads;
import java.util.Objects;
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
   *   ended     null ──the thread of the pipe, at the end or after a failure──▶ an End
   *             null ──giveUp, by the attendant of the process────────────────▶ Over.GIVEN_UP
   *             The thread that sets it calls finish. What the thread of the pipe reads after it was given up is dropped. That thread then stays until
   *             the last process that has the other end open has closed it: Java cannot end a read or write of a pipe.
   *   blocking  true while the thread of the pipe is in a read or write, which may block. Written by it, read by the attendant.
   *   rounds    counts these reads and writes. Written by the thread of the pipe, read by the attendant: an equal number in two looks with blocking means
   *             that it was one and the same call.
   *   exited    false ──the attendant, after the exit of the process──▶ true. From then on only what is there already is read: all that the process
   *             itself has written is in the pipe.
   *
   * The JDK, too, cares for its pipes when a process has exited: it waits for a call that is under way, copies what is left in the pipe, and closes it.
   *
   * Check with: ChildProcessTest, ProcessEndTest.
   */
  private final Completion<Over> ended = new Completion<>();
  private volatile boolean blocking;
  private volatile long rounds;
  private volatile boolean exited;

  /**
   * How a pipe has ended.
   *
   * @param failure why it could not be read or written any more, if that is the reason
   */
  record Over(@Nullable Throwable failure) {
    static final Over AT_ITS_END = new Over(null);
    static final Over GIVEN_UP = new Over(null);
  }

  /** Reads or writes until the end. */
  abstract void work() throws Exception;

  /** Closes this end of the pipe. */
  abstract void closeEnd();

  /**
   * Nothing more comes from the other end, or goes to it. Called once, by any thread.
   *
   * @param failure why, or null in the normal case
   */
  abstract void finish(@Nullable Throwable failure);

  /** The program has no more interest. The pipe goes on until its end, so nobody is blocked. */
  abstract void disregard();

  final void start(String name) {
    Threads.start(name, true, this, this::end);
  }

  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // no code interrupts this thread
  public final void run() {
    try {
      work();
    } catch (Throwable failure) {
      end(failure);
      return;
    }
    end(null);
  }

  private void end(@Nullable Throwable failure) {
    blocking = false;
    closeEnd();
    complete(failure == null ? Over.AT_ITS_END : new Over(failure));
  }

  private void complete(Over how) {
    if (ended.complete(how)) {
      finish(how.failure());
    }
  }

  // ---- the thread of the pipe

  final void beginsBlocking() {
    blocking = true;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
  final void endsBlocking() {
    blocking = false;
    rounds++;
  }

  final boolean hasExited() {
    return exited;
  }

  // ---- any thread

  final Completion<Over> ended() {
    return ended;
  }

  /** {@return why the pipe broke, once it has ended; null in the normal case} */
  final @Nullable Throwable failure() {
    return Objects.requireNonNull(ended.poll()).failure();
  }

  // ---- the attendant of the process, after its exit

  void processExited() {
    exited = true;
  }

  /** {@return the number of the read or write that is under way, or -1 if there is none} */
  final long callUnderWay() {
    long round = rounds;
    return blocking && round == rounds ? round : -1;
  }

  final void giveUp() {
    complete(Over.GIVEN_UP);
  }
}
