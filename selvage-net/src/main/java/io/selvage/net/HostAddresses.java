package io.selvage.net;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/** What a network does for all addresses of a host. */
final class HostAddresses {
  private static final int LARGEST_PORT = 65_535;

  /** How many ports are tried, if a port that is free at one address is in use at another. */
  private static final int MOST_PORTS = 16;

  private HostAddresses() {}

  /**
   * @param least the smallest port that is allowed
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   */
  static void check(String host, int port, int least) {
    if (Objects.requireNonNull(host, "host").isBlank()) {
      throw new IllegalArgumentException("host must not be blank, was '" + host + "'");
    }
    if (port < least || port > LARGEST_PORT) {
      throw new IllegalArgumentException(
          "port must be from " + least + " to " + LARGEST_PORT + ", was " + port);
    }
  }

  /** {@return one listener for each address; if one fails, those before it are closed} */
  static List<SocketListener> listen(Network network, String host, int port, ListenOptions options)
      throws IOException, InterruptedException {
    List<InetAddress> addresses = List.copyOf(new LinkedHashSet<>(network.resolve(host)));
    for (int attempt = 1; ; attempt++) {
      try {
        return listenAtEach(network, addresses, port, options);
      } catch (BindException e) {
        if (port != 0 || addresses.size() == 1 || attempt == MOST_PORTS) {
          throw e;
        }
      }
    }
  }

  private static List<SocketListener> listenAtEach(
      Network network, List<InetAddress> addresses, int port, ListenOptions options)
      throws IOException {
    List<SocketListener> listeners = new ArrayList<>();
    try {
      int chosen = port;
      for (InetAddress address : addresses) {
        SocketListener listener = network.listen(new InetSocketAddress(address, chosen), options);
        listeners.add(listener);
        if (listener.localAddress() instanceof InetSocketAddress bound) {
          chosen = bound.getPort();
        }
      }
      return List.copyOf(listeners);
    } catch (IOException | RuntimeException | Error e) {
      closeAll(listeners, e);
      throw e;
    }
  }

  private static void closeAll(List<SocketListener> listeners, Throwable thrown) {
    for (SocketListener listener : listeners) {
      try {
        listener.close();
      } catch (IOException | RuntimeException e) {
        thrown.addSuppressed(e);
      }
    }
  }
}
