package io.selvage.net;

import io.selvage.CancelledException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Where connections come from: the network of the system, or one in memory for tests. Code that
 * takes a {@code Network} as a parameter can be tested in a simulation.
 *
 * <p><b>Threads.</b> Any thread may call its methods.
 */
public interface Network {

  /**
   * Connects to one address.
   *
   * @param remote an {@link java.net.InetSocketAddress} that is resolved, or a {@link
   *     java.net.UnixDomainSocketAddress}
   * @param options how
   * @return the connection, which the caller closes
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
   * @throws IOException if that is not possible; the message has the address
   */
  SocketListener listen(SocketAddress local, ListenOptions options) throws IOException;

  /**
   * Waits for the addresses of a host. Neither a loop nor a carrier is held up by it, and a
   * cancellation ends the wait, though not the system's look-up.
   *
   * @param host a name or an address in text form
   * @return its addresses, in the order of the system, at least one
   * @throws UnknownHostException if there is no such host
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the look-up fails
   */
  List<InetAddress> resolve(String host) throws IOException, InterruptedException;
}
