package io.selvage.net.server;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.kernel.Completion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import io.selvage.net.ByteStream;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections, and handles each of them in a task of its own.
 *
 * <p>{@link #serve serve} is one call that lasts until it is cancelled:
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="serve"}
 *
 * <p>{@link #launch launch} starts a server in a group. It can be stopped with a grace period:
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="server"}
 *
 * <p>The server owns its listeners from the call on, and closes them in any case. It closes each
 * stream when its handler has returned or thrown.
 *
 * <p><b>Cancellation.</b> When the call or the group is cancelled, the server closes its listeners,
 * cancels the handlers and joins them. Then the addresses are free, and no connection is open.
 *
 * <p><b>Failure.</b> A handler that fails does not stop the server: its failure is {@linkplain
 * ServerOptions#withUncaughtHandler reported}. If a listener fails, the server is cancelled and
 * throws that failure.
 *
 * <p><b>Threads.</b> Any thread may call the methods of a server.
 *
 * @param <S> the type of the stream that the handler gets
 */
public final class Server<S extends ByteStream> {
  /*
   * Protocol. The thread of the server opens a group. Its tasks are: one for each listener, which accepts; one for each connection.
   *
   *   stopping    null ──stop, or the last task that accepts──▶ true. The body of the group waits for it, then cancels the tasks that accept, closes the
   *               listeners and returns. The group waits for the connections.
   *   graceEnd    the deadline of the scope of the group: NEVER, or the earliest of all calls of stop. stop writes graceEnd, then reads scope; the body writes
   *               scope, then reads graceEnd. Each of them sets the deadline, and again if it has changed meanwhile.
   *   scope       null ──the body of the group──▶ its scope
   *   counting    false ──stop, or the end of the body──▶ true. The connections that end after it are counted.
   *   broken      null ──a task that accepts and whose listener has failed, by CAS──▶ the failure. The task then cancels the group.
   *   stopped     null ──the thread of the server, or the end of its task, if it never runs──▶ the report, when the group has ended
   *
   * Check with: ServerTest, ServerStopTest, ServerLimitTest, ServerLeakTest.
   */

  /**
   * What became of the connections that were open when a server stopped.
   *
   * @param ended how many ended by themselves within the grace period
   * @param cancelled how many were cancelled
   */
  public record StopReport(long ended, long cancelled) {}

  private static final String SERVE = "Server.serve";
  private static final String STOP = "Server.stop";

  private final List<SocketListener> listeners;
  private final ServerOptions<S> options;
  private final ConnectionHandler<? super S> handler;
  private final ConnectionLimit limit;
  private final ServerFailures failures;
  private final Completion<Boolean> stopping = new Completion<>();
  private final Completion<StopReport> stopped = new Completion<>();
  private final AtomicReference<Deadline> graceEnd = new AtomicReference<>(Deadline.NEVER);
  private final AtomicReference<@Nullable IOException> broken = new AtomicReference<>();
  private final AtomicInteger accepting;
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong open = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private volatile boolean counting;
  private volatile @Nullable CancelScope scope;

  private Server(
      List<? extends SocketListener> listeners,
      ServerOptions<S> options,
      ConnectionHandler<? super S> handler) {
    this.listeners = Arguments.elements(listeners, "listeners");
    if (this.listeners.isEmpty()) {
      throw new IllegalArgumentException(
          "listeners must not be empty: a server needs one at least");
    }
    this.options = Objects.requireNonNull(options, "options");
    this.handler = Objects.requireNonNull(handler, "handler");
    this.limit = new ConnectionLimit(options.limit().orElse(0), listeners.size());
    this.failures = new ServerFailures(options.name(), options.uncaughtHandler());
    this.accepting = new AtomicInteger(listeners.size());
  }

  // ---- one call

  /**
   * Serves until it is cancelled, or all listeners are closed.
   *
   * @param listeners accept the connections; owned by the server
   * @param handler handles each of them
   * @throws IllegalArgumentException if there is no listener
   * @throws IOException if a listener fails
   * @throws TaskFailedException if the code of a listener throws an unchecked exception
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static void serve(
      List<? extends SocketListener> listeners, ConnectionHandler<? super SocketStream> handler)
      throws IOException, InterruptedException {
    serve(listeners, ServerOptions.defaults(), handler);
  }

  /**
   * Serves until it is cancelled, or all listeners are closed.
   *
   * @param <S> the type of the stream that the handler gets
   * @param listeners accept the connections; owned by the server
   * @param options how
   * @param handler handles each of them
   * @throws IllegalArgumentException if there is no listener
   * @throws IOException if a listener fails
   * @throws TaskFailedException if the code of a listener throws an unchecked exception
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <S extends ByteStream> void serve(
      List<? extends SocketListener> listeners,
      ServerOptions<S> options,
      ConnectionHandler<? super S> handler)
      throws IOException, InterruptedException {
    Server<S> server = new Server<>(listeners, options, handler);
    try {
      ThreadRecord.current().begin(SERVE);
      server.run();
    } finally {
      server.finish();
    }
  }

  /**
   * Listens at each address of a host on the {@linkplain Network#system() network of the system},
   * and serves until it is cancelled.
   *
   * @param host a name or an address in text form
   * @param port 1 to 65535, or 0 for any free one
   * @param handler handles each connection
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   * @throws IOException if it cannot listen, or a listener fails
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static void serveTcp(
      String host, int port, ConnectionHandler<? super SocketStream> handler)
      throws IOException, InterruptedException {
    serveTcp(host, port, ServerOptions.defaults(), handler);
  }

  /**
   * As {@link #serveTcp(String, int, ConnectionHandler)}, with options.
   *
   * @param <S> the type of the stream that the handler gets
   * @param host a name or an address in text form
   * @param port 1 to 65535, or 0 for any free one
   * @param options how
   * @param handler handles each connection
   * @throws IllegalArgumentException if the host is blank, or the port is out of range
   * @throws IOException if it cannot listen, or a listener fails
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <S extends ByteStream> void serveTcp(
      String host, int port, ServerOptions<S> options, ConnectionHandler<? super S> handler)
      throws IOException, InterruptedException {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    serve(Network.system().listen(host, port), options, handler);
  }

  /**
   * Listens at a Unix socket, and serves until it is cancelled. The file of the socket stays.
   *
   * @param path of the file that is made
   * @param handler handles each connection
   * @throws IllegalArgumentException if the path is empty
   * @throws IOException if it cannot listen, because the file exists for example, or the listener
   *     fails
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static void serveUnix(Path path, ConnectionHandler<? super SocketStream> handler)
      throws IOException, InterruptedException {
    serveUnix(path, ListenOptions.defaults(), ServerOptions.defaults(), handler);
  }

  /**
   * As {@link #serveUnix(Path, ConnectionHandler)}, with options.
   *
   * @param <S> the type of the stream that the handler gets
   * @param path of the file that is made
   * @param listening how it listens, for example with which mode of the file
   * @param options how it serves
   * @param handler handles each connection
   * @throws IllegalArgumentException if the path is empty
   * @throws IOException if it cannot listen, because the file exists for example, or the listener
   *     fails
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static <S extends ByteStream> void serveUnix(
      Path path,
      ListenOptions listening,
      ServerOptions<S> options,
      ConnectionHandler<? super S> handler)
      throws IOException, InterruptedException {
    Objects.requireNonNull(listening, "listening");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    serve(List.of(Network.system().listen(path, listening)), options, handler);
  }

  // ---- an object

  /**
   * Starts a server as a task of a group.
   *
   * @param group the server ends with it at the latest; if a listener fails, the task fails
   * @param listeners accept the connections; owned by the server
   * @param handler handles each of them
   * @return the server, which accepts connections
   * @throws IllegalArgumentException if there is no listener
   * @throws IllegalStateException if the group has ended; the listeners are closed
   */
  public static Server<SocketStream> launch(
      TaskGroup group,
      List<? extends SocketListener> listeners,
      ConnectionHandler<? super SocketStream> handler) {
    return launch(group, listeners, ServerOptions.defaults(), handler);
  }

  /**
   * Starts a server as a task of a group.
   *
   * @param <S> the type of the stream that the handler gets
   * @param group the server ends with it at the latest; if a listener fails, the task fails
   * @param listeners accept the connections; owned by the server
   * @param options how
   * @param handler handles each of them
   * @return the server, which accepts connections
   * @throws IllegalArgumentException if there is no listener
   * @throws IllegalStateException if the group has ended; the listeners are closed
   */
  public static <S extends ByteStream> Server<S> launch(
      TaskGroup group,
      List<? extends SocketListener> listeners,
      ServerOptions<S> options,
      ConnectionHandler<? super S> handler) {
    Objects.requireNonNull(group, "group");
    Server<S> server = new Server<>(listeners, options, handler);
    boolean launched = false;
    try {
      Task<?> task = group.launch(options.name(), server::run);
      task.onEnd(server::finish);
      launched = true;
      return server;
    } finally {
      if (!launched) {
        server.finish();
      }
    }
  }

  /**
   * Stops the server gracefully: closes the listeners, so that the addresses are free, waits for
   * the connections to end, and cancels those that are open when the grace period is over. Returns
   * when all handlers have ended. A later call with less time shortens the grace period.
   *
   * <p><b>Interruption.</b> If this wait is cancelled, the grace period is over at once.
   *
   * @param grace zero or more; with zero the connections are cancelled at once
   * @return what became of the connections
   * @throws IllegalArgumentException if the grace is negative or longer than 100 years
   * @throws CancelledException if the calling thread is cancelled, also on entry; on entry nothing
   *     is stopped
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @apiNote A handler that calls this waits for its own end, until it is cancelled.
   */
  public StopReport stop(Duration grace) throws InterruptedException {
    var checked = Durations.nanos(grace, "grace");
    ThreadRecord.current().begin(STOP);
    counting = true;
    if (checked == 0) {
      shortenGrace(Deadline.after(Duration.ZERO));
    } else {
      shortenGrace(Deadline.after(grace));
    }
    var unused = stopping.complete(true);
    try {
      return Objects.requireNonNull(stopped.await(STOP, this, WaitNode.NEVER));
    } catch (InterruptedException e) {
      shortenGrace(Deadline.after(Duration.ZERO));
      throw e;
    }
  }

  /** {@return the addresses of the listeners, in their order; also after the end} */
  public List<SocketAddress> localAddresses() {
    return listeners.stream().map(SocketListener::localAddress).toList();
  }

  /** {@return how many connections are open now} */
  public long connections() {
    return open.get();
  }

  /** {@return whether the server has ended} */
  public boolean hasEnded() {
    return stopped.isDone();
  }

  private void shortenGrace(Deadline end) {
    var unused = graceEnd.accumulateAndGet(end, Deadline::earliest);
    applyGrace();
  }

  private void applyGrace() {
    CancelScope of = scope;
    Deadline set = graceEnd.get();
    while (of != null && !set.equals(Deadline.NEVER)) {
      of.setDeadline(set);
      Deadline now = graceEnd.get();
      if (now.equals(set)) {
        return;
      }
      set = now;
    }
  }

  // ---- the thread of the server

  private void run() throws IOException, InterruptedException {
    try {
      TaskGroup.options()
          .withName(options.name())
          .withUncaughtHandler(this::report)
          .run(this::acceptUntilStopped);
    } finally {
      finish();
    }
    IOException failure = broken.get();
    if (failure != null) {
      throw failure;
    }
  }

  private void acceptUntilStopped(TaskGroup group) throws InterruptedException {
    List<Task<?>> tasks = new ArrayList<>();
    try {
      scope = group.scope();
      applyGrace();
      for (SocketListener listener : listeners) {
        tasks.add(
            group.launch(
                "accept " + Connection.textOf(listener.localAddress()),
                () -> acceptAll(group, listener)));
      }
      var unused = stopping.await(SERVE, this, WaitNode.NEVER);
    } finally {
      counting = true;
      tasks.forEach(task -> task.cancel("the server stops"));
      closeListeners();
    }
  }

  /** The server has ended, or never begins. A second call does nothing. */
  private void finish() {
    if (!stopped.isDone()) {
      closeListeners();
      var unused = stopped.complete(new StopReport(ended.get(), cancelled.get()));
    }
  }

  private void closeListeners() {
    for (SocketListener listener : listeners) {
      try {
        listener.close();
      } catch (IOException | RuntimeException e) {
        report("close of " + listener, e);
      }
    }
  }

  // ---- the threads that accept

  private void acceptAll(TaskGroup group, SocketListener listener) throws InterruptedException {
    try {
      while (true) {
        begin(group, limit.accept(listener));
      }
    } catch (ClosedResourceException e) {
      // by the program: the other listeners go on
    } catch (IOException e) {
      if (broken.compareAndSet(null, e)) {
        var unused = group.cancel("a listener has failed: " + e.getMessage());
      }
    } finally {
      if (accepting.decrementAndGet() == 0) {
        var unused = stopping.complete(true);
      }
    }
  }

  private void begin(TaskGroup group, SocketStream stream) {
    open.incrementAndGet();
    Connection<S> connection = null;
    boolean begun = false;
    try {
      connection = new Connection<>(this, stream, accepted);
      Connection<S> ending = connection;
      Task<?> task = group.forkUnsupervised(connection.name(), connection);
      task.onEnd(() -> ending.finish(/* byItself= */ false));
      begun = true;
    } finally {
      if (!begun) {
        abandon(stream, connection);
      }
    }
  }

  /** There is no memory or thread for a task. */
  private void abandon(SocketStream stream, @Nullable Connection<S> connection) {
    if (connection != null) {
      connection.finish(/* byItself= */ false);
      return;
    }
    try {
      stream.close();
    } catch (IOException e) {
      report("close of " + stream, e);
    } finally {
      ended(/* byItself= */ false);
    }
  }

  // ---- for the connections

  ServerOptions<S> options() {
    return options;
  }

  ConnectionHandler<? super S> handler() {
    return handler;
  }

  void ended(boolean byItself) {
    if (counting) {
      (byItself ? ended : cancelled).incrementAndGet();
    }
    open.decrementAndGet();
    limit.release();
  }

  void report(String name, Throwable failure) {
    failures.report(name, failure);
  }

  @Override
  public String toString() {
    return "Server["
        + options.name()
        + " at "
        + localAddresses()
        + ", "
        + open.get()
        + " connections"
        + (hasEnded() ? ", ended" : "")
        + "]";
  }
}
