package io.selvage.signal;

import io.selvage.channel.Channel;
import io.selvage.select.Select;
import java.util.List;

/** The examples in the documentation of this package. */
final class SignalSnippets {
  private SignalSnippets() {}

  static void reload(Runnable reloadConfiguration, Runnable stop) throws InterruptedException {
    // @start region="reload"
    try (SignalReceiver signals = Signals.receive("HUP", "TERM")) {
      while (true) {
        Signal signal = signals.receive();
        if (signal.name().equals("TERM")) {
          break; // from here on a second TERM ends the process
        }
        reloadConfiguration.run();
      }
    }
    stop.run();
    // @end region="reload"
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
