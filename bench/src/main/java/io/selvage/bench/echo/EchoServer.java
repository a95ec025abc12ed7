package io.selvage.bench.echo;

import io.selvage.bench.harness.Forks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * An echo server: it receives bytes and sends them back, again and again, on each connection,
 * either as they are or over TLS. The tables start it; the counterpart for asyncio is {@code
 * asyncio_echo.py}.
 */
public final class EchoServer {
  static final int BACKLOG = 4096;

  /** As much as asyncio has. A client of a cold server waits long on a machine with other work. */
  static final Duration HANDSHAKE_LIMIT = Duration.ofMinutes(1);

  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private EchoServer() {}

  /** A library. */
  enum Kind {
    /** A task for each connection, which holds no buffer while it waits. */
    SELVAGE,
    /** A task for each connection, with a buffer of its own. */
    SELVAGE_BUFFER,
    /** The same, with virtual threads on carriers of the library. */
    SELVAGE_CARRIERS,
    /** A virtual thread for each connection, on a blocking socket. */
    BLOCKING,
    /** Netty with its native epoll, and with the engine of the JDK if it speaks TLS. */
    NETTY,
    /** Netty with its native epoll and the engine of BoringSSL. */
    NETTY_BORINGSSL;

    /** {@return options of the JVM} */
    List<String> options() {
      return this == SELVAGE_CARRIERS ? List.of(Forks.OWN_CARRIERS) : List.of();
    }

    /** {@return the name in tables} */
    String title() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** {@return all kinds that differ} */
    static List<Kind> all(boolean tls) {
      return Stream.of(values()).filter(kind -> tls || kind != NETTY_BORINGSSL).toList();
    }
  }

  /**
   * Prints the port, and serves until the process is killed.
   *
   * @param arguments the {@link Kind}, and the {@link EchoOptions}
   * @throws Exception if it cannot listen
   */
  public static void main(String[] arguments) throws Exception {
    EchoOptions options = EchoOptions.of(arguments, 1);
    Kind kind = Kind.valueOf(arguments[0]);
    switch (kind) {
      case SELVAGE, SELVAGE_BUFFER, SELVAGE_CARRIERS -> new SelvageEcho(options, kind).run();
      case BLOCKING -> new BlockingEcho(options).run();
      case NETTY, NETTY_BORINGSSL -> new NettyEcho(options, kind).run();
    }
  }

  /** Tells that the server listens. */
  static void say(int port) {
    System.out.println(port);
  }
}
