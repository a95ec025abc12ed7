package io.selvage.examples.network;

import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Where a server listens, as it is written on the command line, and a server until a signal. */
public final class Listening {
  private static final String UNIX = "unix:";
  private static final Duration GRACE = Duration.ofSeconds(3);
  private static final int ENDED_BY_SIGNAL = 128;

  private final List<String> addresses = new ArrayList<>();

  /** An argument that cannot be used as it was typed. */
  public static final class Mistyped extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what is wrong, and an example
     */
    public Mistyped(String message) {
      super(message);
    }
  }

  /** The example is told where to listen by {@link #add}. */
  public Listening() {}

  /**
   * Adds an address.
   *
   * @param address {@code host:port} or {@code unix:path}
   * @throws Mistyped if it is neither of them
   */
  public void add(String address) throws Mistyped {
    if (!address.startsWith(UNIX)) {
      port(address);
    } else if (address.length() == UNIX.length()) {
      throw new Mistyped("'unix:' needs the path of a socket, for example unix:/tmp/counter.sock");
    }
    addresses.add(address);
  }

  /** {@return whether there is no address} */
  public boolean isEmpty() {
    return addresses.isEmpty();
  }

  private static int port(String address) throws Mistyped {
    int colon = address.lastIndexOf(':');
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      if (colon > 0 && port >= 0 && port < 1 << 16) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new Mistyped(
        "'"
            + address
            + "' is no address to listen at; write host:port or unix:path, for example"
            + " 127.0.0.1:7000");
  }

  private List<SocketListener> open() throws IOException, InterruptedException, Mistyped {
    List<SocketListener> listeners = new ArrayList<>();
    boolean all = false;
    try {
      for (String address : addresses) {
        if (address.startsWith(UNIX)) {
          Path path = Path.of(address.substring(UNIX.length()));
          listeners.add(Network.system().listen(path, ListenOptions.defaults()));
        } else {
          String host = address.substring(0, address.lastIndexOf(':')).replaceAll("^\\[|]$", "");
          listeners.addAll(Network.system().listen(host, port(address)));
        }
      }
      all = true;
      return listeners;
    } finally {
      if (!all) {
        for (SocketListener listener : listeners) {
          listener.close();
          removeFile(listener);
        }
      }
    }
  }

  /** The program has made the file of its socket, and removes it. */
  private static void removeFile(SocketListener listener) throws IOException {
    if (listener.localAddress() instanceof UnixDomainSocketAddress unix) {
      Files.deleteIfExists(unix.getPath());
    }
  }

  private static String text(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet -> inet.getAddress().getHostAddress() + ":" + inet.getPort();
      case UnixDomainSocketAddress unix -> UNIX + unix.getPath();
      default -> address.toString();
    };
  }

  /**
   * Serves until TERM or Ctrl-C. Then it accepts no more, gives the connections three seconds, and
   * cancels those that are still open.
   *
   * @param <S> the type of the stream that the handler gets
   * @param options how
   * @param handler handles each connection
   * @param out is told the addresses and the end
   * @return the exit status
   * @throws IOException if it cannot listen
   * @throws InterruptedException if the thread is cancelled or interrupted
   * @throws Mistyped if an address cannot be used
   */
  public <S extends ByteStream> int serve(
      ServerOptions<S> options, ConnectionHandler<? super S> handler, PrintStream out)
      throws IOException, InterruptedException, Mistyped {
    List<SocketListener> listeners = open();
    try (SignalReceiver signals = Signals.receive("TERM", "INT")) {
      return TaskGroup.call(
          group -> {
            Server<S> server = Server.launch(group, listeners, options, handler);
            for (SocketAddress address : server.localAddresses()) {
              out.println("listening at " + text(address));
            }
            Signal signal = signals.receive();
            out.println(signal.name() + ": no more connections");
            Server.StopReport report = server.stop(GRACE);
            out.println(
                "stopped: "
                    + report.ended()
                    + " connections ended, "
                    + report.cancelled()
                    + " were cancelled");
            return ENDED_BY_SIGNAL + signal.number();
          });
    } finally {
      for (SocketListener listener : listeners) {
        removeFile(listener);
      }
    }
  }

  /**
   * {@return what to tell the user about a failure}
   *
   * @param failure of reading a file or of the network
   */
  public static String explain(IOException failure) {
    return failure instanceof FileSystemException ofFile && ofFile.getReason() == null
        ? "cannot read the file " + ofFile.getFile()
        : String.valueOf(failure.getMessage());
  }

  /**
   * Runs a server at a free port of this machine while a body talks to it.
   *
   * @param <S> the type of the stream that the handler gets
   * @param options how
   * @param handler handles each connection
   * @param body gets something that connects to the server
   * @throws IOException if the network fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  static <S extends ByteStream> void whileServing(
      ServerOptions<S> options, ConnectionHandler<? super S> handler, Body body)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          Server<S> server =
              Server.launch(group, Network.system().listen("localhost", 0), options, handler);
          SocketAddress address = server.localAddresses().getFirst();
          body.run(() -> Network.system().connect(address, ConnectOptions.defaults()));
          var unused = server.stop(GRACE);
        });
  }

  /** Connects to a server. */
  interface Connector {
    SocketStream connect() throws IOException, InterruptedException;
  }

  /** Talks to a server. */
  interface Body {
    void run(Connector server) throws IOException, InterruptedException;
  }
}
