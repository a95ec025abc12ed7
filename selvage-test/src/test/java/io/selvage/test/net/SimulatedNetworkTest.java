package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.Simulation;
import io.selvage.test.connection.StreamPair;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hosts and addresses, connecting and listening, time. */
class SimulatedNetworkTest {
  private static final int SEEDS = 50;

  private final SimulatedNetwork network = SimulatedNetwork.create();
  private final SimulatedHost a = network.host("a");
  private final SimulatedHost b = network.host("b");
  private final InetAddress addressOfB = b.addresses().getFirst();

  private static SocketStream connect(Network from, SocketAddress to) throws Exception {
    return from.connect(to, ConnectOptions.defaults());
  }

  private static SocketListener listen(Network at, SocketAddress local) throws Exception {
    return at.listen(local, ListenOptions.defaults());
  }

  private InetSocketAddress ofB(int port) {
    return new InetSocketAddress(addressOfB, port);
  }

  // ---- hosts and names

  @Test
  void eachHostHasAnAddressAndAName() throws Exception {
    assertThat(network.host("a")).isSameAs(a);
    assertThat(a.addresses()).hasSize(1).doesNotContainAnyElementsOf(b.addresses());
    assertThat(a.resolve("b")).isEqualTo(b.addresses());
    assertThat(addressOfB).hasToString("b/10.0.0.2");
    assertThat(a.resolve("10.9.9.9")).containsExactly(InetAddress.ofLiteral("10.9.9.9"));
    assertThat(a.resolve("localhost")).allMatch(InetAddress::isLoopbackAddress).hasSize(2);
    assertThatThrownBy(() -> a.resolve("c"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageStartingWith("c:");
    assertThatThrownBy(() -> a.resolve(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("host must not be blank");
  }

  @Test
  void aHostMayHaveSeveralAddressesAndANameAnyOfThem() throws Exception {
    InetAddress four = InetAddress.ofLiteral("192.0.2.1");
    InetAddress six = InetAddress.ofLiteral("2001:db8::1");
    SimulatedHost c = network.host("c", List.of(six, four));
    assertThat(a.resolve("c")).containsExactly(six, four);
    assertThat(c.name()).isEqualTo("c");
    network.name("service", List.of(four, addressOfB));
    assertThat(c.resolve("service")).containsExactly(four, addressOfB);
    for (String taken : List.of("192.0.2.1", "127.0.0.1", "0.0.0.0", "10.0.0.2")) {
      List<InetAddress> addresses = List.of(InetAddress.ofLiteral(taken));
      assertThatThrownBy(() -> network.host("d", addresses))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(taken);
    }
    assertThatThrownBy(() -> network.host("c", List.of(InetAddress.ofLiteral("192.0.2.9"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is a host c");
    assertThatThrownBy(() -> connect(a, new InetSocketAddress(six, 80)))
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessageContaining("host a has only");
  }

  @Test
  void hostsOfAnotherNetworkAreRefused() {
    SimulatedHost other = SimulatedNetwork.create().host("other");
    assertThatThrownBy(() -> network.cut(a, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("to must be of this network");
    assertThatThrownBy(() -> network.link(other, a, LinkOptions.defaults()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- listening

  @Test
  void portZeroIsAFreePortAndAPortIsUsedOnce() throws Exception {
    Set<Integer> ports = new HashSet<>();
    List<SocketListener> listeners = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      SocketListener listener = listen(b, ofB(0));
      listeners.add(listener);
      assertThat(ports.add(((InetSocketAddress) listener.localAddress()).getPort())).isTrue();
    }
    SocketAddress first = listeners.getFirst().localAddress();
    assertThatThrownBy(() -> listen(b, first))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("address already in use")
        .hasMessageContaining("b/10.0.0.2");
    int port = ((InetSocketAddress) first).getPort();
    assertThatThrownBy(() -> listen(b, new InetSocketAddress(port)))
        .isInstanceOf(BindException.class);
    listen(a, new InetSocketAddress(port)).close(); // another host
    listen(b, new InetSocketAddress(Addresses.LOOPBACK_4, port)).close(); // another address
    for (SocketListener each : listeners) {
      each.close();
      each.close();
    }
    listen(b, first).close();
    assertThat(network.statistics().listeners()).isZero();
  }

  @Test
  void onlyAnAddressOfTheHostCanBeUsed() {
    assertThatThrownBy(() -> listen(a, ofB(80)))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("host a has the addresses");
    assertThatThrownBy(
            () -> a.connect(ofB(80), ConnectOptions.defaults().withLocalAddress(ofB(0))))
        .isInstanceOf(BindException.class);
  }

  @Test
  void wrongAddressesAreRefused() {
    SocketAddress odd = new SocketAddress() {};
    for (SocketAddress wrong :
        List.of(
            odd, InetSocketAddress.createUnresolved("b", 1), UnixDomainSocketAddress.of(""))) {
      assertThatThrownBy(() -> listen(a, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("local must");
      assertThatThrownBy(() -> connect(a, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("remote must");
    }
    assertThatThrownBy(
            () ->
                b.listen(
                    ofB(1),
                    ListenOptions.defaults().withMode(Set.of(PosixFilePermission.OWNER_READ))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is for Unix sockets");
  }

  @Test
  void aWildcardListenerHasAllAddresses() throws Exception {
    try (SocketListener listener = listen(b, new InetSocketAddress(80))) {
      for (SocketAddress at :
          List.of(
              ofB(80),
              new InetSocketAddress(Addresses.LOOPBACK_4, 80),
              new InetSocketAddress(Addresses.LOOPBACK_6, 80))) {
        try (SocketStream stream = connect(b, at);
            SocketStream accepted = listener.accept()) {
          assertThat(accepted.localAddress()).isEqualTo(at).isEqualTo(stream.remoteAddress());
          assertThat(accepted.remoteAddress()).isEqualTo(stream.localAddress());
        }
      }
      assertThatThrownBy(() -> connect(a, new InetSocketAddress(Addresses.LOOPBACK_4, 80)))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void unixSocketsAreFilesOfTheirHost() throws Exception {
    SocketAddress path = UnixDomainSocketAddress.of("/run/socket");
    assertThatThrownBy(() -> connect(a, path)).isInstanceOf(NoSuchFileException.class);
    SocketListener listener =
        a.listen(
            path, ListenOptions.defaults().withMode(Set.of(PosixFilePermission.OWNER_READ)));
    assertThat(listener.localAddress()).isEqualTo(path);
    assertThatThrownBy(() -> listen(a, path))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("/run/socket");
    assertThatThrownBy(() -> connect(b, path)).isInstanceOf(NoSuchFileException.class);
    try (SocketStream stream = connect(a, path);
        SocketStream accepted = listener.accept()) {
      stream.sendAll(new byte[] {1});
      assertThat(accepted.receiveExactly(1)).containsExactly(1);
      assertThat(stream.localAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
      assertThatThrownBy(() -> stream.option(StandardSocketOptions.TCP_NODELAY))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    listener.close();
    assertThatThrownBy(() -> connect(a, path))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("/run/socket");
    assertThatThrownBy(() -> listen(a, path)).isInstanceOf(BindException.class);
    assertThat(a.deleteSocketFile(Path.of("/run/socket"))).isTrue();
    assertThat(a.deleteSocketFile(Path.of("/run/socket"))).isFalse();
    listen(a, path).close();
  }

  // ---- connecting

  @Test
  void withoutAListenerAConnectIsRefused() {
    assertThatThrownBy(() -> connect(a, ofB(80)))
        .isInstanceOf(ConnectException.class)
        .hasMessage("cannot connect to b/10.0.0.2:80: connection refused");
    assertThatThrownBy(() -> connect(a, new InetSocketAddress("10.7.7.7", 80)))
        .isInstanceOf(NoRouteToHostException.class)
        .hasMessageContaining("10.7.7.7:80");
    assertThat(network.statistics().connected()).isZero();
  }

  @Test
  void aConnectTakesTheWayThereAndBack() {
    Simulation.explore(
        SEEDS,
        run -> {
          SimulatedNetwork slow = SimulatedNetwork.create(run.random());
          SimulatedHost here = slow.host("here");
          SimulatedHost there = slow.host("there");
          slow.linkOneWay(here, there, LinkOptions.defaults().withLatency(ofMillis(30)));
          slow.linkOneWay(there, here, LinkOptions.defaults().withLatency(ofMillis(5)));
          SocketAddress at = new InetSocketAddress(there.addresses().getFirst(), 80);
          assertThatThrownBy(() -> connect(here, at)).isInstanceOf(ConnectException.class);
          assertThat(run.elapsed()).isEqualTo(ofMillis(35));
          try (StreamPair<SocketStream> pair = NetworkPairs.connect(here, there, at)) {
            assertThat(run.elapsed()).isEqualTo(ofMillis(70));
            pair.left().sendAll(new byte[] {1});
            pair.right().receiveExactly(1);
            assertThat(run.elapsed()).isEqualTo(ofMillis(100));
            pair.right().sendAll(new byte[] {1});
            pair.left().awaitInput();
            assertThat(run.elapsed()).isEqualTo(ofMillis(105));
          }
          assertThat(slow.statistics())
              .isEqualTo(new NetworkStatistics(0, 0, /* connected= */ 1, 2, 2));
        });
  }

  @Test
  void theBandwidthIsShared() {
    Simulation.explore(
        SEEDS,
        run -> {
          SimulatedNetwork slow = SimulatedNetwork.create();
          SimulatedHost here = slow.host("here");
          SimulatedHost there = slow.host("there");
          slow.link(
              here, there, LinkOptions.defaults().withBandwidth(1_000).withLatency(ofMillis(1)));
          SocketAddress at = new InetSocketAddress(there.addresses().getFirst(), 80);
          StreamPair<SocketStream> one = NetworkPairs.connect(here, there, at);
          StreamPair<SocketStream> other = NetworkPairs.connect(here, there, at);
          Duration before = run.elapsed();
          List<Duration> ends = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (StreamPair<SocketStream> each : List.of(one, other)) {
                  group.launch("send", () -> each.left().sendAll(new byte[500]));
                  group.launch(
                      "receive",
                      () -> {
                        each.right().receiveExactly(500);
                        ends.add(run.elapsed().minus(before));
                      });
                }
              });
          assertThat(ends).containsExactly(ofMillis(501), ofMillis(1_001));
          one.close();
          other.close();
        });
  }

  @Test
  void aSendWaitsWhenTheWindowIsFull() {
    Simulation.explore(
        SEEDS,
        run -> {
          SimulatedNetwork narrow = SimulatedNetwork.create(run.random());
          SimulatedHost here = narrow.host("here");
          narrow.link(here, here, LinkOptions.defaults().withWindow(10));
          StreamPair<SocketStream> pair =
              NetworkPairs.connect(here, here, new InetSocketAddress(80));
          ByteBuffer from = ByteBuffer.allocate(100);
          assertThat(CancelScope.moveOnAfter(ofSeconds(1)).run(() -> pair.left().sendAll(from)))
              .isFalse();
          assertThat(from.position()).isEqualTo(10);
          assertThat(pair.left().resumeSending()).isEqualTo(10);
          assertThat(pair.right()).asString().contains("10 to be received");
          pair.right().receiveExactly(10);
          pair.left().sendAll(new byte[10]);
          pair.close();
        });
  }

  @Test
  void operationsMoveRandomNumbersOfBytes() {
    assertThat(parts(1)).isEqualTo(parts(1)).isNotEqualTo(parts(2));
    assertThat(parts(1).stream().mapToInt(Integer::intValue).sum()).isEqualTo(1_000);
  }

  private static List<Integer> parts(long seed) {
    List<Integer> parts = new ArrayList<>();
    Simulation.run(
        seed,
        run -> {
          SimulatedNetwork nasty = SimulatedNetwork.create(run.random());
          SimulatedHost host = nasty.host("host");
          StreamPair<SocketStream> pair =
              NetworkPairs.connect(host, host, new InetSocketAddress(80));
          pair.left().sendAll(new byte[1_000]);
          pair.left().closeOutput();
          ByteBuffer into = ByteBuffer.allocate(1_001);
          for (int count = 0; count >= 0; count = pair.right().receive(into)) {
            if (count > 0) {
              parts.add(count);
            }
          }
          pair.close();
        });
    return parts;
  }

  // ---- the backlog

  @Test
  void aConnectWaitsWhileTheBacklogIsFull() {
    Simulation.explore(
        SEEDS,
        run -> {
          SimulatedNetwork busy = SimulatedNetwork.create(run.random());
          SimulatedHost host = busy.host("host");
          SocketListener listener =
              host.listen(new InetSocketAddress(80), ListenOptions.defaults().withBacklog(2));
          List<SocketStream> connected = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 4; i++) {
                  group.launch(
                      "connect", () -> connected.add(connect(host, listener.localAddress())));
                }
                for (int i = 2; i <= 4; i++) {
                  run.awaitAllBlocked();
                  assertThat(connected).hasSize(i);
                  listener.accept().close();
                }
              });
          assertThat(listener).asString().contains("1 of 2 pending");
          CancelScope limit = CancelScope.moveOnAfter(ofSeconds(1));
          connected.add(connect(host, listener.localAddress()));
          assertThat(limit.call(() -> connect(host, listener.localAddress()))).isEmpty();
          listener.close();
          for (SocketStream each : connected) {
            each.close();
          }
          assertThat(busy.statistics().connections()).isZero();
        });
  }

  @Test
  void connectionsThatWereNotAcceptedAreResetWhenTheListenerCloses() {
    Simulation.explore(
        SEEDS,
        run -> {
          SimulatedNetwork quiet = SimulatedNetwork.create(run.random());
          SimulatedHost host = quiet.host("host");
          SocketListener listener =
              host.listen(new InetSocketAddress(80), ListenOptions.defaults().withBacklog(1));
          SocketStream pending = connect(host, listener.localAddress());
          TaskGroup.run(
              group -> {
                group.launch(
                    "connect",
                    () ->
                        assertThatThrownBy(() -> connect(host, listener.localAddress()))
                            .isInstanceOf(ConnectException.class));
                run.awaitAllBlocked();
                listener.close();
              });
          assertThatThrownBy(pending::receiveSome).isInstanceOf(BrokenStreamException.class);
          pending.close();
          assertThatThrownBy(listener::accept).isInstanceOf(ClosedResourceException.class);
          assertThat(quiet.statistics().connections()).isZero();
        });
  }

  @Test
  void acceptingThreadsAreServedInTheirOrder() {
    Simulation.explore(
        SEEDS,
        run -> {
          SimulatedNetwork quiet = SimulatedNetwork.create();
          SimulatedHost host = quiet.host("host");
          SocketListener listener = listen(host, new InetSocketAddress(80));
          List<Integer> served = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  int number = i;
                  group.launch(
                      "accept",
                      () -> {
                        listener.accept().close();
                        served.add(number);
                      });
                  run.awaitAllBlocked();
                }
                assertThat(listener).asString().contains("3 accepting");
                for (int i = 0; i < 3; i++) {
                  connect(host, listener.localAddress()).close();
                  run.awaitAllBlocked();
                }
              });
          assertThat(served).containsExactly(0, 1, 2);
          listener.close();
        });
  }

  @Test
  void aCloseWakesAllAcceptingThreads() {
    Simulation.explore(
        SEEDS,
        run -> {
          SocketListener listener =
              listen(SimulatedNetwork.create().host("host"), new InetSocketAddress(80));
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  group.launch(
                      "accept",
                      () ->
                          assertThatThrownBy(listener::accept)
                              .isInstanceOf(ClosedResourceException.class)
                              .hasMessageContaining("it was closed"));
                }
                listener.close();
              });
          assertThat(listener).asString().contains("0 accepting, closed");
        });
  }

  // ---- sockets

  @Test
  void aSocketHasOptions() throws Exception {
    StreamPair<SocketStream> pair = NetworkPairs.connect(a, b, ofB(80));
    SocketStream stream = pair.left();
    assertThat(stream.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
    stream.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    assertThat(stream.option(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
    assertThatThrownBy(() -> stream.setOption(StandardSocketOptions.SO_RCVBUF, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> stream.option(StandardSocketOptions.IP_TOS))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY");
    stream.setOption(StandardSocketOptions.SO_LINGER, 0);
    stream.close();
    assertThatThrownBy(() -> stream.option(StandardSocketOptions.SO_KEEPALIVE))
        .isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(pair.right()::receiveSome)
        .isInstanceOf(BrokenStreamException.class)
        .hasMessageContaining("b/10.0.0.2:80")
        .hasMessageContaining("reset by the other end");
    pair.close();
  }

  @Test
  void aLocalAddressIsUsedOnceAndFreeAfterwards() throws Exception {
    InetSocketAddress local = new InetSocketAddress(a.addresses().getFirst(), 7_000);
    ConnectOptions from = ConnectOptions.defaults().withLocalAddress(local);
    try (SocketListener listener = listen(b, ofB(80))) {
      try (SocketStream stream = a.connect(ofB(80), from)) {
        assertThat(stream.localAddress()).isEqualTo(local);
        assertThatThrownBy(() -> a.connect(ofB(80), from))
            .isInstanceOf(BindException.class)
            .hasMessageContaining("a/10.0.0.1:7000: address already in use");
      }
      a.connect(ofB(80), from).close();
      assertThat(listener.localAddress()).isEqualTo(ofB(80));
    }
    assertThatThrownBy(() -> a.connect(ofB(80), from)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> a.connect(ofB(80), from)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(
            () -> a.connect(UnixDomainSocketAddress.of("/x"), from))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("different families");
    assertThat(network.statistics().connections()).isZero();
  }

  @Test
  void everythingSaysWhatItIs() throws Exception {
    network.cut(a, b);
    assertThat(network).hasToString("SimulatedNetwork[2 hosts, 0 connections, cut: [a to b]]");
    assertThat(b).hasToString("SimulatedHost[b [b/10.0.0.2], 0 listeners]");
    assertThat(LinkOptions.defaults().withBandwidth(5).withLatency(ofMillis(1)))
        .hasToString("LinkOptions[latency PT0.001S, 5 bytes per second, window 65536]");
    assertThat(LinkOptions.defaults().latency()).isZero();
    try (StreamPair<SocketStream> pair = NetworkPairs.connect(b, b, ofB(80))) {
      assertThat(pair.right())
          .hasToString("SocketStream[b/10.0.0.2:80 to b/10.0.0.2:49152, 0 to be received]");
    }
  }
}
