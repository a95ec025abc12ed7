package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import io.selvage.test.connection.StreamChecks;
import io.selvage.test.connection.StreamPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The streams of the simulated network keep what a stream promises. */
class NetworkStreamChecksTest {
  private static final int ALL = 1_000;

  private static StreamPair<SocketStream> pair(SimulatedNetwork network, LinkOptions options)
      throws IOException, InterruptedException {
    SimulatedHost client = network.host("client");
    SimulatedHost server = network.host("server");
    network.link(client, server, options);
    return NetworkPairs.connect(
        client, server, new InetSocketAddress(server.addresses().getFirst(), 0));
  }

  private static StreamPair<SocketStream> unixPair(SimulatedNetwork network)
      throws IOException, InterruptedException {
    SimulatedHost host = network.host("host");
    UnixDomainSocketAddress path =
        UnixDomainSocketAddress.of("/run/" + network.statistics().connected());
    return NetworkPairs.connect(host, host, path);
  }

  private static LinkOptions options(Duration latency, long bandwidth, int window) {
    LinkOptions options = LinkOptions.defaults().withLatency(latency).withWindow(window);
    return bandwidth == 0 ? options : options.withBandwidth(bandwidth);
  }

  private static void check(int runs, LinkOptions options, boolean randomSizes) {
    Simulation.explore(
        runs,
        run -> {
          SimulatedNetwork network =
              randomSizes ? SimulatedNetwork.create(run.random()) : SimulatedNetwork.create();
          StreamChecks.checkTwoWay(() -> pair(network, options), run.random());
          assertThat(network.statistics().connections()).isZero();
          assertThat(network.statistics().listeners()).isZero();
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 65536, false",
    "0, 0, 1, false",
    "1, 0, 65536, true",
    "30, 0, 100, true",
    "1, 100000, 4096, false",
    "5, 1000000, 70, true"
  })
  void tcpOfTheSimulatedNetwork(int millis, long bandwidth, int window, boolean randomSizes) {
    check(5, options(ofMillis(millis), bandwidth, window), randomSizes);
  }

  @ParameterizedTest
  @Tag("stress")
  @CsvSource({"0, 0, 65536", "1, 0, 70", "5, 1000000, 4096"})
  void tcpOfTheSimulatedNetworkWithManySeeds(int millis, long bandwidth, int window) {
    check(ALL, options(ofMillis(millis), bandwidth, window), /* randomSizes= */ true);
  }

  @Test
  void unixSocketsOfTheSimulatedNetwork() {
    Simulation.explore(
        10,
        run -> {
          SimulatedNetwork network = SimulatedNetwork.create(run.random());
          StreamChecks.checkTwoWay(() -> unixPair(network), run.random());
          assertThat(network.statistics().connections()).isZero();
        });
  }

  @Test
  @Timeout(60)
  void theSimulatedNetworkOutsideOfASimulation() throws Exception {
    SimulatedNetwork network = SimulatedNetwork.create();
    StreamChecks.checkTwoWay(() -> pair(network, options(Duration.ofNanos(200_000), 0, 4096)));
    StreamChecks.checkTwoWay(() -> unixPair(network));
    assertThat(network.statistics().connections()).isZero();
  }
}
