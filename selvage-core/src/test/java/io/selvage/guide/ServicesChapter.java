package io.selvage.guide;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.runtime.SelvageRuntime;
import io.selvage.service.LoopService;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import io.selvage.time.Interval;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The code of docs/guide/services.md; GuideTest compares it. */
final class ServicesChapter {
  private ServicesChapter() {}

  // @start region="threadService"
  static ThreadService heartbeat(Consumer<String> log) {
    return ThreadService.virtual(
        "heartbeat",
        service -> {
          log.accept("opened");
          service.started(); // those that wait for the start go on
          Interval beats = Interval.every(ofSeconds(10));
          try {
            while (true) {
              beats.tick(); // the first one comes at once; a stop cancels this
              log.accept("beat");
            }
          } finally {
            log.accept("closed");
          }
        });
  }

  // @end

  static List<Integer> loopService() throws InterruptedException, TimeoutException {
    // @start region="loopService"
    Map<String, Integer> votes = new HashMap<>(); // only the loop touches it
    LoopService election = LoopService.virtual("election");
    try (ServiceGroup services = ServiceGroup.of(election).start().awaitStarted(ofSeconds(30))) {
      election.runSync(() -> votes.put("ann", 1)); // runs in the loop; waits for its end
      int ann = election.callSync(() -> votes.merge("ann", 1, Integer::sum), ofSeconds(30));
      int bob = election.submit(() -> votes.getOrDefault("bob", 0)).join();
      return List.of(ann, bob);
    }
    // @end
  }

  // @start region="grace"
  static ThreadService worker(Channel<String> orders, Consumer<String> handle) {
    return ThreadService.virtual(
        "worker",
        service -> {
          service.started();
          TaskGroup.run(
              group -> {
                group.launch(
                    "closing",
                    () -> {
                      service.scope().await(); // a stop closes the scope
                      orders.close("shutting down"); // no new orders
                    });
                orders.forEach(handle::accept); // ends when all orders are handled
              });
        });
  }

  // @end

  // @start region="main"
  static void serve(ServiceGroup services) throws InterruptedException, TimeoutException {
    services.graceOnClose(ofSeconds(20)).start().awaitStarted(ofSeconds(30));
    Thread closing = new Thread(services::close, "shutdown");
    Runtime.getRuntime().addShutdownHook(closing); // SIGTERM, Ctrl-C, System.exit
  }

  // @end

  // @start region="signals"
  static void reloadOrDrain(Channel<String> orders, Runnable reload) throws InterruptedException {
    try (SignalReceiver signals = Signals.receive("HUP", "TERM")) {
      while (signals.receive().name().equals("HUP")) {
        reload.run();
      }
    }
    orders.close(); // what was accepted is still handled; now HUP and TERM end the process at once
  }

  // @end

  // @start region="program"
  static void program(ServiceGroup services) throws InterruptedException {
    SelvageRuntime.options()
        .withName("shop")
        .withTerminationSignals("TERM", "INT")
        .withGrace(ofSeconds(20))
        .run(
            runtime -> {
              try (services) {
                services.start();
                runtime.launchUntracked("warm up", () -> Selvage.sleep(ofMillis(100)));
                runtime.runUntilStopped(); // a signal cancels this
              } // the services are closed here
            });
  }

  // @end
}
