package io.selvage.test.net;

import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitQueue;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A computer of a {@link SimulatedNetwork}: the network as programs on it see it. The code under
 * test gets it as its {@link Network}; the test makes it crash.
 *
 * {@snippet class="io.selvage.test.net.NetworkSnippets" region="crash"}
 *
 * <p>It has its addresses, and {@code 127.0.0.1} and {@code ::1}, which lead to itself. Ports,
 * files of Unix sockets and listeners are its own.
 *
 * <p><b>Threads.</b> Any thread may call its methods.
 *
 * <p><b>Interruption.</b> A connect that is cancelled leaves nothing open.
 */
@KitCode
public final class SimulatedHost implements Network {
  private static final int FIRST_EPHEMERAL = 49_152;
  private static final int PORTS = 65_536;

  private final SimulatedNetwork network;
  private final String name;
  private final List<InetAddress> addresses;

  // guarded by the lock of the network
  private final List<SimulatedListener> listeners = new ArrayList<>();
  private final Set<Path> files = new HashSet<>(); // of Unix sockets, also of closed ones
  private final Set<Integer> clientPorts = new HashSet<>();
  private int nextPort = FIRST_EPHEMERAL;
  private final Set<Handshake> handshakes = new LinkedHashSet<>(); // its connects
  private boolean silent;
  final WaitQueue recovered; // connects that wait until the host answers

  SimulatedHost(SimulatedNetwork network, String name, List<InetAddress> addresses) {
    this.network = network;
    this.name = name;
    this.addresses = addresses;
    this.recovered = new WaitQueue(network.lock());
  }

  /** {@return its name, which {@link #resolve} knows on all hosts} */
  public String name() {
    return name;
  }

  /** {@return its addresses, without those that lead to itself only} */
  public List<InetAddress> addresses() {
    return addresses;
  }

  // ---- the network

