package io.selvage.test.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.net.AbstractByteStream;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.SocketStream;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One end of a connection of the simulated network. */
@KitCode
final class SimulatedStream extends AbstractByteStream implements SocketStream {
  /*
   * Protocol. All but the waits, the copies and the signals happens under the lock of the network. Time is read under it, from the scheduler of the thread.
   *
   *   inbox         what is on its way to this end. A segment is added by the end that sends, with the time at which it arrives. Nothing moves it: the thread
   *                 that receives waits until that time. A segment that is sent while its link is cut arrives NEVER; the link that is healed sends it again.
   *   outputEnded   false ──endOutput / release──▶ true; the end is a segment in the inbox of the peer, behind all others
   *   released      false ──release──▶ true: the program has closed this end
   *   failure       null ──the host of this end crashes──▶ why: this end does not know the connection any more
   *
   * What this end learns of the other one. NEVER until it is on its way; a notice that cannot pass, as the link is cut, is held, and goes when that is healed.
   *   resetAt       when a reset arrives. Segments that arrive later do not. From then on receive and send fail.
   *   closedAt      when this end learns that the other one was closed. From then on send fails.
   *
   *   receive   released: closed · failure: broken · first segment has arrived: some of it, or the end · resetAt: broken · otherwise nothing now
   *   send      released, outputEnded: closed · failure, resetAt, closedAt: broken · room in the window: some bytes · otherwise waits
   *
   * What is sent to an end that takes nothing any more (released or failure) is lost. It takes room in the window, and lets the other host answer with
   * a reset, if its host answers at all.
   *
   * A send looks for room, makes a copy without the lock, and adds it under the lock. Only the one thread that sends takes room, so it is still there.
   * After the segment is added the position of the buffer moves, and nothing throws in between. A receive moves the offset of a segment under the lock,
   * and copies after it: only the one thread that receives uses these bytes.
   *
   * A thread that changes what another one waits for claims its node under the lock, and signals it outside. Then that thread looks again.
   *
   * Check with: SimulatedNetworkTest, NetworkStreamChecksTest, NetworkCancelTest.
   */
  private static final String RECEIVE = "ByteStream.receive";
  private static final String SEND = "ByteStream.send";
  private static final byte[] END = {};

  private final SimulatedNetwork network;
  private final SpinLock lock;
  private final Connection connection;
  final SimulatedHost host;
  private final SocketAddress local;
  private final SocketAddress remote;
  private final Link out;
  private final WaitQueue receiver; // at most one
  private final WaitQueue sender; // at most one
  private final SocketOptions options;

  // guarded by lock
  final Inbox inbox = new Inbox();
  private boolean outputEnded;
  private boolean released;
  private @Nullable String failure;
  private long resetAt = WaitNode.NEVER;
  private boolean resetHeld;
  private long closedAt = WaitNode.NEVER;
  private boolean closeHeld;

  /**
   * Creates an end.
   *
   * @param out the link to the other end
   */
  SimulatedStream(
      SimulatedNetwork network,
      Connection connection,
      Link out,
      SocketAddress local,
      SocketAddress remote) {
    this.network = network;
    this.lock = network.lock();
    this.connection = connection;
    this.host = out.from;
    this.out = out;
    this.local = local;
    this.remote = remote;
    this.receiver = new WaitQueue(lock);
    this.sender = new WaitQueue(lock);
    this.options = new SocketOptions(local);
  }

  private SimulatedStream peer() {
    return connection.peerOf(this);
  }

  // ---- receiving

  @Override
  protected int tryReceive(ByteBuffer into) throws IOException {
    Inbox.Segment head;
    int from = 0;
    int count = 0;
    String broken = null;
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    lock.lock();
    try {
      throwIfReleased();
      broken = failure;
      head = inbox.head();
      if (broken == null && head != null && head.arrival <= Math.min(now, resetAt)) {
        if (head.isEnd()) {
          return -1;
        }
        count = network.some(Math.min(into.remaining(), head.size()));
        from = head.offset;
        inbox.take(head, count);
        network.counted().received(count);
        network.claimed().addAll(peer().sender, null); // there is room
      } else if (broken == null && resetAt <= now) {
        broken = "it was reset by the other end";
      }
      woken = network.claimed().take();
    } finally {
      lock.unlock();
    }
    if (count > 0 && head != null) {
      into.put(head.bytes, from, count);
    }
    WaitQueue.signalAll(woken);
    if (broken != null) {
      throw broken(broken);
    }
    return count;
  }

