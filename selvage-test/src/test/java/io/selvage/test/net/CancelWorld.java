package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.ListenOptions;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import io.selvage.test.connection.StreamPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Two hosts with a link between them that changes from seed to seed, and a task to cancel. */
final class CancelWorld {
  private static final String VICTIM = "victim";

  /** What cancels the victim. */
  enum Way {
    /** The simulation, once at each step of the victim. */
    AT_EVERY_STEP,
    /** A deadline or another task, at a random time. */
    AT_RANDOM_TIMES
  }

  /** What happens in a world. */
  interface Scenario {
    /** {@return whether the victim was cancelled before its end} */
    boolean run(CancelWorld world) throws IOException, InterruptedException;
  }

  final RandomGenerator random;
  final SimulatedNetwork network;
  final SimulatedHost client;
  final SimulatedHost server;
  final InetSocketAddress at;
  private final Way way;
  private final LinkOptions link;

  private CancelWorld(SimulationRun run, Way way) {
    this.way = way;
    random = run.random();
    network = random.nextBoolean() ? SimulatedNetwork.create(random) : SimulatedNetwork.create();
    client = network.host("client");
    server = network.host("server");
    at = new InetSocketAddress(server.addresses().getFirst(), 80);
    LinkOptions options = LinkOptions.defaults().withLatency(ofMillis(random.nextInt(3)));
    link = random.nextBoolean() ? options : options.withBandwidth(2_000);
    setWindow(1, 8);
  }

  /** Runs a scenario in so many schedules, or a few more; each one ends with nothing left open. */
  static void cancel(String name, Way way, int schedules, Scenario scenario) {
    int[] cancelled = {0};
    int[] finished = {0};
    ThrowingConsumer<SimulationRun, Exception> body =
        run -> {
          CancelWorld world = new CancelWorld(run, way);
          if (scenario.run(world)) {
            cancelled[0]++;
          } else {
            finished[0]++;
          }
          world.isClean();
        };
    SimulationOptions options =
        Simulation.options().withName(name).withCancelTargets(task -> task.endsWith(VICTIM));
    switch (way) {
      case AT_EVERY_STEP -> {
        long done = 0;
        for (long seed = 0; done < schedules; seed++) {
          done += options.cancelEverywhere(seed, body).runs();
        }
      }
      case AT_RANDOM_TIMES -> {
        var unused = options.withDelays(0.05, ofMillis(1)).explore(schedules, body);
      }
    }
    assertThat(cancelled[0]).isGreaterThan(schedules / 4);
    assertThat(finished[0]).isPositive();
  }

  /** Fails if two runs with one seed differ. */
  static void checkDeterminism(long seed, Scenario scenario) {
    var unused =
        Simulation.options()
            .checkDeterminism(seed, run -> scenario.run(new CancelWorld(run, Way.AT_RANDOM_TIMES)));
  }

  /** Gives the link a window of so many bytes, at random; both bounds are included. */
  void setWindow(int least, int most) {
    network.link(client, server, link.withWindow(random.nextInt(least, most + 1)));
  }

  /** Cuts the link for a while, perhaps. */
  void disturb(TaskGroup group) {
    if (random.nextBoolean()) {
      boolean thither = random.nextBoolean();
      SimulatedHost from = thither ? client : server;
      SimulatedHost to = thither ? server : client;
      group.launch(
          "weather",
          () -> {
            Selvage.sleep(ofMillis(random.nextInt(4)));
            network.cut(from, to);
            Selvage.sleep(ofMillis(random.nextInt(4)));
            network.heal(from, to);
          });
    }
  }

  /** Runs the body of the victim. {@return whether it was cancelled before its end} */
  boolean cancels(TaskGroup group, ThrowingRunnable<Exception> body) throws InterruptedException {
    if (way == Way.AT_EVERY_STEP) {
      Task<?> victim = group.launch(VICTIM, body);
      try {
        var unused = victim.join();
        return false;
      } catch (TaskCancelledException e) {
        return true;
      }
    }
    Duration time = Duration.ofNanos(random.nextLong(1L << random.nextInt(10, 31)));
    CancelScope scope = CancelScope.create();
    if (random.nextBoolean()) {
      scope = CancelScope.moveOnAfter(time);
    } else {
      CancelScope cancelled = scope;
      group.launch(
          "canceller",
          () -> {
            Selvage.sleep(time);
            cancelled.cancel("by another task");
          });
    }
    CancelScope limit = scope;
    return !group.fork(VICTIM, () -> limit.run(body)).join();
  }

  /** {@return the client's and the server's end of a new connection} */
  StreamPair<SocketStream> pair() throws IOException, InterruptedException {
    return NetworkPairs.connect(client, server, at);
  }

  SocketListener listen() throws IOException {
    return server.listen(at, ListenOptions.defaults().withBacklog(1));
  }

  /** {@return the next connection; null if the listener was closed} */
  static @Nullable SocketStream acceptUnlessClosed(SocketListener listener)
      throws IOException, InterruptedException {
    try {
      return listener.accept();
    } catch (ClosedResourceException e) {
      return null;
    }
  }

  private void isClean() {
    assertThat(network.statistics().connections()).isZero();
    assertThat(network.statistics().listeners()).isZero();
  }
}
