package io.selvage.net.server;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.kernel.support.FieldHandle;
import io.selvage.kernel.support.SimulationAbandoned;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.FrameTooLongException;
import io.selvage.net.SocketStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One connection of a server: the body of its task, and what follows its end. */
final class Connection<S extends ByteStream> implements Callable<@Nullable Void> {
  /*
   * Protocol.
   *
   *   finished   false ──the body at its end, or the end of the task, if the body never runs──▶ true, by CAS. The winner closes the socket, gives back the
   *              place and counts the connection out.
   *
   * There may be very many connections, each with one of these: so it has no text, and no object for its state.
   *
   * The thread that has accepted the connection owns it until the task is forked; if that fails, it finishes it.
   *
   * A failure is reported by the body, at once. While the task is cancelled, the body throws what it gets: only the library can tell the cancellation from
   * a failure. Such a failure goes to the uncaught handler of the group, which is the same receiver.
   */
  private static final VarHandle FINISHED =
      FieldHandle.of(MethodHandles.lookup(), "finished", boolean.class);

  private final Server<S> server;
  private final SocketStream accepted;
  private final long number;

  @SuppressWarnings({"FieldCanBeFinal", "UnusedVariable"}) // used through FINISHED
  private volatile boolean finished;

  /** The wrapper has failed. */
  static final class HandshakeException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    HandshakeException(Exception cause) {
      super("the handshake failed: " + cause.getMessage(), cause);
    }
  }

  /**
   * @param numbers counts the connections whose peers have no address: those of a Unix socket
   */
  Connection(Server<S> server, SocketStream accepted, AtomicLong numbers) {
    this.server = server;
    this.accepted = accepted;
    this.number = accepted.remoteAddress().toString().isEmpty() ? numbers.incrementAndGet() : 0;
  }

  /** {@return its name, without that of the server} */
  String name() {
    return number == 0 ? textOf(accepted.remoteAddress()) : "connection " + number;
  }

  static String textOf(SocketAddress address) {
    String text = address.toString();
    return text.startsWith("/") && text.contains(":") ? text.substring(1) : text;
  }

  private void report(Throwable failure) {
    server.report(server.options().name() + "/" + name(), failure);
  }

  @Override
  @SuppressWarnings("InterruptedExceptionSwallowed") // it is thrown again, or was no cancellation
  public @Nullable Void call() throws Exception {
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
      report(thrown);
    } finally {
      finish(!cancelled);
    }
    return null;
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
    if (!FINISHED.compareAndSet(this, false, true)) {
      return;
    }
    try {
      accepted.close();
    } catch (IOException | RuntimeException e) {
      report(e);
    } finally {
      server.ended(byItself);
    }
  }
}