  @Override
  protected void awaitReceivable() throws InterruptedException {
    WaitNode node = new WaitNode(ThreadRecord.current(), RECEIVE, this);
    long now = SimulatedNetwork.now();
    long next;
    lock.lock();
    try {
      next = Math.min(inbox.nextArrival(), resetAt);
      if (released || failure != null || next <= now) {
        return;
      }
      receiver.add(node);
    } finally {
      lock.unlock();
    }
    var unused = receiver.await(node, next);
  }

  // ---- sending

  @Override
  protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
    ByteBuffer buffer = from[first];
    int count = awaitRoom(buffer.remaining());
    byte[] bytes = new byte[count];
    buffer.get(buffer.position(), bytes);
    int after = buffer.position() + count;
    String broken;
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    lock.lock();
    try {
      broken = whyNotSent(now);
      if (broken == null) {
        transmit(bytes, now);
        buffer.position(after);
      }
      woken = network.claimed().take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
    if (broken != null) {
      throw broken(broken);
    }
  }

  /** Waits until some of so many bytes can be sent, and returns how many. */
  private int awaitRoom(int most) throws IOException, InterruptedException {
    while (true) {
      WaitNode node = new WaitNode(ThreadRecord.current(), SEND, this);
      long now = SimulatedNetwork.now();
      long next;
      String broken;
      lock.lock();
      try {
        broken = whyNotSent(now);
        int room = out.options.window() - peer().inbox.held();
        if (broken == null && room > 0) {
          return network.some(Math.min(room, most));
        }
        next = Math.min(resetAt, closedAt);
        if (broken == null) {
          sender.add(node);
        }
      } finally {
        lock.unlock();
      }
      if (broken != null) {
        throw broken(broken);
      }
      var unused = sender.await(node, next);
    }
  }

  /** Under the lock. Returns null if a send is possible. */
  private @Nullable String whyNotSent(long now) {
    throwIfReleased();
    if (outputEnded) {
      throw new ClosedResourceException("the output was closed");
    }
    if (failure != null) {
      return failure;
    }
    if (resetAt <= now) {
      return "it was reset by the other end";
    }
    return closedAt <= now ? "the other end was closed" : null;
  }

  private void transmit(byte[] bytes, long now) {
    SimulatedStream there = peer();
    network.counted().sent(bytes.length);
    if (there.takesNothing()) {
      there.inbox.lose(bytes.length);
      answerWithReset(now);
    } else {
      there.inbox.add(bytes, out.arrival(now, bytes.length));
      there.wakeReceiverIfFirst();
    }
  }

  private void throwIfReleased() {
    if (released) {
      throw new ClosedResourceException("the stream was closed");
    }
  }

  // ---- the end

