package io.selvage.net;

import io.selvage.ClosedResourceException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;

/**
 * A {@link ByteStream} of a network: TCP or a Unix socket.
 *
 * <p><b>Threads.</b> Any thread may call its methods at any time.
 */
public interface SocketStream extends ByteStream {

  /**
   * {@return the address of this end; also after the close} A Unix socket that was not bound has an
   * address with an empty path.
   */
  SocketAddress localAddress();

  /** {@return the address of the other end; also after the close} */
  SocketAddress remoteAddress();

  /**
   * {@return the value of an option of the socket}
   *
   * @param <T> the type of the value
   * @param option one of {@link java.net.StandardSocketOptions} or {@code
   *     jdk.net.ExtendedSocketOptions}
   * @throws UnsupportedOperationException if the socket does not have this option
   * @throws ClosedResourceException if this stream was closed here
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
   * @throws ClosedResourceException if this stream was closed here
   * @throws IOException if the system refuses
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;
}
