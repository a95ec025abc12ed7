package io.selvage.test.connection;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.test.run.KitCode;
import io.selvage.test.schedule.SplitMix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One direction of a pair of memory streams: a bounded pipe with one writer and one reader. */
@KitCode
final class BytePipe {
  /*
   * Protocol. All but the waits and the signals happens under lock. Both directions of a pair share this lock, so that an end closes both at once. No
   * thread waits or calls foreign code under it.
   *
   *   writing end   OPEN ──closeOutput / close──▶ writerClosed      once
   *   reading end   OPEN ──close──▶ readerClosed                    once; the bytes that are left are gone
   *   connection    OPEN ──fail──▶ failure                          once, unless an end has closed before
   *
   *   read    readerClosed: closed · bytes there: some of them · failure: broken · writerClosed: the end · otherwise waits
   *   write   writerClosed: closed · failure or readerClosed: broken · room: some bytes · otherwise waits
   *
   * Roles. reading and writing are the threads that are in an operation, from its hook to its end; a second one is refused. So there is at most one
   * waiting node of each kind.
   *
   * With a capacity. Bytes go into the ring and come out of it only by the thread that reads or writes them, under the lock. A node is resumed with
   * null, which means "look again": no other thread can have taken what it finds. So a wait that is withdrawn has moved nothing, and a resume that won
   * against a cancellation is followed by the transfer, not by another check.
   *
   * Without (capacity 0). A waiting writer leaves its buffer in offer. The reader decides: it claims the writer's node with a count, and this is the
   * write of that many bytes. The reader then copies them, still under the lock. A writer always takes the lock after its wait, so it does not return
   * before the copy is made. If the claim is lost, the write was withdrawn: the offer is void, and the reader waits.
   *
   * A thread that ends one of the waits above claims its node under the lock, and signals it outside.
   *
   * Check with: MemoryStreamTest, MemoryStreamCancelTest, StreamChecksTest.
   */
  static final String READ = "MemoryStream.read";
  static final String WRITE = "MemoryStream.write";
  static final int END = -1;

  /**
   * Why the connection does not work any more.
   *
   * @param reason for the message
   * @param cause for the cause
   */
  record Failure(String reason, Throwable cause) {
    BrokenResourceException toException() {
      return new BrokenResourceException("the connection has failed: " + reason, cause);
    }
  }

  private final ReentrantLock lock;
  private final int capacity;
  private final @Nullable SplitMix sizes; // guarded by lock

  // guarded by lock
  private final ByteRing ring;
  private final List<WaitNode> claimed = new ArrayList<>(2); // empty outside of the lock
  private boolean writerClosed;
  private boolean readerClosed;
  private @Nullable Failure failure;
  private @Nullable Thread reading;
  private @Nullable Thread writing;
  private @Nullable WaitNode reader;
  private @Nullable WaitNode writer;
  private @Nullable ByteBuffer offer;
  private long written;
  private long read;

  BytePipe(ReentrantLock lock, int capacity, @Nullable SplitMix sizes) {
    this.lock = lock;
    this.capacity = capacity;
    this.sizes = sizes;
    this.ring = new ByteRing(capacity);
  }

  // ---- reading: the thread in the role of the reader

  void beginRead() {
    lock.lock();
    try {
      throwIfReaderClosed();
      reading = exclusive(reading, "reads");
    } finally {
      lock.unlock();
    }
  }

