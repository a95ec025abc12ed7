package io.selvage.kernel;

import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.kernel.jvm.Timer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The base that threads run on: it starts, parks and wakes threads, and has the clock. The
 * schedulers decide which thread may run; the machine carries out the decision. There is a real
 * machine and a simulated one. On the simulated machine the schedule is chosen and does not depend
 * on chance.
 */
public interface Machine {
  /** How many platform threads may be blocked at once by callers without a limit of their own. */
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

  /** {@return the time of day} */
  Instant instant();

  /** {@return the nanoseconds since this machine began} */
  long elapsed();

  /**
   * {@return a platform thread for foreign code that blocks; it inherits from the calling thread;
   * it is started once, or not at all}
   *
   * @param name of the thread while it works
   * @param work the code that it runs
   */
  Thread worker(String name, Runnable work);

  /** {@return the permits of callers that block platform threads without a limit of their own} */
  Permits workerPermits();

  /** Starts a thread. Returns false if that is impossible; then its task has failed already. */
  boolean start(ThreadRecord thread);

  /**
   * The first action of a thread; called by the thread itself.
   *
   * @return whether it must do its work
   */
  boolean begun(ThreadRecord self);

  /** The last action of a thread; called by the thread itself. */
  void ended(ThreadRecord self);

  /**
   * Blocks the calling thread until it is unparked, its deadline passes or it is interrupted; may
   * return early. One {@link #unpark} is remembered.
   *
   * @param blocker for thread dumps
   */
  void park(ThreadRecord self, Object blocker, long deadline);

  /**
   * Arms a timer that unparks the calling thread at {@code deadline}, if {@link #park} cannot time
   * out reliably. It may consume an {@link #unpark}, so the caller checks its condition again
   * before the park.
   *
   * @return the timer, which the caller cancels after the wait; null if the caller must pass the
   *     deadline to {@code park}
   */
  default @Nullable Timer alarm(ThreadRecord self, long deadline) {
    return null;
  }

  /** The calling thread is about to park until it gets its turn, and is the next to get one. */
  default void beforeTurn(ThreadRecord self) {}

  /** Lets a thread return from {@link #park}. */
  void unpark(ThreadRecord thread);

  /** Lets other threads run. */
  void letOthersRun(ThreadRecord self);

  /**
   * Waits a moment for something that another thread does without waking the calling thread.
   *
   * @param forLonger whether it may take long; then the library does not interrupt the thread
   *     meanwhile
   * @return whether an interrupt was found and its flag cleared; the caller sets the flag again
   *     after the last pause, because the next pause would end at once with it
   */
  boolean pause(ThreadRecord self, boolean forLonger);

  /**
   * A point at which another thread may run first: the calling thread is about to begin an
   * operation or is in the middle of one. It holds no lock.
   */
  void step(ThreadRecord self, String operation, boolean begins);

  /** {@return whether the fault point of this name must fail now} */
  boolean fails(ThreadRecord self, String faultPoint);

  /**
   * {@return a number from 0 to {@code bound - 1}; a simulation draws it from its seed}
   *
   * @param bound at least 1
   */
  int draw(int bound);

  /** {@return how many timers are armed} */
  int timers();

  /** {@return the receivers of signals that its threads open} */
  SignalTable signals();

  /** Runs {@code action} at a point in time, on a thread that must not be blocked. */
  Timer callAt(long deadline, Runnable action);

  /**
   * Requests a call of {@link Region#deliver()}, which may block, on a thread that may block. At
   * most once for each region. Never throws, and allocates nothing on the real machine: the caller
   * is in the middle of a cancel.
   */
  void interrupt(Region region);

  /** Runs foreign code, which may block, on a thread of the kernel. */
  void runDetached(Runnable action);

  /** Allocates everything that {@code errand} needs, so that {@link #runErrand} needs no memory. */
  default void prepareErrand(Errand errand) {}

  /**
   * Runs foreign code, which may block, on a thread of the kernel, and runs it again after the
   * delay that it returns. Does nothing if the errand was passed before, or was forgotten. Never
   * throws, waits for nothing.
   */
  void runErrand(Errand errand);

  /** From here on no run of {@code errand} begins; a run that has begun continues. Never throws. */
  default void forgetErrand(Errand errand) {}

  // ---- only a simulation overrides these

  /** {@return whether threads of tasks must be platform threads} */
  default boolean isOnPlatformThreads() {
    return false;
  }

  /** {@return whether its threads must not create threads that it does not know} */
  default boolean refusesRawThreads() {
    return false;
  }

  /**
   * {@return the exception to throw, because one of its threads has done something forbidden}
   *
   * @param what the forbidden action
   */
  default RuntimeException refuse(String what) {
    return new IllegalStateException(what);
  }

  /** Receives a failure that no other code receives; called on one of the machine's threads. */
  default void failUncaught(String message, Throwable uncaught) {}

  /**
   * {@return the threads that are no tasks and have not ended, for dumps: the threads that the
   * library has started, and other threads that are in a region or wait; any thread}
   */
  List<ThreadRecord> roots();
}
