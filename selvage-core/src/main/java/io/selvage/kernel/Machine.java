package io.selvage.kernel;

import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.Timer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What threads run on: starts, parks and wakes them, keeps the time. The schedulers decide who may
 * run, the machine makes it happen. There is the real one, and a simulated one on which a schedule
 * is chosen instead of happening.
 */
public interface Machine {
  /** How many platform threads may be blocked at once by those without a limit of their own. */
  int WORKERS = 128;

  /** {@return the JDK's threads, timers and clock} */
  static Machine real() {
    return RealMachine.INSTANCE;
  }

  /** {@return the scheduler that lets all threads of this machine run} */
  Scheduler parallel();

  /**
   * {@return the time in nanoseconds, from an arbitrary origin, as of {@link System#nanoTime()}}
   */
  long now();

  /**
   * {@return a platform thread for foreign code that blocks, which inherits from the calling
   * thread; to be started once, or not at all}
   *
   * @param name of the thread while it works
   * @param work what it is to run
   */
  Thread worker(String name, Runnable work);

  /** {@return the permits of those who block platform threads without a limit of their own} */
  Permits workerPermits();

  /** Starts a thread. Returns false if that is impossible; its task has been told then. */
  boolean start(ThreadRecord thread);

  /**
   * First act of a thread, on itself.
   *
   * @return whether it is to do its work
   */
  boolean begun(ThreadRecord self);

  /** Last act of a thread, on itself. */
  void ended(ThreadRecord self);

  /**
   * Blocks the calling thread until it is unparked, its deadline passes or it is interrupted; may
   * return early. One {@link #unpark} is remembered.
   *
   * @param blocker for thread dumps
   */
  void park(ThreadRecord self, Object blocker, long deadline);

  /**
   * Has the calling thread unparked at {@code deadline}, if {@link #park} cannot be trusted with
   * that. It may use up an {@link #unpark}, so look again before the park.
   *
   * @return to be taken back after the wait; null if {@code park} is to be given the deadline
   */
  default @Nullable Timer alarm(ThreadRecord self, long deadline) {
    return null;
  }

  /** The calling thread is about to park until it gets its turn, and is the next to get one. */
  default void beforeTurn(ThreadRecord self) {}

  /** Lets a thread return from {@link #park}. */
  void unpark(ThreadRecord thread);

  /** Lets others run. */
  void letOthersRun(ThreadRecord self);

  /**
   * Gives another thread time for what the calling one is not woken for.
   *
   * @param forLonger whether it may take long, and nobody interrupts the thread for the library
   *     meanwhile
   * @return whether an interrupt was found and its flag cleared; to be set again when all pauses
   *     are over, as the next one would end at once
   */
  boolean pause(ThreadRecord self, boolean forLonger);

  /**
   * The calling thread is about to begin, or is in the middle of, an operation: a point at which
   * another one may run first. Holds no lock.
   */
  void step(ThreadRecord self, String operation, boolean begins);

  /** {@return whether the fault point of this name is to fail now} */
  boolean fails(ThreadRecord self, String faultPoint);

  /** {@return how many timers are armed} */
  int timers();

  /** Runs {@code action} at a point in time, on a thread that must not be held up. */
  Timer callAt(long deadline, Runnable action);

  /**
   * Has {@link Region#deliver()} called, which may block, on a thread that may block. Once for each
   * region at most; never throws, and allocates nothing on the real machine: the caller is in the
   * middle of cancelling.
   */
  void interrupt(Region region);

  /** Runs foreign code, which may block, on a thread of the kernel. */
  void runDetached(Runnable action);

  /** Makes everything ready for {@code errand}, so that {@link #runErrand} needs no memory. */
  default void prepareErrand(Errand errand) {}

  /**
   * Runs foreign code, which may block, on a thread of the kernel, and again when it asks for that.
   * Does nothing for one that was handed over already, or is forgotten. Never throws, waits for
   * nothing.
   */
  void runErrand(Errand errand);

  /** From here on {@code errand} is not begun any more; one that runs goes on. Never throws. */
  default void forgetErrand(Errand errand) {}

  // ---- what only a simulation has to say

  /** {@return whether threads of tasks are to be platform threads} */
  default boolean isOnPlatformThreads() {
    return false;
  }

  /** {@return whether its threads may make no threads that it does not know} */
  default boolean refusesRawThreads() {
    return false;
  }

  /**
   * {@return the exception to be thrown, as one of its threads has done what it must not}
   *
   * @param what was done
   */
  default RuntimeException refuse(String what) {
    return new IllegalStateException(what);
  }

  /** A failure that no other code receives; on one of its threads. */
  default void failUncaught(String message, Throwable uncaught) {}

  /**
   * {@return the threads that are no tasks and have not ended, for dumps: those the library started
   * and, of the others, those that are in a region or wait; any thread}
   */
  List<ThreadRecord> roots();
}