  /**
   * {@inheritDoc}
   *
   * <p>It takes the latency there and the one back. It is refused if no listener is there. It waits
   * while the backlog of the listener is full, while the host does not answer, and while a link is
   * cut.
   */
  @Override
  public SocketStream connect(SocketAddress remote, ConnectOptions options)
      throws IOException, InterruptedException {
    Addresses.check(remote, "remote");
    SocketAddress local = Objects.requireNonNull(options, "options").localAddress().orElse(null);
    ThreadRecord self = ThreadRecord.current();
    self.begin(Handshake.CONNECT);
    try {
      SimulatedHost target = network.route(this, remote);
      if (target == null) {
        throw new NoRouteToHostException("cannot connect to " + remote + ": no host has it");
      }
      return new Handshake(network, this, target, remote).connect(self, local);
    } catch (IOException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  @Override
  public SocketListener listen(SocketAddress local, ListenOptions options) throws IOException {
    Addresses.check(local, "local");
    Objects.requireNonNull(options, "options");
    if (options.mode().isPresent() && local instanceof InetSocketAddress) {
      throw new IllegalArgumentException(
          "the mode " + options.mode().get() + " is for Unix sockets, and " + local + " has none");
    }
    Step.before("Network.listen");
    network.lock().lock();
    try {
      throwIfSilent("listen at " + local);
      SocketAddress bound =
          local instanceof InetSocketAddress internet ? bind(internet) : bind(pathOf(local), local);
      SimulatedListener listener =
          new SimulatedListener(network, this, bound, options.backlog());
      listeners.add(listener);
      return listener;
    } finally {
      network.lock().unlock();
    }
  }

  @Override
  public List<InetAddress> resolve(String host) throws IOException, InterruptedException {
    if (Objects.requireNonNull(host, "host").isBlank()) {
      throw new IllegalArgumentException("host must not be blank, was '" + host + "'");
    }
    ThreadRecord.current().begin("Network.resolve");
    List<InetAddress> found = network.lookUp(host);
    if (found.isEmpty()) {
      throw new UnknownHostException(host + ": no host of the simulated network has this name");
    }
    return found;
  }

  // ---- faults

  /**
   * Ends the programs of this host: all its listeners are gone, and all its connections are reset,
   * here at once, at the other ends after the latency. A connect is refused from now on. Programs
   * that the test starts afterwards may use the host as before. Never waits.
   */
  public void crash() {
    Step.before("SimulatedHost.crash");
    fail("host " + name + " has crashed", /* silently= */ false);
  }

  /**
   * Takes this host off the network, as if it had no power: its listeners and connections are gone,
   * and the other ends do not learn of it. A connect waits. What is sent to it is lost, and a send
   * waits when its window is full. Until {@link #recover()} its programs can neither connect nor
   * listen. Never waits.
   */
  public void disappear() {
    Step.before("SimulatedHost.disappear");
    fail("host " + name + " has disappeared", /* silently= */ true);
  }

  private void fail(String why, boolean silently) {
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    network.lock().lock();
    try {
      silent |= silently;
      handshakes.forEach(Handshake::crash);
      network.failConnectionsOf(this, why, silently, now); // first those that were not accepted
      for (SimulatedListener each : List.copyOf(listeners)) {
        each.fail(why, now);
      }
      woken = network.claimed().take();
    } finally {
      network.lock().unlock();
    }
    WaitQueue.signalAll(woken);
  }

  /**
   * Brings this host back after {@link #disappear()}. It does not know its connections any more:
   * the other ends are reset when they send something, or have. Never waits.
   */
  public void recover() {
    Step.before("SimulatedHost.recover");
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    network.lock().lock();
    try {
      silent = false;
      network.claimed().addAll(recovered, null);
      network.answerForgotten(this, now);
      woken = network.claimed().take();
    } finally {
      network.lock().unlock();
    }
    WaitQueue.signalAll(woken);
  }

  /**
   * Removes the file of a Unix socket, which a listener leaves when it is closed. A program does
   * that with its real file system, which this host does not have.
   *
   * @param path of the file
   * @return whether it was there
   */
  public boolean deleteSocketFile(Path path) {
    Objects.requireNonNull(path, "path");
    Step.before("SimulatedHost.deleteSocketFile");
    network.lock().lock();
    try {
      return files.remove(path);
    } finally {
      network.lock().unlock();
    }
  }

  boolean isOf(SimulatedNetwork other) {
    return network == other;
  }

  // ---- under the lock of the network

  boolean isSilent() {
    return silent;
  }

  Set<Handshake> handshakes() {
    return handshakes;
  }

  int listeners() {
    return listeners.size();
  }

  void throwIfSilent(String what) throws SocketException {
    if (silent) {
      throw new SocketException("cannot " + what + ": host " + name + " has disappeared");
    }
  }

  boolean has(InetAddress address) {
    return address.isLoopbackAddress() || addresses.contains(address);
  }

  boolean hasFile(Path path) {
    return files.contains(path);
  }

  void forget(SimulatedListener listener) {
    listeners.remove(listener);
  }

  @Nullable SimulatedListener listenerAt(SocketAddress address) {
    for (SimulatedListener each : listeners.reversed()) { // a file may have been made anew
      if (address instanceof InetSocketAddress internet
          ? each.localAddress() instanceof InetSocketAddress at && Addresses.overlap(at, internet)
          : address.equals(each.localAddress()) && files.contains(pathOf(address))) {
        return each;
      }
    }
    return null;
  }

  private static Path pathOf(SocketAddress address) {
    return ((UnixDomainSocketAddress) address).getPath();
  }

  private SocketAddress bind(Path path, SocketAddress local) throws BindException {
    if (!files.add(path)) {
      throw new BindException("cannot listen at " + path + ": address already in use");
    }
    return local;
  }

  private InetSocketAddress bind(InetSocketAddress local) throws BindException {
    checkIsHere(local);
    int port = local.getPort() == 0 ? freePort("listen at " + local) : local.getPort();
    InetSocketAddress bound = new InetSocketAddress(ofThisHost(local.getAddress()), port);
    if (listenerAt(bound) != null) {
      throw new BindException("cannot listen at " + local + ": address already in use");
    }
    return bound;
  }

  private void checkIsHere(InetSocketAddress local) throws BindException {
    if (!local.getAddress().isAnyLocalAddress() && !has(local.getAddress())) {
      throw new BindException(
          "cannot use " + local + ": host " + name + " has the addresses " + addresses);
    }
  }

  private InetAddress ofThisHost(InetAddress address) {
    int index = addresses.indexOf(address);
    return index < 0 ? address : addresses.get(index); // this one has its name
  }

  /** {@return the address that a connect comes from; it is in use until it is released} */
  InetSocketAddress bindClient(@Nullable InetSocketAddress wanted, InetSocketAddress remote)
      throws SocketException {
    InetAddress from =
        wanted == null || wanted.getAddress().isAnyLocalAddress()
            ? sourceFor(remote.getAddress())
            : wanted.getAddress();
    if (wanted != null) {
      checkIsHere(wanted);
    }
    int port =
        wanted == null || wanted.getPort() == 0
            ? freePort("connect to " + remote)
            : wanted.getPort();
    InetSocketAddress local = new InetSocketAddress(ofThisHost(from), port);
    if (listenerAt(local) != null || !clientPorts.add(port)) {
      throw new BindException("cannot connect from " + local + ": address already in use");
    }
    return local;
  }

  void releaseClient(int port) {
    clientPorts.remove(port);
  }

  private InetAddress sourceFor(InetAddress remote) throws NoRouteToHostException {
    if (remote.isLoopbackAddress()) {
      return remote;
    }
    for (InetAddress each : addresses) {
      if (Addresses.sameFamily(each, remote)) {
        return each;
      }
    }
    throw new NoRouteToHostException(
        "cannot connect to " + remote + ": host " + name + " has only " + addresses);
  }

  private int freePort(String what) throws BindException {
    for (int tries = FIRST_EPHEMERAL; tries < PORTS; tries++) {
      int port = nextPort;
      nextPort = port + 1 == PORTS ? FIRST_EPHEMERAL : port + 1;
      if (!clientPorts.contains(port) && !isListenedAt(port)) {
        return port;
      }
    }
    throw new BindException("cannot " + what + ": all ports of host " + name + " are in use");
  }

  private boolean isListenedAt(int port) {
    for (SimulatedListener each : listeners) {
      if (each.localAddress() instanceof InetSocketAddress at && at.getPort() == port) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    network.lock().lock();
    try {
      return "SimulatedHost["
          + name
          + " "
          + addresses
          + ", "
          + listeners.size()
          + " listeners"
          + (silent ? ", has disappeared" : "")
          + "]";
    } finally {
      network.lock().unlock();
    }
  }
}
