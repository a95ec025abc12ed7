package io.selvage.net.server;

import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import io.selvage.net.ByteStream;
import io.selvage.net.SocketStream;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link Server}: its name, its limit of connections, the receiver of failures,
 * the protocol on top of the socket. Immutable; each {@code with} method returns a copy.
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="serverOptions"}
 *
 * @param <S> the type of the stream that the handler gets
 */
public final class ServerOptions<S extends ByteStream> {
  private static final int UNLIMITED = 0;
  private static final ServerOptions<SocketStream> DEFAULTS =
      new ServerOptions<>(
          "server", UNLIMITED, /* failures= */ null, accepted -> accepted, Duration.ofSeconds(30));

  private final String name;
  private final int most;
  private final @Nullable BiConsumer<String, Throwable> failures; // null means the log
  private final ConnectionWrapper<S> wrapper;
  private final Duration handshake;

  private ServerOptions(
      String name,
      int most,
      @Nullable BiConsumer<String, Throwable> failures,
      ConnectionWrapper<S> wrapper,
      Duration handshake) {
    this.name = name;
    this.most = most;
    this.failures = failures;
    this.wrapper = wrapper;
    this.handshake = handshake;
  }

  /** {@return options for plain sockets: any number of connections, failures go to the log} */
  public static ServerOptions<SocketStream> defaults() {
    return DEFAULTS;
  }

  /**
   * {@return options with this name, the first part of the names of the connections and their
   * threads}
   *
   * @param newName not empty
   * @throws IllegalArgumentException if it is empty
   */
  public ServerOptions<S> withName(String newName) {
    return new ServerOptions<>(Arguments.name(newName, "name"), most, failures, wrapper, handshake);
  }

  /**
   * {@return options that let at most this number of connections be open at once}
   *
   * <p>While so many are open, the server accepts none: the system keeps new ones in its queue,
   * whose length is the {@linkplain io.selvage.net.ListenOptions#withBacklog backlog}. If several
   * listeners get a connection at the same moment, one that was accepted may have to wait for a
   * place before its handler begins.
   *
   * @param connections at least 1
   * @throws IllegalArgumentException if it is less
   */
  public ServerOptions<S> withLimit(int connections) {
    if (connections < 1) {
      throw new IllegalArgumentException("limit of connections must be >= 1, was " + connections);
    }
    return new ServerOptions<>(name, connections, failures, wrapper, handshake);
  }

  /**
   * {@return options with a receiver of the failures of connections}
   *
   * <p>Without one they are logged to {@code io.selvage.net.server.Server}: a failed handler as an
   * error; a failed handshake, a connection that broke, one that ended within a frame (an {@link
   * java.io.EOFException}) and a frame that is too long as a line of the level {@code DEBUG},
   * because peers cause these at any time.
   *
   * @param handler gets the name of the connection, which has the name of the server and the
   *     address of the peer, and the exception of its handler or wrapper; called on the thread of
   *     the connection
   */
  public ServerOptions<S> withUncaughtHandler(BiConsumer<String, Throwable> handler) {
    return new ServerOptions<>(
        name, most, Objects.requireNonNull(handler, "handler"), wrapper, handshake);
  }

  /**
   * {@return options with a protocol on top of the socket, whose stream the handler gets}
   *
   * @param <T> the type of the stream
   * @param newWrapper makes the stream, in the task of the connection
   */
  public <T extends ByteStream> ServerOptions<T> withWrapper(ConnectionWrapper<T> newWrapper) {
    return new ServerOptions<>(
        name, most, failures, Objects.requireNonNull(newWrapper, "wrapper"), handshake);
  }

  /**
   * {@return options with another time for the wrapper, which is 30 seconds unless set}
   *
   * @param timeout after which a connection is closed whose wrapper has not returned; zero or more
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public ServerOptions<S> withHandshakeTimeout(Duration timeout) {
    var unused = Durations.nanos(timeout, "timeout");
    return new ServerOptions<>(name, most, failures, wrapper, timeout);
  }

  /** {@return the name} */
  public String name() {
    return name;
  }

  /** {@return how many connections may be open at once, if there is a limit} */
  public OptionalInt limit() {
    return most == UNLIMITED ? OptionalInt.empty() : OptionalInt.of(most);
  }

  /** {@return the time for the wrapper} */
  public Duration handshakeTimeout() {
    return handshake;
  }

  @Nullable BiConsumer<String, Throwable> uncaughtHandler() {
    return failures;
  }

  ConnectionWrapper<S> wrapper() {
    return wrapper;
  }

  boolean isWrapped() {
    return wrapper != (ConnectionWrapper<?>) DEFAULTS.wrapper;
  }

  @Override
  public String toString() {
    return "ServerOptions["
        + name
        + (most == UNLIMITED ? "" : ", at most " + most + " connections")
        + ", handshake within "
        + handshake
        + "]";
  }
}
