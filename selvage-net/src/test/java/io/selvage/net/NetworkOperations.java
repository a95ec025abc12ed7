package io.selvage.net;

import static io.selvage.Operation.looking;
import static io.selvage.Operation.waiting;
import static io.selvage.net.StreamOperations.made;
import static java.net.StandardProtocolFamily.UNIX;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Fixture;
import io.selvage.Operation;
import io.selvage.Threads;
import io.selvage.function.ThrowingSupplier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** The other operations of {@code io.selvage.net}, for {@link NetCancelEverywhereTest}. */
final class NetworkOperations {
  private static final Network NETWORK = Network.system();
  private static final String HERE = "127.0.0.1";
  private static final int SIZE = 3;

  static final List<Operation> ALL =
      List.of(
          waiting("SocketListener.accept()", NetworkOperations::accept),
          looking(
              "Network.connect(SocketAddress, ConnectOptions)",
              () -> connect(at -> NETWORK.connect(at, ConnectOptions.defaults()))),
          looking(
              "Network.connect(String, int)", () -> connect(at -> NETWORK.connect(HERE, port(at)))),
          looking(
              "Network.connect(String, int, ConnectOptions)",
              () -> connect(at -> NETWORK.connect(HERE, port(at), ConnectOptions.defaults()))),
          waiting(
              "Network.connect(Path), the queue is full", NetworkOperations::connectToFullQueue),
          waiting("Network.resolve(String), the system is slow", NetworkOperations::resolve),
          looking("Network.resolve(String)", () -> instant(() -> NETWORK.resolve(HERE))),
          looking("Network.listen(String, int)", () -> listen(() -> NETWORK.listen(HERE, 0))),
          looking(
              "Network.listen(String, int, ListenOptions)",
              () -> listen(() -> NETWORK.listen(HERE, 0, ListenOptions.defaults()))),
          waiting("UdpSocket.receive()", () -> udpReceive(socket -> socket.receive().bytes())),
          waiting("UdpSocket.receive(ByteBuffer)", () -> udpReceive(NetworkOperations::intoBuffer)),
          looking(
              "UdpSocket.send(ByteBuffer, InetSocketAddress)",
              () -> udpSend((socket, to) -> socket.send(ByteBuffer.allocate(SIZE), to))),
          looking(
              "UdpSocket.send(Datagram)",
              () -> udpSend((socket, to) -> socket.send(new Datagram(new byte[SIZE], to)))),
          waiting("ChannelReadiness.awaitReadable()", NetworkOperations::awaitReadable),
          waiting("ChannelReadiness.awaitWritable()", NetworkOperations::awaitWritable));

  private NetworkOperations() {}

  private static InetSocketAddress atAnyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static int port(InetSocketAddress at) {
    return at.getPort();
  }

  private static Fixture instant(ThrowingSupplier<?, Exception> perform) {
    return Fixture.of(
        () -> {
          var unused = perform.get();
        },
        () -> {},
        happened -> {},
        () -> {});
  }

  // ---- connections

  private static Fixture accept() {
    SocketListener listener = made(() -> NETWORK.listen(atAnyPort(), ListenOptions.defaults()));
    AtomicReference<SocketStream> accepted = new AtomicReference<>();
    AtomicReference<SocketChannel> client = new AtomicReference<>();
    return Fixture.of(
        () -> accepted.set(listener.accept()),
        () -> client.set(SocketChannel.open(listener.localAddress())),
        happened -> {
          assertThat(accepted.get() != null).isEqualTo(happened);
          if (!happened) {
            accepted.set(listener.accept());
          }
          assertThat(accepted.get().remoteAddress()).isEqualTo(client.get().getLocalAddress());
          accepted.get().close();
          client.get().close();
        },
        listener::close);
  }

  private interface Connect {
    SocketStream to(InetSocketAddress at) throws IOException, InterruptedException;
  }

  private static Fixture connect(Connect connect) {
    ServerSocketChannel listener = made(ServerSocketChannel::open);
    made(() -> listener.bind(atAnyPort()));
    InetSocketAddress at = made(() -> (InetSocketAddress) listener.getLocalAddress());
    AtomicReference<SocketStream> connected = new AtomicReference<>();
    return Fixture.of(
        () -> connected.set(connect.to(at)),
        () -> {},
        happened -> isConnectedOrNot(listener, connected.get(), happened),
        listener::close);
  }

  /** A connection that there is works; all others have ended. */
  private static void isConnectedOrNot(
      ServerSocketChannel listener, SocketStream connected, boolean happened) throws Exception {
    assertThat(connected != null).isEqualTo(happened);
    if (happened) {
      connected.sendAll(new byte[] {1});
    }
    listener.configureBlocking(false);
    int open = 0;
    for (SocketChannel each = listener.accept(); each != null; each = listener.accept()) {
      open += receivedFrom(each);
    }
    assertThat(open).isEqualTo(happened ? 1 : 0);
    if (happened) {
      connected.close();
    }
  }

  private static int receivedFrom(SocketChannel accepted) throws IOException {
    try (accepted) {
      return Math.max(0, accepted.read(ByteBuffer.allocate(SIZE)));
    } catch (SocketException e) {
      return 0; // it was reset
    }
  }

