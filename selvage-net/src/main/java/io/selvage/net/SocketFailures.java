package io.selvage.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Failures of sockets: what their message needs, and what they mean. */
final class SocketFailures {
  /** Errors that the system reports to accept, and that concern the next connection only. */
  private static final List<String> OF_ONE_CONNECTION =
      List.of(
          "Software caused connection abort",
          "Connection reset by peer",
          "Protocol error",
          "Protocol not available",
          "Operation not permitted",
          "Operation not supported",
          "Network is down",
          "Network is unreachable",
          "Network dropped connection on reset",
          "Host is down",
          "No route to host",
          "Machine is not on the network",
          "Connection timed out");

  private SocketFailures() {}

  /**
   * {@return whether a failure of accept is known to concern one connection} Only if the system
   * speaks English: the JDK has the text of the system, and no number.
   */
  static boolean concernsOneConnection(IOException failure) {
    return contains(failure, OF_ONE_CONNECTION);
  }

  /**
   * {@return whether the listener of a Unix socket has no room for a connection now} Only if the
   * system speaks English.
   */
  static boolean isFullQueue(IOException failure) {
    return contains(failure, List.of("Resource temporarily unavailable"));
  }

  private static boolean contains(IOException failure, List<String> texts) {
    String message = failure.getMessage();
    return message != null && texts.stream().anyMatch(message::contains);
  }

  /**
   * {@return a failure of the same type whose message has the address; its cause is the failure of
   * the JDK}
   *
   * @param what was tried, for example "cannot connect to"
   */
  static IOException at(String what, SocketAddress address, IOException failure) {
    if (address instanceof UnixDomainSocketAddress unix) {
      NoSuchFileException missing = missing(what, unix.getPath());
      if (missing != null) {
        missing.initCause(failure);
        return missing;
      }
    }
    String message = what + " " + text(address) + ": " + failure.getMessage();
    IOException named =
        switch (failure) {
          case ConnectException e -> new ConnectException(message);
          case BindException e -> new BindException(message);
          case NoRouteToHostException e -> new NoRouteToHostException(message);
          case SocketException e -> new SocketException(message);
          default -> new IOException(message);
        };
    named.initCause(failure);
    return named;
  }

  /** Returns the failure if the file to connect to, or the folder to listen in, is missing. */
  private static @Nullable NoSuchFileException missing(String what, Path path) {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && Files.notExists(folder)) {
      return new NoSuchFileException(path.toString(), null, what + " it: there is no such folder");
    }
    return what.contains("connect") && Files.notExists(path)
        ? new NoSuchFileException(path.toString(), null, what + " it: there is no such file")
        : null;
  }

  /** {@return an address as programs write it: {@code 127.0.0.1:80}, {@code [::1]:80}, a path} */
  static String text(SocketAddress address) {
    if (address instanceof InetSocketAddress internet) {
      InetAddress host = internet.getAddress();
      return (host == null ? internet.getHostString() : text(host)) + ":" + internet.getPort();
    }
    return address.toString();
  }

  private static String text(InetAddress host) {
    String text = host.getHostAddress();
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
