package io.selvage.test.net;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
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
   *   waiting, waitingIn   the node of the wait that is in progress, and its queue; null before and after it. A crash of the host takes the node out and
   *                        claims it. The thread then finds crashed, as after each wait.
   *
   * Check with: SimulatedNetworkTest, NetworkCancelTest.
   */
  static final String CONNECT = "Network.connect";

  private final SimulatedNetwork network;
  private final SpinLock lock;
  private final SimulatedHost from;
  private final SimulatedHost to;
  private final SocketAddress remote;
  private final Link thither;
  private final Link hither;

  // guarded by lock
  private @Nullable SimulatedListener met; // has the connection
  private boolean crashed;
  private @Nullable WaitNode waiting;
  private @Nullable WaitQueue waitingIn;

  Handshake(SimulatedNetwork network, SimulatedHost from, SimulatedHost to, SocketAddress remote) {
    this.network = network;
    this.lock = network.lock();
    this.from = from;
    this.to = to;
    this.remote = remote;
    this.thither = network.link(from, to);
    this.hither = network.link(to, from);
  }

  SocketStream connect(ThreadRecord self, @Nullable SocketAddress wanted)
      throws IOException, InterruptedException {
    SocketAddress local = bind(wanted);
    Connection made = null;
    boolean established = false;
    try {
      transit(self, thither);
      made = new Connection(network, thither, hither, local, remote, () -> unbind(local));
      meet(self, made);
      transit(self, hither);
      established = true;
      return made.client;
    } finally {
      end(established, made, local);
    }
  }

  /** Begins: registers this connect with its host, and gives it a local address. */
  private SocketAddress bind(@Nullable SocketAddress wanted) throws IOException {
    boolean isInternet = remote instanceof InetSocketAddress;
    if (wanted != null && wanted instanceof InetSocketAddress != isInternet) {
      throw new BindException(
          "cannot connect to " + remote + " from " + wanted + ": they are of different families");
    }
    lock.lock();
    try {
      from.throwIfSilent("connect to " + remote);
      SocketAddress local =
          remote instanceof InetSocketAddress internet
              ? from.bindClient((InetSocketAddress) wanted, internet)
              : wanted == null ? UnixDomainSocketAddress.of("") : wanted;
      from.handshakes().add(this);
      return local;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock of the network. */
  private void unbind(SocketAddress local) {
    if (local instanceof InetSocketAddress internet) {
      from.releaseClient(internet.getPort());
    }
  }

  /** Waits until a packet that leaves now has arrived. */
  private void transit(ThreadRecord self, Link link) throws IOException, InterruptedException {
    long arrival = WaitNode.NEVER;
    while (true) {
      WaitNode node = new WaitNode(self, CONNECT, remote);
      long now = SimulatedNetwork.now();
      lock.lock();
      try {
        throwIfCrashed();
        if (arrival == WaitNode.NEVER) {
          arrival = link.arrival(now, 0);
        }
        if (arrival <= now) {
          return;
        }
        enqueue(node, arrival == WaitNode.NEVER ? link.healed : null);
      } finally {
        lock.unlock();
      }
      await(node, arrival);
    }
  }

  /** Under the lock. */
  private void enqueue(WaitNode node, @Nullable WaitQueue queue) {
    if (queue != null) {
      queue.add(node);
    }
    waiting = node;
    waitingIn = queue;
  }

  private void await(WaitNode node, long deadline) throws InterruptedException {
    try {
      var unused = node.await(deadline);
    } finally {
      lock.lock();
      try {
        if (waitingIn != null) {
          waitingIn.remove(node);
        }
        waiting = null;
        waitingIn = null;
      } finally {
        lock.unlock();
      }
    }
  }

  /** The host of this connect crashes. Under the lock. */
  void crash() {
    crashed = true;
    WaitNode node = waiting;
    if (node != null) {
      if (waitingIn != null) {
        waitingIn.remove(node);
      }
      if (node.claim(null)) {
        network.claimed().add(node);
      }
    }
  }

  private void throwIfCrashed() throws SocketException {
    if (crashed) {
      throw new SocketException(
          "cannot connect to " + remote + ": host " + from.name() + " has crashed");
    }
  }

  /** Hands the connection to the listener. */
  private void meet(ThreadRecord self, Connection made) throws IOException, InterruptedException {
    while (true) {
      WaitNode node = new WaitNode(self, CONNECT, remote);
      WaitQueue.Entry woken;
      boolean waits = false;
      boolean noFile = false;
      boolean refused = false;
      lock.lock();
      try {
        SimulatedListener listener = to.listenerAt(remote);
        if (crashed && listener != null) {
          listener.letConnect(); // this thread may have been woken to use the room
        }
        if (to.isSilent() && !crashed) {
          enqueue(node, to.recovered);
          waits = true;
        } else if (listener == null) {
          refused = true;
          noFile = remote instanceof UnixDomainSocketAddress unix && !to.hasFile(unix.getPath());
        } else if (!crashed && network.establish(made, listener)) {
          met = listener;
        } else if (!crashed) {
          enqueue(node, listener.connecting());
          waits = true;
        }
        woken = network.claimed().take();
      } finally {
        lock.unlock();
      }
      WaitQueue.signalAll(woken);
      if (waits) {
        await(node, WaitNode.NEVER);
      } else if (refused) {
        transit(self, hither);
        throw noFile
            ? new NoSuchFileException(remote.toString(), null, "cannot connect: no such file")
            : new ConnectException("cannot connect to " + remote + ": connection refused");
      } else {
        return; // a crash is found by the next transit
      }
    }
  }

  private void end(boolean established, @Nullable Connection made, SocketAddress local) {
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    lock.lock();
    try {
      from.handshakes().remove(this);
      SimulatedListener listener = met;
      if (!established && (listener == null || made == null)) {
        unbind(local);
      } else if (!established) {
        listener.withdraw(made.server, now);
        made.client.releaseNow(now, /* reset= */ true);
      }
      woken = network.claimed().take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }
}
