package io.selvage.net;

import io.selvage.CancelledException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where connections come from: the network of the system, or one in memory for tests. Code that
 * takes a {@code Network} as a parameter can be tested in a simulation.
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="network"}
 *
 * <p>A network of your own implements three methods; the others are made of these.
 *
 * <p><b>Threads.</b> Any thread may call its methods.
 *
 * <p><b>Interruption.</b> A connect that is cancelled leaves nothing open.
 */
public interface Network {

  /**
   * {@return the network of the operating system} In a simulation its methods throw an {@link
   * IllegalStateException}, because no seed decides what it does.
   */
  static Network system() {
    return SystemNetwork.INSTANCE;
  }

  // ---- to implement

  /**
   * Connects to one address.
   *
   * @param remote an {@link java.net.InetSocketAddress} that is resolved, or a {@link
   *     java.net.UnixDomainSocketAddress}
   * @param options how
   * @return the connection, which the caller closes
   * @throws IllegalArgumentException if the address is not resolved, has an empty path, or is of
   *     another type
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the other end refuses or cannot be reached; the message has the address
   */
  SocketStream connect(SocketAddress remote, ConnectOptions options)
      throws IOException, InterruptedException;

  /**
   * Listens at one address.
   *
   * @param local an {@link java.net.InetSocketAddress}, with port 0 for any free one, or a {@link
   *     java.net.UnixDomainSocketAddress}
   * @param options how
   * @return the listener, which the caller closes
   * @throws IllegalArgumentException if the address is not resolved, has an empty path, or is of
   *     another type; or if the options have a mode, and it is no Unix socket
   * @throws BindException if the address is in use, or not one of this computer; a file that exists
   *     is never removed
   * @throws java.nio.file.NoSuchFileException if the folder of a Unix socket is missing
   * @throws IOException if that is not possible; the message has the address
   */
  SocketListener listen(SocketAddress local, ListenOptions options) throws IOException;

  /**
   * Waits for the addresses of a host. Neither a loop nor a carrier is held up by it, and a
   * cancellation ends the wait, though not the system's look-up.
   *
   * @param host a name or an address in text form
   * @return its addresses, in the order of the system, at least one
   * @throws IllegalArgumentException if the host is blank
   * @throws UnknownHostException if there is no such host
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the look-up fails
   */
  List<InetAddress> resolve(String host) throws IOException, InterruptedException;

  // ---- connecting to a host

  /**
   * Connects to a host; as {@link #connect(String, int, ConnectOptions)} with the defaults.
   *
   * @param host a name or an address in text form
   * @param port 1 to 65535
   * @return the connection, which the caller closes
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   * @throws UnknownHostException if there is no such host
   * @throws ConnectException if all attempts have failed: each failure is a suppressed exception
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the look-up fails
   */
  default SocketStream connect(String host, int port) throws IOException, InterruptedException {
    return connect(host, port, ConnectOptions.defaults());
  }

  /**
   * Connects to a host over the first of its addresses that works, as RFC 8305 describes it: IPv4
   * and IPv6 alternate, beginning with the first address; the next attempt starts when the one
   * before has failed or has lasted for the {@linkplain ConnectOptions#attemptDelay attempt delay}.
   * When one is connected, the others are cancelled and closed.
   *
   * @param host a name or an address in text form
   * @param port 1 to 65535
   * @param options how
   * @return the connection, which the caller closes
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   * @throws UnknownHostException if there is no such host
   * @throws ConnectException if all attempts have failed: each failure is a suppressed exception,
   *     in the order of the attempts
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the look-up fails
   */
  default SocketStream connect(String host, int port, ConnectOptions options)
      throws IOException, InterruptedException {
    HostAddresses.check(host, port, 1);
    Objects.requireNonNull(options, "options");
    return StaggeredConnect.connect(this, host, port, options);
  }

  /**
   * Connects to a Unix socket.
   *
   * @param path of its file
   * @return the connection, which the caller closes
   * @throws IllegalArgumentException if the path is empty
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws ConnectException if no program listens there
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if it cannot be connected; the message has the path
   */
  default SocketStream connect(Path path) throws IOException, InterruptedException {
    Objects.requireNonNull(path, "path");
    return connect(UnixDomainSocketAddress.of(path), ConnectOptions.defaults());
  }

  // ---- listening at a host

  /**
   * Listens at all addresses of this computer, IPv4 and IPv6, with the default options.
   *
   * @param port 0 for any free one, to 65535
   * @return the listeners, which the caller closes
   * @throws IllegalArgumentException if the port is out of range
   * @throws BindException if the port is in use
   * @throws IOException if that is not possible; the message has the address
   */
  default List<SocketListener> listen(int port) throws IOException {
    return listen(port, ListenOptions.defaults());
  }

  /**
   * Listens at all addresses of this computer, IPv4 and IPv6.
   *
   * @param port 0 for any free one, to 65535
   * @param options how
   * @return the listeners, which the caller closes
   * @throws IllegalArgumentException if the port is out of range
   * @throws BindException if the port is in use
   * @throws IOException if that is not possible; the message has the address
   */
  default List<SocketListener> listen(int port, ListenOptions options) throws IOException {
    HostAddresses.check("any", port, 0);
    return List.of(listen(new InetSocketAddress(port), options));
  }

  /**
   * Listens at each address of a host, with the default options.
   *
   * @param host a name or an address in text form, such as {@code localhost}
   * @param port 0 for any free one, the same for all addresses; to 65535
   * @return the listeners, which the caller closes, in the order of the addresses
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   * @throws UnknownHostException if there is no such host
   * @throws BindException if the port is in use at one of the addresses, or one is not of this
   *     computer
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if one of the addresses fails; the others are closed again
   */
  default List<SocketListener> listen(String host, int port)
      throws IOException, InterruptedException {
    return listen(host, port, ListenOptions.defaults());
  }

  /**
   * Listens at each address of a host.
   *
   * @param host a name or an address in text form, such as {@code localhost}
   * @param port 0 for any free one, the same for all addresses; to 65535
   * @param options how
   * @return the listeners, which the caller closes, in the order of the addresses
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   * @throws UnknownHostException if there is no such host
   * @throws BindException if the port is in use at one of the addresses, or one is not of this
   *     computer
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if one of the addresses fails; the others are closed again
   */
  default List<SocketListener> listen(String host, int port, ListenOptions options)
      throws IOException, InterruptedException {
    HostAddresses.check(host, port, 0);
    Objects.requireNonNull(options, "options");
    return HostAddresses.listen(this, host, port, options);
  }

  /**
   * Listens at a Unix socket.
   *
   * @param path of the file that is made; it stays when the listener is closed
   * @param options how
   * @return the listener, which the caller closes
   * @throws IllegalArgumentException if the path is empty
   * @throws BindException if the file exists; it is never removed
   * @throws java.nio.file.NoSuchFileException if its folder is missing
   * @throws IOException if that is not possible; the message has the path
   */
  default SocketListener listen(Path path, ListenOptions options) throws IOException {
    Objects.requireNonNull(path, "path");
    return listen(UnixDomainSocketAddress.of(path), options);
  }
}
