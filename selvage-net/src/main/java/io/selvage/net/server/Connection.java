package io.selvage.net.server;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.support.SimulationAbandoned;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.FrameTooLongException;
import io.selvage.net.SocketStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;
import java.net.SocketAddress;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One connection of a server: the body of its task, and what follows its end. */
final class Connection<S extends ByteStream> implements ThrowingRunnable<Exception> {
  /*
   * Protocol.
   *
   *   finished   false ──the body at its end, or the end of the task, if the body never runs──▶ true, by CAS. The winner closes the socket, gives back the
   *              place and counts the connection out.
   *
   * The thread that has accepted the connection owns it until the task is forked; if that fails, it finishes it.
   *
   * A failure is reported by the body, at once. While the task is cancelled, the body throws what it gets: only the library can tell the cancellation from
   * a failure. Such a failure goes to the uncaught handler of the group, which is the same receiver.
   */
  private final Server<S> server;
  private final SocketStream accepted;
  private final String name;
  private final AtomicBoolean finished = new AtomicBoolean();

  /** The wrapper has failed. */
  static final class HandshakeException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    HandshakeException(Exception cause) {
      super("the handshake failed: " + cause.getMessage(), cause);
    }
  }

  Connection(Server<S> server, SocketStream accepted, String name) {
    this.server = server;
    this.accepted = accepted;
    this.name = name;
  }

  /** The peer of a Unix socket has no address: such connections are numbered. */
  static String nameOf(SocketAddress address, AtomicLong numbers) {
    String text = address.toString();
    if (text.isEmpty()) {
      return "connection " + numbers.incrementAndGet();
    }
    return text.startsWith("/") && text.contains(":") ? text.substring(1) : text;
  }

  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // it is thrown again, or was no cancellation
  public void run() throws Exception {
    boolean cancelled = false;
    try (accepted) {
      handle(wrapped());
    } catch (SimulationAbandoned e) {
      throw e;
    } catch (Exception | Error thrown) {
      if (Selvage.isCancelled()) {
        cancelled = true;
        throw thrown;
      }
      server.report(name, thrown);
    } finally {
      finish(!cancelled);
    }
  }

  private S wrapped() throws IOException, InterruptedException {
    ServerOptions<S> options = server.options();
    if (!options.isWrapped()) {
      return options.wrapper().wrap(accepted);
    }
    try {
      return CancelScope.failAfter(options.handshakeTimeout())
          .call(() -> options.wrapper().wrap(accepted));
    } catch (IOException | TimeoutException e) {
      throw new HandshakeException(e);
    }
  }

  private void handle(S stream) throws Exception {
    try (stream) {
      server.handler().handle(stream);
    }
  }

  /** {@return whether a peer can cause this failure at any time} */
  static boolean isCausedByPeer(Throwable thrown) {
    return thrown instanceof BrokenStreamException
        || thrown instanceof EOFException // it has closed in the middle of a frame
        || thrown instanceof FrameTooLongException
        || thrown instanceof HandshakeException;
  }

  /**
   * The connection has ended. A second call does nothing.
   *
   * @param byItself whether it was not cancelled
   */
  void finish(boolean byItself) {
    if (!finished.compareAndSet(false, true)) {
      return;
    }
    try {
      accepted.close();
    } catch (IOException | RuntimeException e) {
      server.report(name, e);
    } finally {
      server.ended(byItself);
    }
  }
}
