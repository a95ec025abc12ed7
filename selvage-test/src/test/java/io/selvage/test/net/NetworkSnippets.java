package io.selvage.test.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;

import io.selvage.TaskGroup;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The examples in the Javadoc of this package. {@link NetworkSnippetsTest} runs them. */
final class NetworkSnippets {
  private NetworkSnippets() {}

  static List<Duration> network() {
    List<Duration> took = new ArrayList<>();
    // @start region="network"
    Simulation.explore(
        100,
        run -> {
          SimulatedNetwork network = SimulatedNetwork.create(run.random());
          SimulatedHost client = network.host("client");
          SimulatedHost server = network.host("server");
          network.link(client, server, LinkOptions.defaults().withLatency(ofMillis(20)));
          TaskGroup.run(
              group -> {
                group.launch("server", () -> greetOne(server));
                run.awaitAllBlocked(); // it listens
                InetAddress address = client.resolve("server").getFirst();
                try (SocketStream stream =
                    client.connect(new InetSocketAddress(address, 80), ConnectOptions.defaults())) {
                  stream.sendAll("name\n".getBytes(UTF_8));
                  String greeting = new String(stream.receiveUntil(new byte[] {'\n'}, 100), UTF_8);
                  assert greeting.equals("hello name");
                }
              });
          took.add(run.elapsed()); // twice there and back
        });
    // @end
    return took;
  }

  // @start region="network"
  /** The code under test. */
  static void greetOne(Network network) throws IOException, InterruptedException {
    try (SocketListener listener =
            network.listen(new InetSocketAddress(80), ListenOptions.defaults());
        SocketStream stream = listener.accept()) {
      byte[] name = stream.receiveUntil(new byte[] {'\n'}, 100);
      stream.sendAll("hello ".getBytes(UTF_8));
      stream.sendAll(name);
      stream.sendAll("\n".getBytes(UTF_8));
    }
  }

  // @end

  static LinkOptions links() {
    SimulatedNetwork network = SimulatedNetwork.create();
    SimulatedHost phone = network.host("phone");
    SimulatedHost server = network.host("server");
    // @start region="links"
    LinkOptions down = LinkOptions.defaults().withLatency(ofMillis(40)).withBandwidth(1_000_000);
    network.link(phone, server, down.withBandwidth(100_000)); // both directions
    network.linkOneWay(server, phone, down);
    // @end
    return down;
  }

  static void crash(SimulatedNetwork network) {
    // @start region="crash"
    SimulatedHost primary = network.host("primary");
    SimulatedHost replica = network.host("replica");
    primary.crash(); // its connections are reset, and connects are refused
    replica.disappear(); // nobody learns of it
    replica.recover();
    // @end
  }
}
