package io.selvage.net.server;

import io.selvage.net.ByteStream;
import io.selvage.net.SocketStream;
import java.io.IOException;

/**
 * Puts a protocol on top of a connection that was accepted, for example by a handshake.
 *
 * @param <S> the type of the stream for the handler
 */
@FunctionalInterface
public interface ConnectionWrapper<S extends ByteStream> {

  /**
   * Makes the stream for the handler. Runs in the task of the connection, within the {@linkplain
   * ServerOptions#withHandshakeTimeout time for the handshake}, so a slow peer delays no other one.
   * If this throws, the server closes the connection.
   *
   * @param accepted the connection
   * @return the stream over it; when it is closed, the server closes the connection as well
   * @throws IOException if the peer does not keep the protocol
   * @throws InterruptedException if it waits, and the connection is cancelled
   */
  S wrap(SocketStream accepted) throws IOException, InterruptedException;
}
