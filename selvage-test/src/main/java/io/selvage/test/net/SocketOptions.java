package io.selvage.test.net;

import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The options of a socket: they are kept, and one of them has an effect. Any thread. */
final class SocketOptions {
  private static final int BUFFER = 1 << 16;

  private final Map<SocketOption<?>, Object> values = new ConcurrentHashMap<>();

  SocketOptions(SocketAddress address) {
    values.put(SO_SNDBUF, BUFFER);
    values.put(SO_RCVBUF, BUFFER);
    if (address instanceof InetSocketAddress) {
      values.put(SO_KEEPALIVE, false);
      values.put(SO_REUSEADDR, false);
      values.put(SO_LINGER, -1);
      values.put(TCP_NODELAY, true);
    }
  }

  <T> T get(SocketOption<T> option) {
    throwIfUnknown(option);
    return option.type().cast(values.get(option));
  }

  <T> void set(SocketOption<T> option, T value) {
    throwIfUnknown(option);
    if (value instanceof Integer number && number < 1 && option != SO_LINGER) {
      throw new IllegalArgumentException(
          "value of " + option + " must be more than zero, was " + value);
    }
    values.put(option, value);
  }

  /** {@return whether a close loses what was not received, and tells the other end so} */
  boolean resetsOnClose() {
    return Integer.valueOf(0).equals(values.get(SO_LINGER));
  }

  private void throwIfUnknown(SocketOption<?> option) {
    if (!values.containsKey(option)) {
      throw new UnsupportedOperationException(
          "option " + option + " is not one of the simulated network: it has "
              + values.keySet().stream().map(SocketOption::name).sorted().toList());
    }
  }
}
