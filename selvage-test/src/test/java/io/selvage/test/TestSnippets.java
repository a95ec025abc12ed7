package io.selvage.test;

import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import java.util.ArrayList;
import java.util.List;

/** The examples of the Javadoc. {@link TestSnippetsTest} runs them. */
final class TestSnippets {
  private TestSnippets() {}

  static void explore() {
    // @start region="explore"
    Simulation.explore(
        1_000,
        () -> {
          Channel<Integer> numbers = Channel.unbounded();
          List<Integer> received = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch("reader", () -> numbers.forEach(received::add));
                group.launch(
                    "writer",
                    () -> {
                      numbers.send(1);
                      numbers.send(2);
                      numbers.close();
                    });
              });
          if (!received.equals(List.of(1, 2))) {
            throw new AssertionError("received " + received);
          }
        });
    // @end
  }

  static Exploration strategy() {
    // @start region="strategy"
    Exploration all =
        Simulation.options()
            .withStrategy(Strategy.exhaustive(2))
            .explore(100_000, () -> TaskGroup.run(group -> group.fork("one", () -> 1)));
    // @end
    return all;
  }

  static void raise() {
    // @start region="raise"
    Simulation.explore(
        100,
        run -> {
          try (SignalReceiver stop = Signals.receive("TERM")) {
            TaskGroup.run(
                group -> {
                  group.launch(() -> run.raise("TERM"));
                  Signal signal = stop.receive();
                  assert signal.name().equals("TERM");
                });
          }
        });
    // @end
  }

  static void run() {
    // @start region="run"
    Simulation.explore(
        100,
        run -> {
          Channel<Integer> numbers = Channel.unbounded();
          run.invariant(
              "nothing is lost",
              () -> {
                if (numbers.stats().dropped() > 0) {
                  throw new AssertionError("lost: " + numbers.stats());
                }
              });
          numbers.send(run.random().nextInt());
        });
    // @end
  }

  static void options() {
    // @start region="options"
    Simulation.options()
        .withStrategy(Strategy.pct(3))
        .withStepLimit(10_000)
        .withDelays(0.1, ofSeconds(5))
        .withFault("disk full", 0.2)
        .explore(
            1_000,
            () -> CancelScope.moveOnAfter(ofSeconds(3)).run(() -> TaskGroup.run(group -> {})));
    // @end
  }

  static void cancelEverywhere() {
    // @start region="cancelEverywhere"
    Simulation.options()
        .cancelEverywhere(
            0,
            () -> {
              Channel<String> jobs = Channel.unbounded();
              List<String> done = new ArrayList<>();
              jobs.send("job");
              try {
                CancelScope.moveOnAfter(ofSeconds(3)).run(() -> jobs.forEach(done::add));
              } finally {
                requireOneJob(jobs, done);
              }
            });
    // @end
  }

  private static void requireOneJob(Channel<String> jobs, List<String> done) {
    if (jobs.stats().queued() + done.size() != 1) {
      throw new AssertionError("the job is lost");
    }
  }

  static List<String> sequencer() throws InterruptedException {
    List<String> log = new ArrayList<>();
    // @start region="sequencer"
    Sequencer sequencer = new Sequencer();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                sequencer.at(0, () -> log.add("request sent"));
                sequencer.at(2, () -> log.add("connection lost"));
              });
          group.launch(() -> sequencer.at(1, () -> log.add("request received")));
        });
    // @end
    return log;
  }

  static List<String> position() throws InterruptedException {
    List<String> log = new ArrayList<>();
    // @start region="position"
    Sequencer sequencer = new Sequencer();
    TaskGroup.run(
        group -> {
          group.launch(() -> sequencer.at(1, () -> log.add("second")));
          try (var unused = sequencer.await(0)) {
            log.add("first");
          }
        });
    // @end
    return log;
  }
}
