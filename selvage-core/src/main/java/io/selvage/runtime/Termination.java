package io.selvage.runtime;

import io.selvage.EndOfStreamException;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.observe.Dump;
import io.selvage.select.Select;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Ends a runtime, and then the process, when a signal arrives. */
final class Termination {
  /*
   * Protocol. One platform thread, so that it runs even if all carriers of virtual threads are busy.
   *
   *   waits for a signal ──it arrives──▶ received is set, the runtime is cancelled, and the thread waits again:
   *                                      for end ──▶ over; for a second signal or the end of the grace period ──▶ the process ends at once
   *                      ──end──▶ over
   *
   *   received   null ──the first signal, on that thread──▶ the signal. Read by the thread that has called end, after over.
   *   over       completed by the thread as its last action, whatever happens.
   *
   * If no signal was received, end closes the receiver, which wakes the thread. A signal that has arrived just before is still received: so either this
   * process ends because of it, or it arrives when the handlers from before are restored. If one was received, the thread stays and watches until the
   * process has ended: its shutdown hooks may take long, too.
   *
   * ending   false ──the first call of end after a signal──▶ true. Only that call exits. Another one may come from a shutdown hook, which must return.
   */
  private static final Duration REPORT_TIME = Duration.ofSeconds(1);

  private final SelvageRuntime runtime;
  private final Duration grace;
  private final ProcessEnd process;
  private final SignalReceiver signals;
  private final Completion<Boolean> over = new Completion<>();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final String name;
  private final Runnable cancelling; // created early: after a signal was received, nothing may fail
  private volatile @Nullable Signal received;
  private volatile @Nullable Throwable failed;

  /**
   * Begins to receive the signals.
   *
   * @throws IllegalArgumentException if one of the names is no signal that can be received
   * @throws IllegalStateException if the JVM keeps one of the signals
   */
  Termination(SelvageRuntime runtime, RuntimeOptions options) {
    this.runtime = runtime;
    this.grace = options.grace;
    this.process = options.process;
    this.name = options.name;
    this.cancelling = () -> runtime.cancel("signal " + first().name());
    this.signals = Signals.receive(options.signals.toArray(String[]::new));
    try {
      Threads.start(name + "/signals", true, this::run, this::failed);
    } catch (Throwable noThread) {
      signals.closeAndPassOn();
      throw noThread;
    }
  }

  private void run() {
    try {
      received = signals.receive();
      Exhaustion.insist(cancelling);
      watchTheEnd();
    } catch (EndOfStreamException e) {
      // the runtime has ended, and no signal has arrived
    } catch (InterruptedException e) {
      failed(e); // an interrupt from outside: this thread ends
    } catch (Throwable thrown) {
      failed(thrown);
    } finally {
      over.complete(true);
    }
  }

  private Signal first() {
    return Objects.requireNonNull(received);
  }

  /** Until the runtime has ended, or a second signal or the end of the grace ends the process. */
  private void watchTheEnd() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    while (true) {
      try {
        var unused =
            Select.<@Nullable Void, RuntimeException>first(
                signals.onReceiveOrEnd().run(this::endAtOnce),
                Select.after(grace).run(this::graceIsOver));
        return;
      } catch (OutOfMemoryError full) {
        if (self.machine().pause(self, true)) {
          throw new InterruptedException("thread was interrupted from outside Selvage");
        }
      }
    }
  }

  private static int statusOf(Signal signal) {
    return 128 + signal.number();
  }

  /** Another signal has arrived; null says that the runtime has ended. */
  private void endAtOnce(@Nullable Signal second) {
    if (second != null) {
      process.halt(statusOf(second));
    }
  }

  /**
   * The report calls foreign code, which may block: it does not delay the end by more than that.
   */
  private void graceIsOver() {
    try {
      Completion<Boolean> told = new Completion<>();
      Threads.start(name + "/report", true, () -> report(told));
      var unused = told.await("SelvageRuntime", runtime, WaitNode.deadlineAfter(REPORT_TIME));
    } catch (InterruptedException e) {
      // the process ends now anyway
    } finally {
      process.halt(statusOf(first()));
    }
  }

  private void report(Completion<Boolean> told) {
    try {
      Log.warning(
          SelvageRuntime.class,
          runtime
              + " did not end within "
              + grace
              + " after signal "
              + first().name()
              + "; the process ends now. What still runs:\n"
              + Dump.take().text());
    } finally {
      told.complete(true);
    }
  }

  /** From here on the signals do what they did before. */
  private void failed(Throwable thrown) {
    try {
      signals.close();
    } finally {
      over.complete(true);
    }
    Log.error(SelvageRuntime.class, "waiting for signals failed", thrown);
  }

  /** A call begins (null), or has failed: other code may not see this if the process ends. */
  void lastFailure(@Nullable Throwable failure) {
    failed = failure;
  }

  /**
   * The runtime has ended: ends the process, if a signal was the reason. Otherwise the signals do
   * again what they did before. May be called again: only one call ends the process.
   */
  void end() {
    if (received == null) {
      signals.close();
      var unused = over.awaitInAnyCase("SelvageRuntime.close", runtime);
    }
    if (received != null && ending.compareAndSet(false, true) && !process.isEnding()) {
      logFailure();
      process.exit(statusOf(first()));
    }
  }

  private void logFailure() {
    Throwable failure = failed;
    if (failure != null) {
      Log.error(
          SelvageRuntime.class,
          "the last call of "
              + runtime
              + " failed, and signal "
              + first().name()
              + " ends the process",
          failure);
    }
  }
}
