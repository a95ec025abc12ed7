package io.selvage.test.connection;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.net.BrokenStreamException;
import io.selvage.test.run.KitCode;
import io.selvage.test.schedule.SplitMix;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One direction of a pair of memory streams: a bounded pipe with one sender and one receiver. */
@KitCode
final class BytePipe {
  /*
   * Protocol. All but the waits and the signals happens under lock. Both directions of a pair share this lock, so that an end closes both at once. No
   * thread waits or calls foreign code under it.
   *
   *   sending end     OPEN ──closeOutput / close──▶ senderClosed      once
   *   receiving end   OPEN ──close──▶ receiverClosed                  once; the bytes that are left are gone
   *   connection      OPEN ──fail──▶ failure                          once, unless an end has closed before
   *
   *   receive   receiverClosed: closed · bytes there: some of them · failure: broken · senderClosed: the end · otherwise nothing now
   *   send      senderClosed: closed · failure or receiverClosed: broken · room: some bytes · otherwise waits
   *
   * The stream lets one thread receive and one thread send at a time. So there is at most one waiting node of each kind.
   *
   * With a capacity. Bytes go into the ring and come out of it only by the thread that sends or receives them, under the lock. A node is resumed with
   * null, which means "look again": no other thread can have taken what it finds. So a wait that is withdrawn has moved nothing.
   *
   * Without (capacity 0). A waiting sender leaves its buffer in offer. The receiver decides: it claims the sender's node with a count, and this is the
   * send of that many bytes. The receiver then copies them, still under the lock. A sender always takes the lock after its wait, so it does not return
   * before the copy is made. If the claim is lost, the send was withdrawn: the offer is void, and there is nothing to receive.
   *
   * A thread that ends one of the waits above claims its node under the lock, and signals it outside. Nothing is allocated between the two.
   *
   * Check with: MemoryStreamTest, MemoryStreamCancelTest, StreamChecksTest.
   */
  static final int END = -1;

  private static final String RECEIVE = "ByteStream.receive";
  private static final String SEND = "ByteStream.send";

  /**
   * Why the connection does not work any more.
   *
   * @param reason for the message
   * @param cause for the cause
   */
  record Failure(String reason, Throwable cause) {
    BrokenStreamException toException() {
      return new BrokenStreamException("the connection has failed: " + reason, cause);
    }
  }

  private final ReentrantLock lock;
  private final int capacity;
  private final @Nullable SplitMix sizes; // guarded by lock

  // guarded by lock
  private final ByteRing ring;
  private final WaitQueue.Claimed claimed = new WaitQueue.Claimed(); // empty outside of the lock
  private boolean senderClosed;
  private boolean receiverClosed;
  private @Nullable Failure failure;
  private @Nullable WaitNode receiver;
  private @Nullable WaitNode sender;
  private @Nullable ByteBuffer offer;
  private long sent;
  private long received;

  BytePipe(ReentrantLock lock, int capacity, @Nullable SplitMix sizes) {
    this.lock = lock;
    this.capacity = capacity;
    this.sizes = sizes;
    this.ring = new ByteRing(capacity);
  }

  // ---- receiving: one thread at a time

