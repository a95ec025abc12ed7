package io.selvage.signal;

import io.selvage.channel.Channel;
import io.selvage.select.Select;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The examples in the documentation of this package. */
final class SignalSnippets {
  private SignalSnippets() {}

  static void reload(Runnable reloadConfiguration, Runnable stop) throws InterruptedException {
    // @start region="reload"
    try (SignalReceiver signals = Signals.receive("HUP", "TERM")) {
      while (true) {
        Signal signal = signals.receive();
        if (signal.name().equals("TERM")) {
          break;
        }
        reloadConfiguration.run();
      }
    }
    stop.run(); // the receiver is closed: now HUP and TERM end the process
    // @end region="reload"
  }

  static SignalReceiver handOver(Executor executor, Runnable stop) {
    // @start region="passOn"
    SignalReceiver signals = Signals.receive("TERM");
    try {
      executor.execute(
          () -> {
            try (signals) {
              signals.forEach(signal -> stop.run());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    } catch (RejectedExecutionException e) {
      signals.closeAndPassOn(); // nothing will receive a TERM that has arrived
      throw e;
    }
    // @end region="passOn"
    return signals;
  }

  static void select(Channel<String> requests, List<String> log) throws InterruptedException {
    // @start region="select"
    try (SignalReceiver stop = Signals.receive("INT", "TERM")) {
      boolean open = true;
      while (open) {
        open =
            Select.first(
                stop.onReceive().call(signal -> false),
                requests
                    .onReceive()
                    .call(
                        request -> {
                          log.add(request);
                          return true;
                        }));
      }
    }
    // @end region="select"
  }
}
