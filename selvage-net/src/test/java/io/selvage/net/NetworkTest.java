package io.selvage.net;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network of the system over TCP. */
@Timeout(60)
class NetworkTest {
  private static final Network NETWORK = Network.system();
  private static final ConnectOptions DEFAULTS = ConnectOptions.defaults();
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static SocketListener listen() throws IOException {
    return NETWORK.listen(new InetSocketAddress(LOOPBACK, 0), ListenOptions.defaults());
  }

  private static int portOf(SocketListener listener) {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Test
  void aConnectionCarriesBytesBothWays() throws Exception {
    try (SocketListener listener = listen();
        SocketStream here = NETWORK.connect(listener.localAddress(), DEFAULTS);
        SocketStream there = listener.accept()) {
      here.sendAll(new byte[] {1, 2});
      assertThat(there.receiveExactly(2)).containsExactly(1, 2);
      there.sendAll(new byte[] {3});
      there.closeOutput();
      assertThat(here.receiveSome()).containsExactly(3);
      assertThat(here.receiveSome()).isEmpty();
      assertThat(here.remoteAddress()).isEqualTo(listener.localAddress());
      assertThat(there.remoteAddress()).isEqualTo(here.localAddress());
      assertThat(here.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
      assertThat(there.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
    }
  }

  @Test
  void aHostIsConnectedByItsName() throws Exception {
    List<SocketListener> listeners = NETWORK.listen("localhost", 0);
    try (SocketStream here = NETWORK.connect("localhost", portOf(listeners.getFirst()))) {
      assertThat(here.remoteAddress()).isEqualTo(listeners.getFirst().localAddress());
    } finally {
      for (SocketListener listener : listeners) {
        listener.close();
      }
    }
  }

  @Test
  void allAddressesOfAHostListenAtOnePort() throws Exception {
    List<SocketListener> listeners = NETWORK.listen("localhost", 0);
    assertThat(listeners).hasSameSizeAs(NETWORK.resolve("localhost"));
    assertThat(listeners.stream().map(NetworkTest::portOf).distinct()).hasSize(1);
    for (SocketListener listener : listeners) {
      listener.close();
    }
  }

  @Test
  void theWildcardListensForBothFamilies() throws Exception {
    SocketListener listener = NETWORK.listen(0).getFirst();
    try (listener) {
      for (String host : List.of("127.0.0.1", "::1")) {
        if (!canConnectTo(host)) {
          continue; // a computer without IPv6
        }
        try (SocketStream here = NETWORK.connect(host, portOf(listener));
            SocketStream there = listener.accept()) {
          here.sendAll(new byte[] {7});
          assertThat(there.receiveSome()).containsExactly(7);
        }
      }
    }
  }

  private static boolean canConnectTo(String host) throws IOException {
    try (SocketListener probe =
        NETWORK.listen(
            new InetSocketAddress(InetAddress.ofLiteral(host), 0), ListenOptions.defaults())) {
      return probe.localAddress() != null;
    } catch (BindException e) {
      return false;
    }
  }

  @Test
  void aRefusedConnectNamesTheAddress() throws Exception {
    SocketListener listener = listen();
    int port = portOf(listener);
    listener.close();
    assertThatThrownBy(() -> NETWORK.connect(new InetSocketAddress(LOOPBACK, port), DEFAULTS))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("cannot connect to 127.0.0.1:" + port + ": Connection refused")
        .hasCauseInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> NETWORK.connect("127.0.0.1", port))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("cannot connect to 127.0.0.1:" + port)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void aConnectThatIsCancelledReturnsAtOnceAndLeavesNothingOpen() throws Exception {
    // The queue of the listener is full, so that the next connect gets no answer.
    try (SocketListener listener =
            NETWORK.listen(
                new InetSocketAddress(LOOPBACK, 0), ListenOptions.defaults().withBacklog(1));
        OpenStreams streams = new OpenStreams()) {
      SocketAddress address = listener.localAddress();
      while (CancelScope.moveOnAfter(ofMillis(100))
          .run(() -> streams.add(NETWORK.connect(address, DEFAULTS)))) {
        assertThat(streams.size()).isLessThan(100);
      }
      long before = Descriptors.count();
      for (int i = 0; i < 20; i++) {
        assertThat(
                CancelScope.moveOnAfter(ofMillis(1))
                    .run(() -> streams.add(NETWORK.connect(address, DEFAULTS))))
            .isFalse();
      }
      Descriptors.awaitAtMost(before);
    }
  }

  @Test
  void aConnectIsCancelledOnEntry() throws Exception {
    try (SocketListener listener = listen()) {
      assertThat(
              CancelScope.moveOnAfter(Duration.ZERO)
                  .run(
                      () -> {
                        assertThatThrownBy(() -> NETWORK.connect(listener.localAddress(), DEFAULTS))
                            .isInstanceOf(CancelledException.class);
                        assertThatThrownBy(() -> NETWORK.resolve("127.0.0.1"))
                            .isInstanceOf(CancelledException.class);
                        assertThatThrownBy(listener::accept).isInstanceOf(CancelledException.class);
                        Selvage.throwIfCancelled();
                      }))
          .isFalse();
    }
  }

  @Test
  void aLocalAddressIsBoundBeforeTheConnect() throws Exception {
    try (SocketListener listener = listen()) {
      SocketListener free = listen();
      int port = portOf(free);
      free.close();
      InetSocketAddress local = new InetSocketAddress(LOOPBACK, port);
      try (SocketStream here =
              NETWORK.connect(listener.localAddress(), DEFAULTS.withLocalAddress(local));
          SocketStream there = listener.accept()) {
        assertThat(here.localAddress()).isEqualTo(local);
        assertThat(there.remoteAddress()).isEqualTo(local);
        assertThatThrownBy(
                () -> NETWORK.connect(listener.localAddress(), DEFAULTS.withLocalAddress(local)))
            .isInstanceOf(BindException.class)
            .hasMessageContaining("cannot connect from 127.0.0.1:" + port);
      }
    }
  }

  @Test
  void aLocalAddressOfAnotherFamilyIsRefusedClearly() throws Exception {
    try (SocketListener listener = listen()) {
      ConnectOptions six =
          DEFAULTS.withLocalAddress(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
      assertThatThrownBy(() -> NETWORK.connect(listener.localAddress(), six))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("from the local address [0:0:0:0:0:0:0:1]:0")
          .hasMessageContaining("different families");
      assertThatThrownBy(() -> NETWORK.connect("127.0.0.1", portOf(listener), six))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("different families");
      try (SocketStream any =
          NETWORK.connect(
              listener.localAddress(), DEFAULTS.withLocalAddress(new InetSocketAddress(0)))) {
        assertThat(any.remoteAddress()).isEqualTo(listener.localAddress());
      }
    }
  }

  @Test
  void aHostThatDoesNotExistIsNamed() {
    assertThatThrownBy(() -> NETWORK.connect("no-such-host.invalid", 80))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("cannot resolve host 'no-such-host.invalid'");
  }

  @Test
  void literalsAreResolvedAtOnce() throws Exception {
    assertThat(NETWORK.resolve("127.0.0.1")).containsExactly(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(NETWORK.resolve("::1")).containsExactly(InetAddress.ofLiteral("::1"));
    assertThat(NETWORK.resolve("localhost")).isNotEmpty().allMatch(InetAddress::isLoopbackAddress);
  }

  @Test
  void badArgumentsAreNamed() {
    SocketAddress address = new InetSocketAddress(LOOPBACK, 1);
    for (int port : new int[] {0, -1, 65_536}) {
      assertThatThrownBy(() -> NETWORK.connect("localhost", port))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("port must be from 1 to 65535, was " + port);
    }
    assertThatThrownBy(() -> NETWORK.listen("localhost", -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port must be from 0 to 65535, was -1");
    assertThatThrownBy(() -> NETWORK.listen(65_536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port must be from 0 to 65535, was 65536");
    assertThatThrownBy(() -> NETWORK.connect(" ", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("host must not be blank, was ' '");
    assertThatThrownBy(() -> NETWORK.resolve(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("host must not be blank, was ''");
    assertThatThrownBy(
            () -> NETWORK.connect(InetSocketAddress.createUnresolved("localhost", 1), DEFAULTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("remote must be resolved");
    assertThatThrownBy(() -> NETWORK.connect(new SocketAddress() {}, DEFAULTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("remote must be an InetSocketAddress or a UnixDomainSocketAddress");
    assertThatThrownBy(() -> NETWORK.listen(address, ListenOptions.defaults().withMode(Set.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is for Unix sockets");
    assertThatThrownBy(() -> DEFAULTS.withAttemptDelay(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DEFAULTS.withAttemptDelay(ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anAddressInUseIsNamedAndTheListenerThereLives() throws Exception {
    try (SocketListener listener = listen()) {
      assertThatThrownBy(() -> NETWORK.listen(listener.localAddress(), ListenOptions.defaults()))
          .isInstanceOf(BindException.class)
          .hasMessageContaining("cannot listen at 127.0.0.1:" + portOf(listener));
      NETWORK.connect(listener.localAddress(), DEFAULTS).close();
      listener.accept().close();
    }
  }

  @Test
  void whatIsOpenIsClosedIfALaterAddressFails() throws Exception {
    InetAddress here = LOOPBACK;
    InetAddress elsewhere = InetAddress.ofLiteral("192.0.2.1"); // of no computer
    Network two = new TwoAddresses(here, elsewhere);
    SocketListener free = listen();
    int port = portOf(free);
    free.close();
    assertThatThrownBy(() -> two.listen("two", port))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("192.0.2.1:" + port);
    NETWORK.listen(new InetSocketAddress(here, port), ListenOptions.defaults()).close();
    assertThatThrownBy(() -> two.listen("two", 0)).isInstanceOf(BindException.class);
  }

  /** The network of the system, in which every host has these addresses. */
  private record TwoAddresses(InetAddress first, InetAddress second) implements Network {
    @Override
    public SocketStream connect(SocketAddress remote, ConnectOptions options)
        throws IOException, InterruptedException {
      return NETWORK.connect(remote, options);
    }

    @Override
    public SocketListener listen(SocketAddress local, ListenOptions options) throws IOException {
      return NETWORK.listen(local, options);
    }

    @Override
    public List<InetAddress> resolve(String host) {
      return List.of(first, second);
    }
  }

  @Test
  void aCloseOfTheListenerRefusesWhatWasNotAccepted() throws Exception {
    SocketListener listener = listen();
    try (SocketStream here = NETWORK.connect(listener.localAddress(), DEFAULTS)) {
      listener.close();
      assertThatThrownBy(() -> assertThat(here.receiveSome()).isNotEmpty())
          .isInstanceOf(BrokenStreamException.class);
      assertThatThrownBy(listener::accept)
          .isInstanceOf(ClosedResourceException.class)
          .hasMessageContaining("it was closed");
      listener.close();
    }
  }
}
