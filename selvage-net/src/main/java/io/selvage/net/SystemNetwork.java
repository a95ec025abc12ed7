package io.selvage.net;

import io.selvage.kernel.CurrentSimulation;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.net.poll.Readiness;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The network of the operating system. */
final class SystemNetwork implements Network {
  /*
   * A connect belongs to the calling thread until it returns: the channel is closed if anything is thrown, a cancellation included. Between the moment at
   * which it is connected and the return nothing waits.
   *
   * A Unix socket is connected at once, or its listener has no room. The system then neither keeps the connect nor tells when there is room. So the connect
   * is tried again, with a new channel, after a pause.
   *
   * Check with: SystemNetworkTest, ConnectCancelTest.
   */
  static final SystemNetwork INSTANCE = new SystemNetwork();

  private static final String CONNECT = "Network.connect";
  private static final String RESOLVE = "Network.resolve";
  private static final long SHORTEST_PAUSE = Duration.ofMillis(1).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofMillis(50).toNanos();

  private final NameLookups lookups = new NameLookups();

  private SystemNetwork() {}

  // ---- connecting

  @Override
  public SocketStream connect(SocketAddress remote, ConnectOptions options)
      throws IOException, InterruptedException {
    checkAddress(remote, "remote");
    SocketAddress local = Objects.requireNonNull(options, "options").localAddress().orElse(null);
    ThreadRecord self = ThreadRecord.current();
    self.begin(CONNECT);
    refuseSimulation("connect to " + SocketFailures.text(remote));
    try {
      checkFamilies(local, remote);
      return remote instanceof UnixDomainSocketAddress
          ? connectUnix(self, remote, local)
          : connectInternet(remote, local);
    } catch (IOException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private static SocketStream connectInternet(SocketAddress remote, @Nullable SocketAddress local)
      throws IOException, InterruptedException {
    SocketChannel channel = open(remote);
    Readiness readiness = new Readiness(channel);
    SocketStream connected = null;
    try {
      bind(channel, local);
      if (!connect(channel, remote)) {
        do {
          readiness.awaitOutput(CONNECT, remote);
        } while (!finishConnect(channel, remote));
      }
      refuseItself(channel, remote);
      connected = over(channel, readiness, remote);
      return connected;
    } finally {
      if (connected == null) {
        readiness.close();
        try {
          channel.close();
        } finally {
          readiness.release();
        }
      }
    }
  }

  private static SocketStream connectUnix(
      ThreadRecord self, SocketAddress remote, @Nullable SocketAddress local)
      throws IOException, InterruptedException {
    long pause = SHORTEST_PAUSE;
    while (true) {
      SocketStream connected = tryUnix(remote, local);
      if (connected != null) {
        return connected;
      }
      var unused = new WaitNode(self, CONNECT, remote).await(self.scheduler().now() + pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      self.checkpoint();
    }
  }

  private static @Nullable SocketStream tryUnix(SocketAddress remote, @Nullable SocketAddress local)
      throws IOException {
    SocketChannel channel = open(remote);
    SocketStream connected = null;
    try {
      bind(channel, local);
      if (connect(channel, remote)) {
        connected = over(channel, new Readiness(channel), remote);
      }
      return connected;
    } finally {
      if (connected == null) {
        channel.close();
      }
    }
  }

  private static SocketChannel open(SocketAddress remote) throws IOException {
    SocketChannel channel;
    try {
      channel =
          remote instanceof UnixDomainSocketAddress
              ? SocketChannel.open(StandardProtocolFamily.UNIX)
              : SocketChannel.open();
    } catch (IOException e) {
      throw cannotConnect(remote, e);
    }
    boolean made = false;
    try {
      channel.configureBlocking(false);
      made = true;
      return channel;
    } finally {
      if (!made) {
        channel.close();
      }
    }
  }

  private static void bind(SocketChannel channel, @Nullable SocketAddress local)
      throws IOException {
    if (local != null) {
      try {
        channel.bind(local);
      } catch (IOException e) {
        throw SocketFailures.at("cannot connect from", local, e);
      }
    }
  }

  private static boolean connect(SocketChannel channel, SocketAddress remote) throws IOException {
    try {
      return channel.connect(remote);
    } catch (IOException e) {
      if (remote instanceof UnixDomainSocketAddress && SocketFailures.isFullQueue(e)) {
        return false;
      }
      throw cannotConnect(remote, e);
    }
  }

  private static boolean finishConnect(SocketChannel channel, SocketAddress remote)
      throws IOException {
    try {
      return channel.finishConnect();
    } catch (IOException e) {
      throw cannotConnect(remote, e);
    }
  }

  private static SocketStream over(SocketChannel channel, Readiness readiness, SocketAddress remote)
      throws IOException {
    try {
      return ChannelStream.over(channel, readiness);
    } catch (IOException e) {
      throw cannotConnect(remote, e);
    }
  }

  private static IOException cannotConnect(SocketAddress remote, IOException failure) {
    return SocketFailures.at("cannot connect to", remote, failure);
  }

  /**
   * The system may choose the port that is to be connected to as the local one. TCP then connects
   * the socket to itself, though no one listens there.
   */
  private static void refuseItself(SocketChannel channel, SocketAddress remote) throws IOException {
    if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
      throw cannotConnect(
          remote, new ConnectException("Connection refused (the socket met itself)"));
    }
  }

  private static void checkFamilies(@Nullable SocketAddress local, SocketAddress remote)
      throws IOException {
    if (local == null || family(local) == family(remote)) {
      return;
    }
    if (local instanceof InetSocketAddress from
        && from.getAddress() != null
        && from.getAddress().isAnyLocalAddress()
        && remote instanceof InetSocketAddress) {
      return;
    }
    throw new IOException(
        "cannot connect to "
            + SocketFailures.text(remote)
            + " from the local address "
            + SocketFailures.text(local)
            + ": they are of different families; choose a local address of the same family");
  }

  private static StandardProtocolFamily family(SocketAddress address) {
    if (address instanceof InetSocketAddress internet) {
      return internet.getAddress() instanceof Inet4Address
          ? StandardProtocolFamily.INET
          : StandardProtocolFamily.INET6;
    }
    return StandardProtocolFamily.UNIX;
  }

  // ---- listening

  @Override
  public SocketListener listen(SocketAddress local, ListenOptions options) throws IOException {
    checkAddress(local, "local");
    Objects.requireNonNull(options, "options");
    if (options.mode().isPresent() && local instanceof InetSocketAddress) {
      throw new IllegalArgumentException(
          "the mode "
              + options.mode().get()
              + " is for Unix sockets, and "
              + SocketFailures.text(local)
              + " has no file; leave it out");
    }
    Step.before("Network.listen");
    refuseSimulation("listen at " + SocketFailures.text(local));
    return ChannelListener.open(local, options);
  }

  // ---- names

  @Override
  public List<InetAddress> resolve(String host) throws IOException, InterruptedException {
    if (Objects.requireNonNull(host, "host").isBlank()) {
      throw new IllegalArgumentException("host must not be blank, was '" + host + "'");
    }
    ThreadRecord.current().begin(RESOLVE);
    refuseSimulation("resolve " + host);
    InetAddress literal = literal(host);
    return literal == null ? lookups.resolve(host) : List.of(literal);
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  // ---- arguments

  private static void checkAddress(SocketAddress address, String argument) {
    switch (Objects.requireNonNull(address, argument)) {
      case InetSocketAddress internet when internet.isUnresolved() ->
          throw new IllegalArgumentException(
              argument
                  + " must be resolved, was "
                  + internet
                  + "; pass the host and the port as two arguments");
      case InetSocketAddress internet -> {}
      case UnixDomainSocketAddress unix when unix.getPath().toString().isEmpty() ->
          throw new IllegalArgumentException(argument + " must not have an empty path");
      case UnixDomainSocketAddress unix -> {}
      default ->
          throw new IllegalArgumentException(
              argument
                  + " must be an InetSocketAddress or a UnixDomainSocketAddress, was "
                  + address,
              new UnsupportedAddressTypeException());
    }
  }

  private static void refuseSimulation(String what) {
    if (Step.simulating() && CurrentSimulation.current() != null) {
      throw new IllegalStateException(
          "the network of the system cannot "
              + what
              + " on "
              + Threads.nameOf(Thread.currentThread())
              + ", a simulated thread: no seed decides what it does. Give the code under test a"
              + " Network, which is the in-memory network of selvage-test in a simulation");
    }
  }

  @Override
  public String toString() {
    return "Network[system]";
  }
}