  /** Returns how many bytes were received, 0 if there are none now, or {@link #END}. */
  int tryReceive(ByteBuffer into) throws BrokenStreamException {
    WaitQueue.Entry wake;
    int count;
    lock.lock();
    try {
      if (receiverClosed) {
        throw new ClosedResourceException("receive from a closed stream");
      }
      count = take(into);
      if (count == 0 && failure != null) {
        throw failure.toException();
      }
      if (count == 0 && senderClosed) {
        return END;
      }
      wake = claimed.take();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(wake);
    return count;
  }

  /** Waits until {@link #tryReceive} may have more to say than that there is nothing now. */
  void awaitReceivable(ThreadRecord self, Object stream) throws InterruptedException {
    WaitNode node = new WaitNode(self, RECEIVE, stream);
    lock.lock();
    try {
      if (receivable()) {
        return;
      }
      receiver = node;
    } finally {
      lock.unlock();
    }
    try {
      var unused = node.await(WaitNode.NEVER);
    } finally {
      lock.lock();
      try {
        receiver = null;
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean receivable() {
    return ring.size() > 0 || offer != null || failure != null || senderClosed || receiverClosed;
  }

  private int take(ByteBuffer into) {
    int count = 0;
    if (ring.size() > 0) {
      count = some(Math.min(ring.size(), into.remaining()));
      ring.take(into, count);
      claim(sender);
    } else if (offer != null && sender != null) {
      int most = some(Math.min(offer.remaining(), into.remaining()));
      ByteBuffer part = offer.slice(offer.position(), most);
      offer = null;
      if (sender.claim(most)) {
        claimed.add(sender);
        count = most;
        into.put(part);
        sent += count;
      }
    }
    received += count;
    return count;
  }

  // ---- sending: one thread at a time

  /** Waits until something can be sent, and sends it. The buffer is not empty. */
  void send(ThreadRecord self, Object stream, ByteBuffer from)
      throws BrokenStreamException, InterruptedException {
    while (true) {
      WaitNode node = null;
      WaitQueue.Entry wake;
      lock.lock();
      try {
        throwIfNotSendable();
        if (ring.room() > 0) {
          int count = some(Math.min(ring.room(), from.remaining()));
          ring.put(from, count);
          sent += count;
          claim(receiver);
        } else {
          node = new WaitNode(self, SEND, stream);
          sender = node;
          if (capacity == 0) {
            offer = from;
            claim(receiver);
          }
        }
        wake = claimed.take();
      } finally {
        lock.unlock();
      }
      WaitQueue.signalAll(wake);
      if (node == null) {
        return;
      }
      if (awaitAsSender(node) instanceof Integer taken) {
        from.position(from.position() + taken);
        return;
      }
    }
  }

  private @Nullable Object awaitAsSender(WaitNode node) throws InterruptedException {
    try {
      return node.await(WaitNode.NEVER);
    } finally {
      lock.lock();
      try {
        sender = null;
        offer = null;
      } finally {
        lock.unlock();
      }
    }
  }

  private void throwIfNotSendable() throws BrokenStreamException {
    if (senderClosed) {
      throw new ClosedResourceException("send to a stream that is closed, or its output");
    }
    if (failure != null) {
      throw failure.toException();
    }
    if (receiverClosed) {
      String reason = "the other end was closed, so what is sent is never received";
      throw new BrokenStreamException(reason, new ClosedResourceException(reason));
    }
  }

  // ---- the end: under the lock, by any thread

  /** Returns the waits to signal after the lock. */
  WaitQueue.@Nullable Entry closeSender() {
    senderClosed = true;
    return wakeBoth();
  }

  /** Returns the waits to signal after the lock. */
  WaitQueue.@Nullable Entry closeReceiver() {
    receiverClosed = true;
    ring.clear();
    return wakeBoth();
  }

  /** Returns the waits to signal after the lock. */
  WaitQueue.@Nullable Entry fail(Failure why) {
    if (failure == null && !senderClosed && !receiverClosed) {
      failure = why;
    }
    return wakeBoth();
  }

  private WaitQueue.@Nullable Entry wakeBoth() {
    claim(receiver);
    claim(sender);
    return claimed.take();
  }

  // ---- looking at it: under the lock

  long sent() {
    return sent;
  }

  long received() {
    return received;
  }

  int buffered() {
    return ring.size();
  }

  int waiting() {
    return (receiver == null ? 0 : 1) + (sender == null ? 0 : 1);
  }

  // ---- small parts: under the lock

  private void claim(@Nullable WaitNode node) {
    if (node != null && node.claim(null)) {
      claimed.add(node);
    }
  }

  private int some(int most) {
    return sizes == null ? most : 1 + sizes.below(most);
  }
}
