package io.selvage.test.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Receiver;
import io.selvage.net.framing.FrameStream;
import io.selvage.net.framing.LineFormat;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationRun;
import io.selvage.test.connection.MemoryStream;
import io.selvage.test.connection.MemoryStreams;
import io.selvage.test.connection.StreamPair;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Messages over a stream, whatever is cancelled whenever: each one was received once and in its
 * order, or is still there, or was not sent.
 */
@Timeout(60)
class FrameCancelTest {
  private static final int MESSAGES = 6;
  private static final int SEEDS = 10;

  /** Both ends, and what has happened to the messages. */
  private static final class Exchange {
    final FrameStream<String> from;
    final FrameStream<String> to;
    final List<String> got = new ArrayList<>();
    int sent;

    Exchange(SimulationRun run, int capacity) {
      StreamPair<MemoryStream> pair = MemoryStreams.pair(capacity, run.random());
      from = FrameStream.over(pair.left(), LineFormat.of(20));
      to = FrameStream.over(pair.right(), LineFormat.of(20));
    }

    /** Starts the sender, and waits until it has begun: so no receiver waits for nothing. */
    void startSender(TaskGroup group) throws InterruptedException {
      boolean unused =
          group.start(
              "sender",
              status -> {
                try {
                  status.started(true);
                  for (int i = 0; i < MESSAGES; i++) {
                    from.send("m" + i);
                    sent++;
                  }
                } finally {
                  from.stream().closeOutput();
                }
              });
    }

    /** The others would wait for ever for a task that was cancelled by itself. */
    static void cancelWith(TaskGroup group, Task<?> task) {
      task.onEnd(
          () -> {
            if (task.state() == Task.State.CANCELLED) {
              group.cancel("one of the tasks was cancelled");
            }
          });
    }

    void receiveAll() throws IOException, InterruptedException {
      for (Optional<String> next = to.receive(); next.isPresent(); next = to.receive()) {
        got.add(next.get());
      }
    }

    void check() throws IOException, InterruptedException {
      CancelScope.shieldUnlimited()
          .run(
              () -> {
                from.stream().closeOutput(); // the sender may never have begun
                try {
                  receiveAll();
                } catch (EOFException e) {
                  // the last message was cut short
                }
              });
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < got.size(); i++) {
        expected.add("m" + i);
      }
      assertThat(got).isEqualTo(expected);
      assertThat(got.size()).isBetween(sent, sent + 1); // all bytes of the last one may be out
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "4", "100"})
  void receivedByATask(int capacity) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Simulation.options()
          .cancelEverywhere(
              seed,
              run -> {
                Exchange exchange = new Exchange(run, capacity);
                try {
                  TaskGroup.run(
                      group -> {
                        exchange.startSender(group);
                        Exchange.cancelWith(group, group.launch("receiver", exchange::receiveAll));
                      });
                } catch (TaskFailedException | TaskCancelledException e) {
                  // one of the tasks was cancelled
                }
                exchange.check();
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "4", "100"})
  void receivedThroughAChannel(int capacity) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Simulation.options()
          .cancelEverywhere(
              seed,
              run -> {
                Exchange exchange = new Exchange(run, capacity);
                List<Receiver<String>> channel = new ArrayList<>();
                try {
                  TaskGroup.run(
                      group -> {
                        exchange.startSender(group);
                        Receiver<String> messages = exchange.to.receiver(group, 1);
                        channel.add(messages);
                        Exchange.cancelWith(
                            group,
                            group.launch("taker", () -> messages.forEach(exchange.got::add)));
                      });
                } catch (TaskFailedException | TaskCancelledException | BrokenResourceException e) {
                  // one of the tasks was cancelled
                }
                for (Receiver<String> messages : channel) {
                  exchange.got.addAll(messages.drain());
                }
                exchange.check();
              });
    }
  }
}
