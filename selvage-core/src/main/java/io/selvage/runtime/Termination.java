package io.selvage.runtime;

import io.selvage.EndOfStreamException;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Log;
import io.selvage.kernel.Threads;
import io.selvage.observe.Dump;
import io.selvage.select.Select;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import java.time.Duration;
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
   * end closes the receiver of the signals, which wakes the thread. A signal that has arrived just before is still received: so either this process
   * ends because of it, or it arrives when the handlers from before are restored.
   */
  private final SelvageRuntime runtime;
  private final Duration grace;
  private final ProcessEnd process;
  private final SignalReceiver signals;
  private final Completion<Boolean> over = new Completion<>();
  private volatile @Nullable Signal received;

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
    this.signals = Signals.receive(options.signals.toArray(String[]::new));
    try {
      Threads.start(options.name + "/signals", true, this::run, this::failed);
    } catch (Throwable noThread) {
      signals.close();
      throw noThread;
    }
  }

  private void run() {
    try {
      Signal first = signals.receive();
      received = first;
      var unused = runtime.cancel("signal " + first.name());
      var unusedEnd =
          Select.<@Nullable Void, RuntimeException>first(
              signals.onReceiveOrEnd().run(this::endAtOnce),
              Select.after(grace).run(() -> graceIsOver(first)));
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

  private static int statusOf(Signal signal) {
    return 128 + signal.number();
  }

  /** Another signal has arrived; null says that the runtime has ended. */
  private void endAtOnce(@Nullable Signal second) {
    if (second != null) {
      process.halt(statusOf(second));
    }
  }

  private void graceIsOver(Signal first) {
    Log.warning(
        SelvageRuntime.class,
        runtime
            + " did not end within "
            + grace
            + " after signal "
            + first.name()
            + "; the process ends now. What still runs:\n"
            + Dump.take().text());
    process.halt(statusOf(first));
  }

  /** From here on the signals do what they did before. */
  private void failed(Throwable thrown) {
    signals.close();
    over.complete(true);
    Log.error(SelvageRuntime.class, "waiting for signals failed", thrown);
  }

  /** Logs the failure of the main body, if the process ends before other code receives it. */
  void logIfEnding(Throwable failure) {
    Signal by = received;
    if (by != null) {
      Log.error(
          SelvageRuntime.class,
          "the body of " + runtime + " failed while signal " + by.name() + " ended it",
          failure);
    }
  }

  /**
   * The runtime has ended: ends the process, if a signal was the reason. Otherwise the signals do
   * again what they did before. May be called again.
   */
  void end() {
    signals.close();
    var unused = over.awaitUncancellably("SelvageRuntime.close", runtime);
    Signal by = received;
    if (by != null) {
      process.exit(statusOf(by));
    }
  }
}
