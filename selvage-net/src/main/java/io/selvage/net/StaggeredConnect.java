package io.selvage.net;

import io.selvage.TaskGroup;
import io.selvage.kernel.Permits;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One connect to a host with several addresses, as RFC 8305 describes it: the families alternate,
 * and an attempt does not wait for the end of the one before.
 */
final class StaggeredConnect implements TaskGroup.VoidBody<RuntimeException> {
  /*
   * Protocol. The body of the group starts the attempts, each of them a task, in the order of the addresses.
   *
   *   winner    null ──the first attempt that is connected, by CAS──▶ its stream. A later stream is closed by its attempt.
   *   failures  the attempt writes its own place, then adds to ended.
   *   ended     one permit for each attempt that has ended by itself. The body waits for them. It reads winner and failures after each.
   *
   * When there is a winner the body cancels the group, which joins the other attempts. A cancelled connect leaves nothing open. If the group ends with an
   * exception, as the caller is cancelled, the stream of the winner is closed.
   *
   * Check with: StaggeredConnectTest, StaggeredConnectSimulationTest.
   */
  private static final String CONNECT = "Network.connect";

  private final Network network;
  private final String host;
  private final int port;
  private final ConnectOptions options;
  private final List<InetAddress> addresses;
  private final AtomicReference<@Nullable SocketStream> winner = new AtomicReference<>();
  private final AtomicReference<@Nullable Exception>[] failures;
  private final Permits ended = new Permits(0);

  @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic types
  private StaggeredConnect(
      Network network, String host, int port, ConnectOptions options, List<InetAddress> addresses) {
    this.network = network;
    this.host = host;
    this.port = port;
    this.options = options;
    this.addresses = addresses;
    this.failures = new AtomicReference[addresses.size()];
    for (int i = 0; i < failures.length; i++) {
      failures[i] = new AtomicReference<>();
    }
  }

  /** {@return the first connection to one of the addresses of the host} */
  static SocketStream connect(Network network, String host, int port, ConnectOptions options)
      throws IOException, InterruptedException {
    List<InetAddress> addresses = interleaved(network.resolve(host));
    return new StaggeredConnect(network, host, port, options, addresses).connect();
  }

  /** {@return the addresses, so that the families alternate; the first one stays the first} */
  static List<InetAddress> interleaved(List<InetAddress> addresses) {
    if (addresses.isEmpty()) {
      return addresses;
    }
    boolean isFour = addresses.getFirst() instanceof Inet4Address;
    List<InetAddress> same = new ArrayList<>();
    List<InetAddress> other = new ArrayList<>();
    for (InetAddress address : addresses) {
      (address instanceof Inet4Address == isFour ? same : other).add(address);
    }
    List<InetAddress> order = new ArrayList<>();
    for (int i = 0; i < Math.max(same.size(), other.size()); i++) {
      addFrom(same, i, order);
      addFrom(other, i, order);
    }
    return order;
  }

  private static void addFrom(List<InetAddress> family, int index, List<InetAddress> order) {
    if (index < family.size()) {
      order.add(family.get(index));
    }
  }

  private SocketStream connect() throws IOException, InterruptedException {
    if (addresses.size() == 1) {
      attempt(0); // needs no task
    } else {
      attemptAll();
    }
    SocketStream connected = winner.get();
    if (connected != null) {
      return connected;
    }
    throw failed();
  }

  private void attemptAll() throws InterruptedException {
    try {
      TaskGroup.options().withName("connect " + host + ":" + port).run(this);
    } catch (InterruptedException | RuntimeException | Error e) {
      SocketStream connected = winner.get();
      if (connected != null) {
        closeAfter(e, connected);
      }
      throw e;
    }
  }

  private static void closeAfter(Throwable thrown, SocketStream connected) {
    try {
      connected.close();
    } catch (IOException | RuntimeException e) {
      thrown.addSuppressed(e);
    }
  }

  /** The body of the group. */
  @Override
  public void run(TaskGroup group) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    int over = 0;
    for (int i = 0; i < addresses.size(); i++) {
      int index = i;
      group.launch(addresses.get(i).getHostAddress(), () -> attempt(index));
      long next =
          i == addresses.size() - 1
              ? WaitNode.NEVER
              : self.scheduler().now() + options.attemptDelay().toNanos();
      while (goesOn(index, over) && ended.acquire(CONNECT, group, next)) {
        over++;
      }
      if (isDecided()) {
        break;
      }
    }
    if (isDecided()) {
      var unused = group.cancel("the connect is decided");
    }
  }

  /**
   * {@return whether to wait for another end: this attempt is under way, or it is the last one and
   * others are}
   */
  private boolean goesOn(int index, int over) {
    return !isDecided()
        && (index == addresses.size() - 1
            ? over < addresses.size()
            : failures[index].get() == null);
  }

  private boolean isDecided() {
    return winner.get() != null || refused() != null;
  }

  /**
   * {@return what an attempt has thrown that is no failure of the network, such as an argument that
   * is refused; null if there is none}
   */
  private @Nullable RuntimeException refused() {
    for (AtomicReference<@Nullable Exception> failure : failures) {
      if (failure.get() instanceof RuntimeException refused) {
        return refused;
      }
    }
    return null;
  }

  private void attempt(int index) throws IOException, InterruptedException {
    try {
      SocketStream connected =
          network.connect(new InetSocketAddress(addresses.get(index), port), options);
      if (!winner.compareAndSet(null, connected)) {
        connected.close();
      }
    } catch (IOException | RuntimeException e) {
      failures[index].set(e);
    }
    ended.release();
  }

  private ConnectException failed() {
    RuntimeException refused = refused();
    if (refused != null) {
      throw refused;
    }
    List<Exception> all = new ArrayList<>();
    for (AtomicReference<@Nullable Exception> failure : failures) {
      all.add(Objects.requireNonNull(failure.get()));
    }
    ConnectException failed =
        new ConnectException(
            "cannot connect to "
                + host
                + ":"
                + port
                + ": "
                + (all.size() == 1
                    ? all.getFirst().getMessage()
                    : "none of its " + all.size() + " addresses can be connected"));
    all.forEach(failed::addSuppressed);
    return failed;
  }
}
