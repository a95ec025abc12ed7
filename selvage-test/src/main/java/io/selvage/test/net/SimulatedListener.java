package io.selvage.test.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A listener of the simulated network. */
@KitCode
final class SimulatedListener implements SocketListener {
  /*
   * Protocol, all under the lock of the network.
   *
   *   pending     connections that were not accepted, at most backlog; empty while a thread waits in accept
   *   accepting   threads that wait for a connection; a connect hands one over by its claim
   *   connecting  connects that wait for room in pending. A thread that makes room claims the first of them, which then looks again. When it has got
   *               its place, or does not need one, and there is room still, it claims the next one.
   *   closed, failure   set once; then pending is empty, and no thread stays in a queue
   *
   * Check with: SimulatedNetworkTest, NetworkCancelTest.
   */
  private static final String ACCEPT = "SocketListener.accept";

  private final SimulatedNetwork network;
  private final SimulatedHost host;
  private final SocketAddress local;
  private final int backlog;
  private final SpinLock lock;
  private final WaitQueue accepting;
  private final WaitQueue connecting;

  // guarded by lock
  private final Deque<SimulatedStream> pending = new ArrayDeque<>();
  private boolean closed;
  private @Nullable String failure;

  SimulatedListener(
      SimulatedNetwork network, SimulatedHost host, SocketAddress local, int backlog) {
    this.network = network;
    this.host = host;
    this.local = local;
    this.backlog = backlog;
    this.lock = network.lock();
    this.accepting = new WaitQueue(lock);
    this.connecting = new WaitQueue(lock);
  }

  // ---- accepting

  @Override
  public SocketStream accept() throws IOException, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(ACCEPT);
    while (true) {
      WaitNode node = new WaitNode(self, ACCEPT, this);
      long now = SimulatedNetwork.now();
      SimulatedStream accepted;
      WaitQueue.Entry woken;
      boolean ended;
      lock.lock();
      try {
        accepted = poll(now);
        ended = closed || failure != null;
        if (accepted == null && !ended) {
          accepting.add(node);
        }
        woken = network.claimed().take();
      } finally {
        lock.unlock();
      }
      WaitQueue.signalAll(woken);
      if (ended) {
        self.preferOwnCancellation();
        throw ended();
      }
      if (accepted != null) {
        return accepted;
      }
      if (accepting.await(node, WaitNode.NEVER) instanceof SimulatedStream handed) {
        return handed;
      }
    }
  }

  /** Takes a connection that is alive, and lets connects have the room. */
  private @Nullable SimulatedStream poll(long now) {
    for (SimulatedStream next = pending.poll(); next != null; next = pending.poll()) {
      letConnect();
      if (next.isOpen() && !next.isReset(now)) {
        return next;
      }
      next.releaseNow(now, /* reset= */ true);
    }
    return null;
  }

  /** If there is room, one of the connects that wait for it looks again. Under the lock. */
  void letConnect() {
    WaitQueue.Entry connect = pending.size() < backlog ? connecting.claimFirst(null) : null;
    if (connect != null) {
      network.claimed().add(connect);
    }
  }

  private IOException ended() throws IOException {
    String why = failure;
    if (why != null) {
      return new SocketException("cannot accept at " + this + ": " + why);
    }
    throw new ClosedResourceException("cannot accept at " + this + ": it was closed");
  }

  // ---- connecting, under the lock

  /** Hands over or keeps a connection, and returns whether there was room. */
  boolean offer(SimulatedStream server) {
    WaitQueue.Entry accept = accepting.claimFirst(server);
    if (accept != null) {
      network.claimed().add(accept);
      letConnect();
      return true;
    }
    if (pending.size() == backlog) {
      return false;
    }
    pending.add(server);
    letConnect();
    return true;
  }

  WaitQueue connecting() {
    return connecting;
  }

  /** The client has given up. */
  void withdraw(SimulatedStream server, long now) {
    if (pending.remove(server)) {
      letConnect();
      server.releaseNow(now, /* reset= */ true);
    }
  }

  // ---- the end

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public void close() {
    Step.before("SocketListener.close");
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    lock.lock();
    try {
      closed = true;
      end(now);
      woken = network.claimed().take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }

  /** Its host crashes. Under the lock. */
  void fail(String why, long now) {
    failure = why;
    end(now);
  }

  private void end(long now) {
    host.forget(this);
    for (SimulatedStream each = pending.poll(); each != null; each = pending.poll()) {
      each.releaseNow(now, /* reset= */ true);
    }
    network.claimed().addAll(accepting, null);
    network.claimed().addAll(connecting, null);
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "SocketListener["
          + local
          + ", "
          + pending.size()
          + " of "
          + backlog
          + " pending, "
          + accepting.size()
          + " accepting"
          + (closed ? ", closed" : failure != null ? ", host has crashed" : "")
          + "]";
    } finally {
      lock.unlock();
    }
  }
}