  private static Fixture connectToFullQueue() {
    Path file = made(() -> Files.createTempDirectory("selvage")).resolve("socket");
    UnixDomainSocketAddress at = UnixDomainSocketAddress.of(file);
    ServerSocketChannel listener = made(() -> ServerSocketChannel.open(UNIX).bind(at, 1));
    List<SocketChannel> others = made(() -> fillQueue(at));
    AtomicReference<SocketStream> connected = new AtomicReference<>();
    return Fixture.of(
        () -> connected.set(NETWORK.connect(file)),
        () -> {
          for (int i = 0; i < others.size(); i++) {
            listener.accept().close();
          }
        },
        happened -> isConnectedOrNot(listener, connected.get(), happened),
        () -> {
          listener.close();
          for (SocketChannel each : others) {
            each.close();
          }
          Files.delete(file);
          Files.delete(file.getParent());
        });
  }

  private static List<SocketChannel> fillQueue(UnixDomainSocketAddress at) throws IOException {
    List<SocketChannel> others = new ArrayList<>();
    while (true) {
      SocketChannel next = SocketChannel.open(UNIX);
      next.configureBlocking(false);
      try {
        next.connect(at);
        others.add(next);
      } catch (IOException e) {
        next.close();
        return others;
      }
    }
  }

  // ---- names and listeners

  private static Fixture resolve() {
    CountDownLatch answer = new CountDownLatch(1);
    InetAddress[] addresses = {InetAddress.getLoopbackAddress()};
    NameLookups lookups =
        new NameLookups(
            host -> {
              Threads.await(answer);
              return addresses;
            },
            1);
    AtomicReference<List<InetAddress>> found = new AtomicReference<>();
    return Fixture.of(
        () -> found.set(lookups.resolve("slow.test")),
        answer::countDown,
        happened -> {
          assertThat(found.get() != null).isEqualTo(happened);
          assertThat(lookups.resolve("slow.test")).containsExactly(addresses);
        },
        () -> {});
  }

  private static Fixture listen(ThrowingSupplier<List<SocketListener>, Exception> listen) {
    AtomicReference<List<SocketListener>> listeners = new AtomicReference<>(List.of());
    return Fixture.of(
        () -> listeners.set(listen.get()),
        () -> {},
        happened -> {
          assertThat(listeners.get()).hasSize(happened ? 1 : 0);
          for (SocketListener each : listeners.get()) {
            each.close();
          }
        },
        () -> {});
  }

  // ---- datagrams

  private interface UdpReceive {
    byte[] from(UdpSocket socket) throws IOException, InterruptedException;
  }

  private static byte[] intoBuffer(UdpSocket socket) throws IOException, InterruptedException {
    ByteBuffer into = ByteBuffer.allocate(10);
    try {
      var unused = socket.receive(into);
      return Arrays.copyOf(into.array(), into.position());
    } catch (InterruptedException e) {
      assertThat(into.position()).isZero();
      throw e;
    }
  }

  private static Fixture udpReceive(UdpReceive receive) {
    UdpSocket here = made(() -> UdpSocket.bind(atAnyPort()));
    UdpSocket there = made(() -> UdpSocket.bind(atAnyPort()));
    AtomicReference<byte[]> got = new AtomicReference<>();
    return Fixture.of(
        () -> got.set(receive.from(here)),
        () -> there.send(ByteBuffer.allocate(SIZE), here.localAddress()),
        happened -> {
          assertThat(got.get() != null).isEqualTo(happened);
          assertThat(happened ? got.get() : here.receive().bytes()).hasSize(SIZE);
        },
        () -> {
          here.close();
          there.close();
        });
  }

  private interface UdpSend {
    void by(UdpSocket socket, InetSocketAddress to) throws IOException, InterruptedException;
  }

  private static Fixture udpSend(UdpSend send) {
    UdpSocket here = made(() -> UdpSocket.bind(atAnyPort()));
    UdpSocket there = made(() -> UdpSocket.bind(atAnyPort()));
    return Fixture.of(
        () -> send.by(here, there.localAddress()),
        () -> {},
        happened -> {
          here.send(ByteBuffer.allocate(0), there.localAddress()); // the last one
          assertThat(there.receive().bytes()).hasSize(happened ? SIZE : 0);
        },
        () -> {
          here.close();
          there.close();
        });
  }

  // ---- channels of others

  private static Fixture awaitReadable() {
    Pipe pipe = made(Pipe::open);
    ChannelReadiness readiness = made(() -> ChannelReadiness.of(pipe.source()));
    return Fixture.of(
        readiness::awaitReadable,
        () -> {
          int written = pipe.sink().write(ByteBuffer.allocate(SIZE));
          assertThat(written).isEqualTo(SIZE);
        },
        happened -> {
          readiness.awaitReadable();
          assertThat(pipe.source().read(ByteBuffer.allocate(10))).isEqualTo(SIZE);
        },
        () -> close(pipe, readiness));
  }

  private static Fixture awaitWritable() {
    Pipe pipe = made(Pipe::open);
    ChannelReadiness readiness = made(() -> ChannelReadiness.of(pipe.sink()));
    int capacity = made(() -> fill(pipe));
    return Fixture.of(
        readiness::awaitWritable,
        () -> {
          ByteBuffer all = ByteBuffer.allocate(capacity);
          while (all.hasRemaining()) {
            var unused = pipe.source().read(all);
          }
        },
        happened -> {
          readiness.awaitWritable();
          assertThat(pipe.sink().write(ByteBuffer.allocate(SIZE))).isEqualTo(SIZE);
        },
        () -> close(pipe, readiness));
  }

  private static int fill(Pipe pipe) throws IOException {
    int all = 0;
    int count;
    do {
      count = pipe.sink().write(ByteBuffer.allocate(1 << 12));
      all += count;
    } while (count > 0);
    return all;
  }

  private static void close(Pipe pipe, ChannelReadiness readiness) throws IOException {
    readiness.close();
    pipe.sink().close();
    pipe.source().close();
  }
}