  void endRead() {
    lock.lock();
    try {
      reading = null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes were read, or {@link #END}. */
  int read(ThreadRecord self, Object stream, ByteBuffer into) throws InterruptedException {
    while (true) {
      WaitNode node = null;
      List<WaitNode> wake;
      int count;
      lock.lock();
      try {
        throwIfReaderClosed();
        count = into.hasRemaining() ? take(into) : 0;
        if (count == 0 && into.hasRemaining()) {
          if (failure != null) {
            throw failure.toException();
          }
          if (writerClosed) {
            return END;
          }
          node = new WaitNode(self, READ, stream);
          reader = node;
        }
        wake = claimed();
      } finally {
        lock.unlock();
      }
      wake.forEach(WaitNode::signal);
      if (node == null) {
        return count;
      }
      awaitAsReader(node);
    }
  }

  private void awaitAsReader(WaitNode node) throws InterruptedException {
    try {
      var unused = node.await(WaitNode.NEVER);
    } finally {
      lock.lock();
      try {
        reader = null;
      } finally {
        lock.unlock();
      }
    }
  }

  private int take(ByteBuffer into) {
    int count = 0;
    if (ring.size() > 0) {
      count = some(Math.min(ring.size(), into.remaining()));
      ring.take(into, count);
      claim(writer);
    } else if (offer != null && writer != null) {
      int most = some(Math.min(offer.remaining(), into.remaining()));
      if (writer.claim(most)) {
        claimed.add(writer);
        count = most;
        into.put(offer.slice(offer.position(), count));
        written += count;
      }
      offer = null;
    }
    read += count;
    return count;
  }

  // ---- writing: the thread in the role of the writer

  void beginWrite() {
    lock.lock();
    try {
      throwIfWriterClosed();
      writing = exclusive(writing, "writes");
    } finally {
      lock.unlock();
    }
  }

  void endWrite() {
    lock.lock();
    try {
      writing = null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes were written. */
  int write(ThreadRecord self, Object stream, ByteBuffer from) throws InterruptedException {
    while (true) {
      WaitNode node = null;
      List<WaitNode> wake;
      int count = 0;
      lock.lock();
      try {
        throwIfWriterClosed();
        throwIfBroken();
        if (from.hasRemaining() && ring.room() > 0) {
          count = some(Math.min(ring.room(), from.remaining()));
          ring.put(from, count);
          written += count;
          claim(reader);
        } else if (from.hasRemaining()) {
          node = new WaitNode(self, WRITE, stream);
          writer = node;
          if (capacity == 0) {
            offer = from;
            claim(reader);
          }
        }
        wake = claimed();
      } finally {
        lock.unlock();
      }
      wake.forEach(WaitNode::signal);
      if (node == null) {
        return count;
      }
      if (awaitAsWriter(node) instanceof Integer taken) {
        from.position(from.position() + taken);
        return taken;
      }
    }
  }

  private @Nullable Object awaitAsWriter(WaitNode node) throws InterruptedException {
    try {
      return node.await(WaitNode.NEVER);
    } finally {
      lock.lock();
      try {
        writer = null;
        offer = null;
      } finally {
        lock.unlock();
      }
    }
  }

  // ---- the end: under the lock, by any thread

  /** Returns the waits to signal after the lock. */
  List<WaitNode> closeWriter() {
    writerClosed = true;
    return wakeBoth();
  }

  /** Returns the waits to signal after the lock. */
  List<WaitNode> closeReader() {
    readerClosed = true;
    ring.clear();
    return wakeBoth();
  }

  /** Returns the waits to signal after the lock. */
  List<WaitNode> fail(Failure why) {
    if (failure == null && !writerClosed && !readerClosed) {
      failure = why;
    }
    return wakeBoth();
  }

  private List<WaitNode> wakeBoth() {
    claim(reader);
    claim(writer);
    return claimed();
  }

  // ---- looking at it: under the lock

  long written() {
    return written;
  }

  long read() {
    return read;
  }

  int buffered() {
    return ring.size();
  }

  int waiting() {
    return (reader == null ? 0 : 1) + (writer == null ? 0 : 1);
  }

  // ---- small parts: under the lock

  private void throwIfReaderClosed() {
    if (readerClosed) {
      throw new ClosedResourceException("read from a closed stream");
    }
  }

  private void throwIfWriterClosed() {
    if (writerClosed) {
      throw new ClosedResourceException("write to a stream that is closed, or its output");
    }
  }

  private void throwIfBroken() {
    if (failure != null) {
      throw failure.toException();
    }
    if (readerClosed) {
      String reason = "the other end was closed, so what is written is never read";
      throw new BrokenResourceException(reason, new ClosedResourceException(reason));
    }
  }

  private static Thread exclusive(@Nullable Thread other, String does) {
    if (other != null) {
      throw new IllegalStateException(
          other + " " + does + " already; one thread at a time, or their bytes would mix");
    }
    return Thread.currentThread();
  }

  private void claim(@Nullable WaitNode node) {
    if (node != null && node.claim(null)) {
      claimed.add(node);
    }
  }

  private List<WaitNode> claimed() {
    if (claimed.isEmpty()) {
      return List.of();
    }
    List<WaitNode> all = List.copyOf(claimed);
    claimed.clear();
    return all;
  }

  private int some(int most) {
    return sizes == null ? most : 1 + sizes.below(most);
  }
}
