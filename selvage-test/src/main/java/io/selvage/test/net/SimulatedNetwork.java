package io.selvage.test.net;

import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.support.Arguments;
import io.selvage.net.SocketStream;
import io.selvage.test.run.KitCode;
import io.selvage.test.schedule.SplitMix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: hosts, the links between them, and the faults of a network. Code under test
 * gets a {@link SimulatedHost} as its {@link io.selvage.net.Network}.
 *
 * {@snippet class="io.selvage.test.net.NetworkSnippets" region="network"}
 *
 * <p>In a simulation time is virtual: a latency of an hour takes no time, and the same seed gives
 * the same run. Outside of one the latency is real.
 *
 * <p>A link is one direction from a host to another, or to itself. It delivers everything, in
 * order, after its {@linkplain LinkOptions latency}. While it is {@linkplain #cut cut}, what is
 * sent is lost and sent again when it is healed, as TCP does it; so nothing of a connection is
 * missing afterwards, but a thread may wait for long.
 *
 * <p><b>Threads.</b> Any thread may call its methods. None of them waits.
 */
@KitCode
public final class SimulatedNetwork {
  /*
   * One lock guards everything: hosts, links, listeners, connections. Sections are a few instructions, but those of the faults, which look at each
   * connection. Bytes are copied outside of it, and threads are signalled outside of it: they are collected in claimed, and taken by the thread that
   * leaves the lock.
   */
  private final SpinLock lock = new SpinLock();
  private final @Nullable SplitMix sizes; // guarded by lock

  // guarded by lock
  private final WaitQueue.Claimed claimed = new WaitQueue.Claimed();
  private final Map<String, SimulatedHost> hosts = new LinkedHashMap<>();
  private final Map<String, List<InetAddress>> names = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final Set<Connection> connections = new LinkedHashSet<>();
  private final Counted counted = new Counted();

  /** What was carried. Guarded by lock. */
  static final class Counted {
    private long connected;
    private long sent;
    private long received;

    void sent(int bytes) {
      sent += bytes;
    }

    void received(int bytes) {
      received += bytes;
    }
  }

  private SimulatedNetwork(@Nullable SplitMix sizes) {
    this.sizes = sizes;
  }

  /** {@return a network whose operations move as many bytes as they can} */
  public static SimulatedNetwork create() {
    return new SimulatedNetwork(/* sizes= */ null);
  }

  /**
   * {@return a network whose operations move random numbers of bytes: at least one, at most what is
   * possible}
   *
   * @param sizes asked here, and never again: in a simulation {@link
   *     io.selvage.test.SimulationRun#random()}
   */
  public static SimulatedNetwork create(RandomGenerator sizes) {
    return new SimulatedNetwork(new SplitMix(Objects.requireNonNull(sizes, "sizes").nextLong()));
  }

  // ---- hosts

  /**
   * {@return the host of this name; if there is none, it is made, with an IPv4 address of its own}
   *
   * @param name of the host
   * @throws IllegalArgumentException if it is empty
   */
  public SimulatedHost host(String name) {
    String checked = Arguments.name(name, "name");
    lock.lock();
    try {
      SimulatedHost there = hosts.get(checked);
      return there != null
          ? there
          : add(checked, List.of(Addresses.numbered(checked, hosts.size() + 1)));
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return a new host}
   *
   * @param name of the host
   * @param addresses its addresses, at least one, in the order in which {@code resolve} returns
   *     them
   * @throws IllegalArgumentException if the name is empty, or there is such a host; if there is no
   *     address, or one of them belongs to another host or leads to a host itself
   */
  public SimulatedHost host(String name, List<InetAddress> addresses) {
    String checked = Arguments.name(name, "name");
    List<InetAddress> named =
        Arguments.elements(addresses, "addresses").stream()
            .map(address -> Addresses.named(checked, address))
            .distinct()
            .toList();
    lock.lock();
    try {
      if (hosts.containsKey(checked)) {
        throw new IllegalArgumentException("name must be new, but there is a host " + checked);
      }
      checkFree(named);
      return add(checked, named);
    } finally {
      lock.unlock();
    }
  }

  private SimulatedHost add(String name, List<InetAddress> addresses) {
    SimulatedHost added = new SimulatedHost(this, name, addresses);
    hosts.put(name, added);
    names.put(name, addresses);
    return added;
  }

  private void checkFree(List<InetAddress> addresses) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("addresses must have at least one element, was []");
    }
    for (InetAddress each : addresses) {
      if (each.isLoopbackAddress() || each.isAnyLocalAddress() || hostAt(each) != null) {
        throw new IllegalArgumentException(
            "addresses must be of no other host, was " + each.getHostAddress());
      }
    }
  }

  /**
   * Gives a name to any addresses, on all hosts, as the entries of a name service do it. It
   * replaces an entry with the same name, also that of a host.
   *
   * @param name what {@code resolve} gets
   * @param addresses what it returns, at least one; they may be of several hosts, or of none
   * @throws IllegalArgumentException if the name is empty, or there is no address
   */
  public void name(String name, List<InetAddress> addresses) {
    String checked = Arguments.name(name, "name");
    List<InetAddress> copy = Arguments.elements(addresses, "addresses");
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("addresses must have at least one element, was []");
    }
    lock.lock();
    try {
      names.put(checked, copy);
    } finally {
      lock.unlock();
    }
  }

  // ---- links

  /**
   * Sets how fast both directions between two hosts are. That counts for what is sent from now on.
   *
   * @param one a host of this network
   * @param other another one, or the same for the connections of a host to itself
   * @param options latency, bandwidth, window
   * @throws IllegalArgumentException if a host is one of another network
   */
  public void link(SimulatedHost one, SimulatedHost other, LinkOptions options) {
    Objects.requireNonNull(options, "options");
    check(one, "one", other, "other");
    lock.lock();
    try {
      findLink(one, other).options = options;
      findLink(other, one).options = options;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets how fast one direction between two hosts is.
   *
   * @param from the host that sends
   * @param to the host that receives
   * @param options latency, bandwidth, window
   * @throws IllegalArgumentException if a host is one of another network
   */
  public void linkOneWay(SimulatedHost from, SimulatedHost to, LinkOptions options) {
    Objects.requireNonNull(options, "options");
    check(from, "from", to, "to");
    lock.lock();
    try {
      findLink(from, to).options = options;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Cuts one direction between two hosts: what is sent from now on does not arrive. What is on its
   * way does. Does nothing if it is cut.
   *
   * @param from the host that sends
   * @param to the host that receives nothing
   * @throws IllegalArgumentException if a host is one of another network
   */
  public void cut(SimulatedHost from, SimulatedHost to) {
    check(from, "from", to, "to");
    Step.before("SimulatedNetwork.cut");
    lock.lock();
    try {
      findLink(from, to).cut = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Heals one direction between two hosts: what was lost is sent now. Does nothing if it is not
   * cut.
   *
   * @param from the host that sends
   * @param to the host that receives
   * @throws IllegalArgumentException if a host is one of another network
   */
  public void heal(SimulatedHost from, SimulatedHost to) {
    check(from, "from", to, "to");
    Step.before("SimulatedNetwork.heal");
    WaitQueue.Entry woken;
    long now = now();
    lock.lock();
    try {
      Link link = findLink(from, to);
      if (link.cut) {
        link.cut = false;
        claimed.addAll(link.healed, null);
        for (Connection each : connections) {
          each.client.healed(link, now);
          each.server.healed(link, now);
        }
      }
      woken = claimed.take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }

  /**
   * Breaks a connection on its way: both ends find it reset, at once. What is on its way is lost.
   * Does nothing if both ends are closed.
   *
   * @param stream one of its ends
   * @throws IllegalArgumentException if it is no connection of this network
   */
  public void reset(SocketStream stream) {
    if (!(Objects.requireNonNull(stream, "stream") instanceof SimulatedStream end)
        || !end.isOf(this)) {
      throw new IllegalArgumentException(
          "stream must be a connection of this network, was " + stream);
    }
    Step.before("SimulatedNetwork.reset");
    WaitQueue.Entry woken;
    long now = now();
    lock.lock();
    try {
      end.resetBoth(now);
      woken = claimed.take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }

  // ---- looking at it

  /** {@return what it has now, and what it has carried} */
  public NetworkStatistics statistics() {
    lock.lock();
    try {
      int listeners = 0;
      for (SimulatedHost each : hosts.values()) {
        listeners += each.listeners();
      }
      return new NetworkStatistics(
          connections.size(), listeners, counted.connected, counted.sent, counted.received);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    List<String> cut = new ArrayList<>();
    int count;
    int open;
    lock.lock();
    try {
      count = hosts.size();
      open = connections.size();
      for (Link each : links) {
        if (each.cut) {
          cut.add(each.from.name() + " to " + each.to.name());
        }
      }
    } finally {
      lock.unlock();
    }
    return "SimulatedNetwork["
        + count
        + " hosts, "
        + open
        + " connections"
        + (cut.isEmpty() ? "" : ", cut: " + cut)
        + "]";
  }

  // ---- for its parts

  /** {@return the time of the calling thread's scheduler} */
  static long now() {
    return ThreadRecord.current().scheduler().now();
  }

  SpinLock lock() {
    return lock;
  }

  Link link(SimulatedHost from, SimulatedHost to) {
    lock.lock();
    try {
      return findLink(from, to);
    } finally {
      lock.unlock();
    }
  }

  /** {@return the host of an address as seen from a host, or null} */
  @Nullable SimulatedHost route(SimulatedHost from, SocketAddress remote) {
    if (!(remote instanceof InetSocketAddress internet)
        || internet.getAddress().isLoopbackAddress()
        || internet.getAddress().isAnyLocalAddress()) {
      return from;
    }
    lock.lock();
    try {
      return hostAt(internet.getAddress());
    } finally {
      lock.unlock();
    }
  }

  /** {@return the addresses of a name or of an address in text form; none if it is unknown} */
  List<InetAddress> lookUp(String host) {
    lock.lock();
    try {
      List<InetAddress> found = names.get(host);
      if (found != null) {
        return found;
      }
    } finally {
      lock.unlock();
    }
    if (host.equals("localhost")) {
      return List.of(Addresses.LOOPBACK_4, Addresses.LOOPBACK_6);
    }
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private void check(SimulatedHost one, String nameOfOne, SimulatedHost other, String nameOfOther) {
    Objects.requireNonNull(one, nameOfOne);
    Objects.requireNonNull(other, nameOfOther);
    check(one, nameOfOne);
    check(other, nameOfOther);
  }

  private void check(SimulatedHost host, String argument) {
    if (!host.isOf(this)) {
      throw new IllegalArgumentException(argument + " must be of this network, was " + host);
    }
  }

  // ---- for its parts, under the lock

  WaitQueue.Claimed claimed() {
    return claimed;
  }

  Counted counted() {
    return counted;
  }

  /** {@return how many of so many bytes an operation moves} */
  int some(int most) {
    return sizes == null ? most : 1 + sizes.below(most);
  }

  private Link findLink(SimulatedHost from, SimulatedHost to) {
    for (Link each : links) {
      if (each.connects(from, to)) {
        return each;
      }
    }
    Link made = new Link(from, to, lock);
    links.add(made);
    return made;
  }

  private @Nullable SimulatedHost hostAt(InetAddress address) {
    for (SimulatedHost each : hosts.values()) {
      if (each.addresses().contains(address)) {
        return each;
      }
    }
    return null;
  }

  /** Registers a connection if a listener takes it. */
  boolean establish(Connection made, SimulatedListener listener) {
    connections.add(made);
    if (!listener.offer(made.server)) {
      connections.remove(made);
      return false;
    }
    counted.connected++;
    return true;
  }

  void forget(Connection ended) {
    connections.remove(ended);
  }

  void failConnectionsOf(SimulatedHost host, String why, boolean silently, long now) {
    for (Connection each : List.copyOf(connections)) {
      for (SimulatedStream end : List.of(each.client, each.server)) {
        if (end.host == host) {
          end.fail(why, silently, now);
        }
      }
    }
  }

  void answerForgotten(SimulatedHost host, long now) {
    for (Connection each : connections) {
      for (SimulatedStream end : List.of(each.client, each.server)) {
        if (end.host == host) {
          each.peerOf(end).answerWithReset(now);
        }
      }
    }
  }
}
