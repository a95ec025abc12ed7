package io.selvage.net.server;

import io.selvage.net.ByteStream;

/**
 * The work of a server for one connection.
 *
 * @param <S> the type of the stream
 */
@FunctionalInterface
public interface ConnectionHandler<S extends ByteStream> {

  /**
   * Handles a connection. Runs in a task of its own; the server closes the stream behind it.
   *
   * @param stream the connection
   * @throws Exception if it fails: the failure is reported, and the server goes on
   */
  void handle(S stream) throws Exception;
}