  @Override
  protected void endOutput() throws IOException {
    String broken;
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    lock.lock();
    try {
      broken = failure != null ? failure : resetAt <= now ? "it was reset by the other end" : null;
      sendEnd(now);
      network.claimed().addAll(sender, null);
      woken = network.claimed().take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
    if (broken != null) {
      throw broken(broken);
    }
  }

  /** Under the lock. */
  private void sendEnd(long now) {
    if (!outputEnded && !released) {
      outputEnded = true;
      if (failure == null && !peer().takesNothing()) {
        peer().inbox.add(END, out.arrival(now, 0));
        peer().wakeReceiverIfFirst();
      }
    }
  }

  @Override
  protected void release() {
    WaitQueue.Entry woken;
    long now = SimulatedNetwork.now();
    lock.lock();
    try {
      releaseNow(now, options.resetsOnClose());
      woken = network.claimed().take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }

  /** Closes this end, under the lock. Tells the other one, by a reset or by an end. */
  void releaseNow(long now, boolean reset) {
    if (released) {
      return;
    }
    if (failure == null && reset) {
      sendReset(now);
    } else if (failure == null) {
      sendEnd(now);
      peer().learnClose(out.arrival(now, 0));
    }
    released = true;
    inbox.close();
    wakeBoth();
    connection.ended();
  }

  // ---- faults, under the lock

  /** The host of this end crashes. */
  void fail(String why, boolean silently, long now) {
    if (released || failure != null) {
      return;
    }
    if (!silently) {
      sendReset(now);
    }
    failure = why;
    inbox.abandon();
    wakeBoth();
    connection.ended();
  }

  /** The connection breaks on its way. */
  void resetBoth(long now) {
    for (SimulatedStream end : List.of(this, peer())) {
      end.resetAt = Math.min(end.resetAt, now);
      end.wakeBoth();
    }
  }

  boolean isOf(SimulatedNetwork other) {
    return network == other;
  }

  private void sendReset(long now) {
    peer().learnReset(out.arrival(now, 0));
  }

  private void learnReset(long arrival) {
    if (arrival == WaitNode.NEVER) {
      resetHeld = true;
    } else {
      resetAt = Math.min(resetAt, Math.max(arrival, inbox.lastArrival()));
      wakeBoth();
    }
  }

  private void learnClose(long arrival) {
    if (arrival == WaitNode.NEVER) {
      closeHeld = true;
    } else {
      closedAt = arrival;
      network.claimed().addAll(sender, null);
    }
  }

  /** Something that was sent meets a host that does not know the connection. */
  void answerWithReset(long now) {
    SimulatedStream there = peer();
    long arrivalThere = out.arrival(now, 0);
    if (there.takesNothing()
        && there.inbox.held() > 0
        && !there.host.isSilent()
        && arrivalThere != WaitNode.NEVER
        && resetAt == WaitNode.NEVER) {
      learnReset(there.out.arrival(arrivalThere, 0));
    }
  }

  /** The link from this end to the other one works again. */
  void healed(Link link, long now) {
    if (link != out) {
      return;
    }
    SimulatedStream there = peer();
    there.inbox.sendAgain(out, now);
    answerWithReset(now);
    if (there.closeHeld) {
      there.closeHeld = false;
      there.learnClose(out.arrival(now, 0));
    }
    if (there.resetHeld) {
      there.resetHeld = false;
      there.learnReset(out.arrival(now, 0));
    }
    there.wakeBoth();
  }

  private boolean takesNothing() {
    return released || failure != null;
  }

  boolean isOpen() {
    return !takesNothing();
  }

  /** {@return whether a reset has arrived} */
  boolean isReset(long now) {
    return resetAt <= now;
  }

  private void wakeReceiverIfFirst() {
    if (inbox.isSingle()) {
      network.claimed().addAll(receiver, null);
    }
  }

  private void wakeBoth() {
    network.claimed().addAll(receiver, null);
    network.claimed().addAll(sender, null);
  }

  private BrokenStreamException broken(String why) {
    return new BrokenStreamException(this + " has failed: " + why, null);
  }

  // ---- the socket

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public <T> T option(SocketOption<T> option) {
    Objects.requireNonNull(option, "option");
    throwIfClosed();
    return options.get(option);
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) {
    Objects.requireNonNull(option, "option");
    Objects.requireNonNull(value, "value");
    throwIfClosed();
    options.set(option, value);
  }

  private void throwIfClosed() {
    if (isClosed()) {
      throw new ClosedResourceException(this + " was closed");
    }
  }

  @Override
  public String toString() {
    long now = SimulatedNetwork.now();
    StringBuilder text = new StringBuilder("SocketStream[" + local + " to " + remote);
    lock.lock();
    try {
      int arrived = inbox.arrived(now);
      text.append(", ").append(arrived).append(" to be received");
      if (inbox.held() > arrived) {
        text.append(", ").append(inbox.held() - arrived).append(" on the way");
      }
      if (out.cut) {
        text.append(", link is cut");
      }
      if (released || failure != null || resetAt <= now) {
        text.append(released ? ", closed" : failure != null ? ", host has crashed" : ", reset");
      }
    } finally {
      lock.unlock();
    }
    return text.append(']').toString();
  }
}
