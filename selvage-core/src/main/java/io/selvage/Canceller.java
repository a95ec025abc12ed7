package io.selvage;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.CancelRequests;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Durations;
import io.selvage.kernel.support.Preload;
import io.selvage.kernel.support.Rethrow;
import io.selvage.kernel.support.SimulationAbandoned;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Describes how to cancel a foreign call (a call of code that is not part of the library) that has
 * its own cancel operation, for example {@code Statement.cancel} in JDBC: the action that replaces
 * an interrupt, and how often it is called. Immutable; each {@code with} method returns a copy.
 *
 * {@snippet class="io.selvage.Snippets" region="canceller"}
 *
 * <p>A canceller may be used for many calls, also for several at the same time. {@link
 * Selvage#callCancellable} is the short form for one call.
 *
 * <p><b>How often.</b> The action is called when the thread of the call is cancelled, and again
 * until the call has returned: after 50 ms, then after 100 ms, 200 ms and so on, but at least once
 * per second. An interval begins when the action has returned. One call is not enough, because many
 * drivers lose a cancel that arrives before the statement has begun to run.
 *
 * <p><b>When.</b> The action is called while the call runs, or is about to begin, or has just
 * returned. It is never called later: the end of the call waits for a running action. So a late
 * action cannot cancel the next use of the connection. The action is not called while the thread is
 * inside of a scope or group that was entered within the call: code in there is cancelled as usual,
 * by an interrupt. Nor is it called after an operation of the library within the call has thrown
 * {@link CancelledException}.
 *
 * <p><b>Threads.</b> The call runs on the calling thread. The action runs on a thread of the
 * library, which no cancellation interrupts, and never twice at the same time for one call. It may
 * block, and delays only its own call. There are at most 256 of these threads; when all of them are
 * blocked, further actions wait until one returns.
 *
 * <p><b>Failure.</b> The call decides how it reacts to the action: a result that it returns anyway
 * is returned. An exception that it throws after the action was called counts as caused by the
 * cancellation, and becomes the cause of a {@link CancelledException}; an {@link Error} is thrown
 * unchanged. An exception of the action, checked or not, is reported to the uncaught handler of the
 * task's group, or else to the log {@code io.selvage}, once for each call, and the action is called
 * again anyway.
 */
public final class Canceller {
  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(1);
  private static final long LEAST = TimeUnit.MILLISECONDS.toNanos(1);

  static {
    Preload.classes(MethodHandles.lookup(), BodyEnd.class); // needed when a call has ended
  }

  private final ThrowingRunnable<?> action;
  private final long firstNanos;
  private final long longestNanos;
  private final boolean repeated;

  private Canceller(
      ThrowingRunnable<?> action, long firstNanos, long longestNanos, boolean repeated) {
    this.action = action;
    this.firstNanos = firstNanos;
    this.longestNanos = longestNanos;
    this.repeated = repeated;
  }

  /**
   * {@return a canceller that calls {@code action} until the call has returned}
   *
   * @param action cancels the call if it runs; has no effect on a call that has not begun or is
   *     over. It may block and throw
   */
  public static Canceller of(ThrowingRunnable<?> action) {
    return new Canceller(Objects.requireNonNull(action, "action"), FIRST, LONGEST, true);
  }

  /**
   * {@return a canceller with these intervals between the calls of its action: each interval is
   * twice as long as the previous one}
   *
   * @param first the first interval, at least 1 ms; 50 ms unless set
   * @param longest the maximum interval, at least {@code first}; 1 s unless set
   * @throws IllegalArgumentException if {@code first} is shorter than 1 ms, {@code longest} is
   *     shorter than {@code first}, or one of them is longer than 100 years
   */
  public Canceller withIntervals(Duration first, Duration longest) {
    long newFirst = Durations.nanos(first, "first");
    long newLongest = Durations.nanos(longest, "longest");
    if (newFirst < LEAST) {
      throw new IllegalArgumentException(
          "first must be at least 1 ms, was " + first + "; to call it once use withSingleCall()");
    }
    if (newLongest < newFirst) {
      throw new IllegalArgumentException(
          "longest must be at least as long as first, which is " + first + ", was " + longest);
    }
    return new Canceller(action, newFirst, newLongest, true);
  }

  /**
   * {@return a canceller that calls its action once for each call}
   *
   * <p>Use it for a cancel operation that is never lost, or that must not be repeated. Then the
   * action must take effect even on a call that is about to begin.
   */
  public Canceller withSingleCall() {
    return new Canceller(action, FIRST, LONGEST, false);
  }

  /**
   * Runs a foreign call that this canceller cancels.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the foreign call; runs on the calling thread
   * @return its result
   * @throws X if the call does and is not cancelled
   * @throws CancelledException if the thread is cancelled on entry, or the call failed because of
   *     the canceller
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public <T extends @Nullable Object, X extends Exception> T call(ThrowingSupplier<T, X> call)
      throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    return callAs("Canceller.call", call);
  }

  /**
   * As {@link #call}, without a result.
   *
   * @param <X> what the call may throw
   * @param call the foreign call; runs on the calling thread
   * @throws X if the call does and is not cancelled
   * @throws CancelledException if the thread is cancelled on entry, or the call failed because of
   *     the canceller
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public <X extends Exception> void run(ThrowingRunnable<X> call) throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    runAs("Canceller.run", call);
  }

  <X extends Exception> void runAs(String operation, ThrowingRunnable<X> call)
      throws X, InterruptedException {
    var unused = callAs(operation, call.asSupplier());
  }

  <T extends @Nullable Object, X extends Exception> T callAs(
      String operation, ThrowingSupplier<T, X> call) throws X, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    Region region =
        self.enterWithCanceller(
            new CancelRequests(new Reported(action, self), firstNanos, longestNanos, repeated));
    self.entered(region, null);
    if (region.cause() != null) {
      self.leave(region, false);
      self.checkpoint();
    }
    T result;
    try {
      result = call.get();
    } catch (Throwable thrown) {
      var unused = EnteredScope.unwind(self, region, thrown);
      self.retract(region);
      boolean byCanceller = region.wasInterrupted() && thrown instanceof Exception;
      self.leave(region, byCanceller || BodyEnd.of(thrown, region).isCancellation());
      if (byCanceller
          && region.cause() instanceof ScopeCause why
          && !(thrown instanceof CancelledException)) {
        InterruptedException wrapped = why.toException();
        wrapped.initCause(thrown);
        throw wrapped;
      }
      throw thrown;
    }
    Throwable misnested = EnteredScope.unwind(self, region, null);
    self.leave(region, false);
    if (misnested != null) {
      Rethrow.asDeclared(misnested);
    }
    return result;
  }

  /** The action of one call, which reports the first of its failures. */
  private static final class Reported implements Runnable {
    private final ThrowingRunnable<?> action;
    private final ThreadRecord caller;
    private boolean failed; // the thread that runs the action

    Reported(ThrowingRunnable<?> action, ThreadRecord caller) {
      this.action = action;
      this.caller = caller;
    }

    @Override
    @SuppressWarnings("InterruptedExceptionSwallowed") // a failure of the action, like any other
    public void run() {
      try {
        action.run();
      } catch (SimulationAbandoned e) {
        throw e;
      } catch (Throwable failure) {
        if (!failed) {
          failed = true;
          Uncaught.report(caller, name(), failure);
        }
      }
    }

    private String name() {
      return "the canceller of a call of "
          + (caller.task() instanceof Task<?> task
              ? "task '" + task.name() + "'"
              : caller.thread().getName());
    }
  }

  @Override
  public String toString() {
    return "Canceller["
        + (repeated
            ? Duration.ofNanos(firstNanos) + " to " + Duration.ofNanos(longestNanos)
            : "single call")
        + "]";
  }
}
