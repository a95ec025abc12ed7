package io.selvage.test.net;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.net.SocketStream;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** One connect of the simulated network, on the thread that connects. */
@KitCode
final class Handshake {
  /*
   * Protocol. The thread goes the way of the packets: it waits for the latency there, meets the listener, and waits for the latency back. While a link is
   * cut a packet is lost; the thread waits until it is healed, and sends it again.
   *
   * At the listener the connection is made and registered, and handed to a thread that accepts or put into the backlog, in one step under the lock of the
   * network. Before that step nothing is open but the local address. If the thread is cancelled after it, on the way back, the connection is withdrawn
   * from the backlog, or, if it was accepted, reset.
   *
   * Check with: SimulatedNetworkTest, NetworkCancelTest.
   */
  static final String CONNECT = "Network.connect";

  private final SimulatedNetwork network;
  private final SimulatedHost from;
  private final SimulatedHost to;
  private final SocketAddress remote;
  private final Link thither;
  private final Link hither;
  private @Nullable SimulatedListener met; // has the connection; the thread that connects

  Handshake(SimulatedNetwork network, SimulatedHost from, SimulatedHost to, SocketAddress remote) {
    this.network = network;
    this.from = from;
    this.to = to;
    this.remote = remote;
    this.thither = network.link(from, to);
    this.hither = network.link(to, from);
  }

  SocketStream connect(ThreadRecord self, @Nullable SocketAddress wanted)
      throws IOException, InterruptedException {
    long crashes = beginOnHost();
    SocketAddress local = bind(wanted);
    Connection made = null;
    boolean established = false;
    try {
      transit(self, thither);
      made = new Connection(network, thither, hither, local, remote, () -> unbind(local));
      meet(self, made, crashes);
      transit(self, hither);
      established = true;
      return made.client;
    } finally {
      if (!established) {
        giveUp(made, local);
      }
    }
  }

  private long beginOnHost() throws SocketException {
    network.lock().lock();
    try {
      from.throwIfSilent("connect to " + remote);
      return from.crashes();
    } finally {
      network.lock().unlock();
    }
  }

  private SocketAddress bind(@Nullable SocketAddress wanted) throws IOException {
    if (!(remote instanceof InetSocketAddress internet)) {
      if (wanted instanceof InetSocketAddress) {
        throw otherFamily(wanted);
      }
      return wanted == null ? UnixDomainSocketAddress.of("") : wanted;
    }
    if (wanted != null && !(wanted instanceof InetSocketAddress)) {
      throw otherFamily(wanted);
    }
    network.lock().lock();
    try {
      return from.bindClient((InetSocketAddress) wanted, internet);
    } finally {
      network.lock().unlock();
    }
  }

  private BindException otherFamily(SocketAddress wanted) {
    return new BindException(
        "cannot connect to " + remote + " from " + wanted + ": they are of different families");
  }

  /** Under the lock of the network. */
  private void unbind(SocketAddress local) {
    if (local instanceof InetSocketAddress internet) {
      from.releaseClient(internet.getPort());
    }
  }

  /** Waits until a packet that leaves now has arrived. */
  private void transit(ThreadRecord self, Link link) throws InterruptedException {
    while (true) {
      WaitNode node = new WaitNode(self, CONNECT, remote);
      long now = SimulatedNetwork.now();
      long arrival;
      network.lock().lock();
      try {
        arrival = link.arrival(now, 0);
        if (arrival == WaitNode.NEVER) {
          link.healed.add(node);
        }
      } finally {
        network.lock().unlock();
      }
      if (arrival == WaitNode.NEVER) {
        var unused = link.healed.await(node, arrival);
      } else {
        if (arrival > now) {
          var unused = node.await(arrival);
        }
        return;
      }
    }
  }

  /** Hands the connection to the listener. */
  private void meet(ThreadRecord self, Connection made, long crashes)
      throws IOException, InterruptedException {
    while (true) {
      WaitNode node = new WaitNode(self, CONNECT, remote);
      WaitQueue queue = null;
      WaitQueue.Entry woken;
      SimulatedListener listener;
      boolean noFile = false;
      network.lock().lock();
      try {
        if (from.crashes() != crashes) {
          throw new SocketException(
              "cannot connect to " + remote + ": host " + from.name() + " has crashed");
        }
        listener = to.listenerAt(remote);
        if (to.isSilent()) {
          queue = to.recovered;
        } else if (listener == null) {
          noFile = remote instanceof UnixDomainSocketAddress unix && !to.hasFile(unix.getPath());
        } else if (network.establish(made, listener)) {
          met = listener;
        } else {
          queue = listener.connecting();
        }
        if (queue != null) {
          queue.add(node);
        }
        woken = network.claimed().take();
      } finally {
        network.lock().unlock();
      }
      WaitQueue.signalAll(woken);
      if (queue != null) {
        var unused = queue.await(node, WaitNode.NEVER);
      } else if (met != null) {
        return;
      } else {
        transit(self, hither);
        throw noFile
            ? new NoSuchFileException(remote.toString(), null, "cannot connect: no such file")
            : new ConnectException("cannot connect to " + remote + ": connection refused");
      }
    }
  }

  private void giveUp(@Nullable Connection made, SocketAddress local) {
    SimulatedListener listener = met;
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    network.lock().lock();
    try {
      if (listener == null || made == null) {
        unbind(local);
      } else {
        listener.withdraw(made.server, now);
        made.client.releaseNow(now, /* reset= */ true);
      }
      woken = network.claimed().take();
    } finally {
      network.lock().unlock();
    }
    WaitQueue.signalAll(woken);
  }
}
