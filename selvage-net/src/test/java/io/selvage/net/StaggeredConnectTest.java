package io.selvage.net;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.sync.Event;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Staggered connects over a network whose addresses behave as the test says. */
@Timeout(60)
class StaggeredConnectTest {
  private static final ConnectOptions SOON =
      ConnectOptions.defaults().withAttemptDelay(ofMillis(1));
  private static final ConnectOptions NEVER = ConnectOptions.defaults().withAttemptDelay(ofDays(1));

  /** What happens at an address. */
  private interface Place {
    SocketStream connect() throws IOException, InterruptedException;
  }

  /** A network of one host. */
  private static final class OneHost implements Network {
    private final List<InetAddress> addresses = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    final List<String> attempts = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger withdrawn = new AtomicInteger();

    OneHost at(String address, Place place) {
      addresses.add(InetAddress.ofLiteral(address));
      places.add(place);
      return this;
    }

    OneHost silentAt(String address) {
      return at(
          address,
          () -> {
            try {
              new Event().await();
              throw new AssertionError();
            } finally {
              withdrawn.incrementAndGet();
            }
          });
    }

    OneHost refusedAt(String address) {
      return at(
          address,
          () -> {
            throw new ConnectException("refused at " + address);
          });
    }

    @Override
    public SocketStream connect(SocketAddress remote, ConnectOptions options)
        throws IOException, InterruptedException {
      InetAddress address = ((InetSocketAddress) remote).getAddress();
      attempts.add(address.getHostAddress());
      return places.get(addresses.indexOf(address)).connect();
    }

    @Override
    public SocketListener listen(SocketAddress local, ListenOptions options) {
      throw new AssertionError();
    }

    @Override
    public List<InetAddress> resolve(String host) {
      return addresses;
    }
  }

  /** Real streams, so that a leaked one would be seen. */
  private static SocketStream stream(SocketListener listener) throws Exception {
    return Network.system().connect(listener.localAddress(), ConnectOptions.defaults());
  }

  private static SocketListener listen() throws IOException {
    return Network.system()
        .listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults());
  }

  @Test
  void theFamiliesAlternate() {
    assertThat(
            StaggeredConnect.interleaved(
                    List.of(
                        InetAddress.ofLiteral("2001:db8::1"),
                        InetAddress.ofLiteral("2001:db8::2"),
                        InetAddress.ofLiteral("2001:db8::3"),
                        InetAddress.ofLiteral("192.0.2.1"),
                        InetAddress.ofLiteral("192.0.2.2")))
                .stream()
                .map(InetAddress::getHostAddress))
        .containsExactly(
            "2001:db8:0:0:0:0:0:1",
            "192.0.2.1",
            "2001:db8:0:0:0:0:0:2",
            "192.0.2.2",
            "2001:db8:0:0:0:0:0:3");
    assertThat(
            StaggeredConnect.interleaved(
                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("192.0.2.2"))))
        .containsExactly(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("192.0.2.2"));
    assertThat(StaggeredConnect.interleaved(List.of())).isEmpty();
  }

  @Test
  void aSuccessReturnsAtOnceAndStartsNoOtherAttempt() throws Exception {
    try (SocketListener listener = listen();
        SocketStream expected = stream(listener)) {
      OneHost host = new OneHost().at("192.0.2.1", () -> expected).silentAt("192.0.2.2");
      assertThat(host.connect("host", 80, NEVER)).isSameAs(expected);
      assertThat(host.attempts).containsExactly("192.0.2.1");
    }
  }

  @Test
  void aFailureStartsTheNextAttemptAtOnce() throws Exception {
    try (SocketListener listener = listen();
        SocketStream expected = stream(listener)) {
      OneHost host =
          new OneHost()
              .refusedAt("192.0.2.1")
              .refusedAt("192.0.2.2")
              .at("192.0.2.3", () -> expected)
              .silentAt("192.0.2.4");
      assertThat(host.connect("host", 80, NEVER)).isSameAs(expected);
      assertThat(host.attempts).containsExactly("192.0.2.1", "192.0.2.2", "192.0.2.3");
    }
  }

  @Test
  void anAttemptThatLastsDoesNotStopTheNextOne() throws Exception {
    try (SocketListener listener = listen();
        SocketStream expected = stream(listener)) {
      OneHost host =
          new OneHost().silentAt("192.0.2.1").silentAt("192.0.2.2").at("192.0.2.3", () -> expected);
      assertThat(host.connect("host", 80, SOON)).isSameAs(expected);
      assertThat(host.withdrawn).hasValue(2);
    }
  }

  @Test
  void allFailuresAreToldInTheirOrder() {
    OneHost host =
        new OneHost().refusedAt("192.0.2.1").refusedAt("2001:db8::1").refusedAt("192.0.2.2");
    for (ConnectOptions options : List.of(SOON, NEVER)) {
      assertThatThrownBy(() -> host.connect("example.org", 80, options))
          .isInstanceOf(ConnectException.class)
          .hasMessage("cannot connect to example.org:80: none of its 3 addresses can be connected")
          .satisfies(
              e ->
                  assertThat(e.getSuppressed())
                      .extracting(Throwable::getMessage)
                      .containsExactly(
                          "refused at 192.0.2.1",
                          "refused at 2001:db8::1",
                          "refused at 192.0.2.2"));
    }
  }

  @Test
  void aRefusedArgumentIsThrownAsItIs() {
    IllegalArgumentException refused = new IllegalArgumentException("refused");
    OneHost host =
        new OneHost()
            .silentAt("192.0.2.1")
            .at(
                "192.0.2.2",
                () -> {
                  throw refused;
                });
    assertThatThrownBy(() -> host.connect("host", 80, SOON)).isSameAs(refused);
    assertThat(host.withdrawn).hasValue(1);
  }

  @Test
  void aCancelEndsAllAttempts() throws Exception {
    OneHost host = new OneHost().silentAt("192.0.2.1").silentAt("192.0.2.2");
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                while (host.attempts.size() < 2) {
                  Selvage.sleep(ofMillis(1));
                }
                scope.cancel("enough");
              });
          assertThat(scope.call(() -> host.connect("host", 80, SOON))).isEmpty();
        });
    assertThat(host.withdrawn).hasValue(2);
  }

  @Test
  void twoAttemptsThatSucceedTogetherLeaveOneConnection() throws Exception {
    try (SocketListener listener = listen()) {
      for (int i = 0; i < 200; i++) {
        Event both = new Event();
        AtomicInteger under = new AtomicInteger();
        Place meeting =
            () -> {
              if (under.incrementAndGet() == 2) {
                both.set();
              }
              both.await();
              return Network.system().connect(listener.localAddress(), ConnectOptions.defaults());
            };
        OneHost host = new OneHost().at("192.0.2.1", meeting).at("192.0.2.2", meeting);
        long before = Descriptors.count();
        host.connect("host", 80, SOON).close();
        Descriptors.awaitAtMost(before);
      }
    }
  }

  @Test
  void aHostWithTwoAddressesIsConnectedAtTheOneThatListens() throws Exception {
    try (SocketListener listener = listen()) {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      try (SocketStream here = Network.system().connect("localhost", port)) {
        assertThat(here.remoteAddress()).isEqualTo(listener.localAddress());
      }
    }
  }
}
