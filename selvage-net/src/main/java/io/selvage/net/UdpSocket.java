package io.selvage.net;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.select.Trigger;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * Sends and receives datagrams over UDP. A datagram arrives whole or not at all, and possibly in
 * another order; the network may lose it. It is never cut: whoever has too little room for it gets
 * an exception, and the datagram is left.
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="datagrams"}
 *
 * <p>Multicast is left to {@link java.nio.channels.DatagramChannel}; a {@link ChannelReadiness}
 * waits for one.
 *
 * <p><b>Threads.</b> Any thread may call its methods. Several threads may receive, and several may
 * send: each datagram is an operation of its own. The longest-waiting thread is woken first, but a
 * thread that has just come may take the datagram before it.
 *
 * <p><b>Interruption.</b> A receive that is cancelled has taken nothing, and a send that is
 * cancelled has sent nothing.
 *
 * <p><b>Failure.</b> After a {@link #close()} here every operation throws a {@link
 * ClosedResourceException}. If the socket is connected, an operation may throw a {@link
 * PortUnreachableException}: no socket had the port of an earlier datagram. The socket goes on.
 */
public interface UdpSocket extends Closeable {

  /**
   * {@return a socket at a local address, which the caller closes}
   *
   * @param local with port 0 for any free one
   * @throws IllegalArgumentException if the address is not resolved
   * @throws IOException if that is not possible; the message has the address
   */
  static UdpSocket bind(InetSocketAddress local) throws IOException {
    return ChannelUdpSocket.bind(local);
  }

  /**
   * {@return a socket at any free local address that exchanges datagrams with one other end only,
   * which the caller closes}
   *
   * @param remote the other end
   * @throws IllegalArgumentException if the address is not resolved
   * @throws IOException if that is not possible; the message has the address
   */
  static UdpSocket connect(InetSocketAddress remote) throws IOException {
    return ChannelUdpSocket.connect(remote);
  }

  /**
   * Waits for a datagram, of any length.
   *
   * @return the datagram
   * @throws ClosedResourceException if this socket was closed here
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the system fails
   */
  Datagram receive() throws IOException, InterruptedException;

  /**
   * Waits for a datagram, and puts it into a buffer.
   *
   * @param into gets the bytes; its position moves behind them
   * @return where the datagram comes from
   * @throws FrameTooLongException if the datagram is longer than the room of the buffer; it is left
   *     for another receive
   * @throws IllegalArgumentException if the buffer is read-only
   * @throws ClosedResourceException if this socket was closed here
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the system fails
   */
  InetSocketAddress receive(ByteBuffer into) throws IOException, InterruptedException;

  /**
   * Returns a datagram if one is there now. Never waits, cancelled or not.
   *
   * @return the datagram, or empty
   * @throws ClosedResourceException if this socket was closed here
   * @throws IOException if the system fails
   */
  Optional<Datagram> tryReceive() throws IOException;

  /**
   * {@return the wait for a datagram as a clause of a {@link io.selvage.select.Select}; {@link
   * #tryReceive} takes it} It may end although there is none, if another thread was faster.
   *
   * @throws IOException if the system refuses
   */
  Trigger onReadable() throws IOException;

  /**
   * Sends a datagram to any address. Waits while the system has no room for it.
   *
   * @param from has the bytes; its position moves behind them
   * @param to where it goes
   * @throws IllegalArgumentException if the address is not resolved, or this socket is connected to
   *     another one
   * @throws ClosedResourceException if this socket was closed here
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if it is too long for a datagram, or the system fails; nothing was sent
   */
  void send(ByteBuffer from, InetSocketAddress to) throws IOException, InterruptedException;

  /**
   * As {@link #send(ByteBuffer, InetSocketAddress)}.
   *
   * @param datagram the bytes and where they go
   * @throws IllegalArgumentException if the address is not resolved, or this socket is connected to
   *     another one
   * @throws ClosedResourceException if this socket was closed here
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if it is too long for a datagram, or the system fails; nothing was sent
   */
  default void send(Datagram datagram) throws IOException, InterruptedException {
    Objects.requireNonNull(datagram, "datagram");
    send(ByteBuffer.wrap(datagram.bytes()), datagram.remote());
  }

  /** {@return the address of this end; also after the close} */
  InetSocketAddress localAddress();

  /** {@return the other end, if this socket is connected; also after the close} */
  Optional<InetSocketAddress> remoteAddress();

  /**
   * {@return the value of an option of the socket}
   *
   * @param <T> the type of the value
   * @param option one of {@link java.net.StandardSocketOptions} or {@code
   *     jdk.net.ExtendedSocketOptions}
   * @throws UnsupportedOperationException if the socket does not have this option
   * @throws ClosedResourceException if this socket was closed here
   * @throws IOException if the system refuses
   */
  <T> T option(SocketOption<T> option) throws IOException;

  /**
   * Sets an option of the socket.
   *
   * @param <T> the type of the value
   * @param option one of {@link java.net.StandardSocketOptions} or {@code
   *     jdk.net.ExtendedSocketOptions}
   * @param value the new value
   * @throws UnsupportedOperationException if the socket does not have this option
   * @throws IllegalArgumentException if the value is not valid for it
   * @throws ClosedResourceException if this socket was closed here
   * @throws IOException if the system refuses
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  /**
   * Closes it. Wakes all waiting threads with a {@link ClosedResourceException}. Never waits,
   * cancelled or not; a second call does nothing.
   *
   * @throws IOException if the system fails; it is closed anyway
   */
  @Override
  void close() throws IOException;
}
