package io.selvage.net.tls;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Permits;
import io.selvage.net.BrokenStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The output side of a {@link TlsStream} after its handshake. */
final class RecordOutput {
  /*
   * Protocol.
   *
   *   turn            one permit: the output side of records. The thread that sends has it from the first record that it wraps until its records are sent
   *                   or its wait was cancelled. closeOutput waits for it. The thread that receives takes it for answers (to a key update, to the end in
   *                   TLS 1.2) if it is free; otherwise the engine gives the answer to the next thread that wraps. close takes it if it is free.
   *   leftover        whether records are left that were not sent; written with the turn.
   *   ending          set by closeOutput, which then reads waitingSender and cancels that; the thread that sends publishes waitingSender and then reads
   *                   ending. So it does not wait, neither for the other end nor for the turn, while closeOutput does.
   *
   * A thread that has the turn waits only in the transport, and a close of that wakes it.
   *
   * Check with: TlsStreamTest, TlsCancelTest, TlsNetworkCancelTest.
   */
  private final TlsStream stream;
  private final Records records;
  private final Permits turn = new Permits(1);
  private volatile boolean ending;
  private volatile boolean leftover;
  private volatile @Nullable CancelScope waitingSender;

  RecordOutput(TlsStream stream, Records records) {
    this.stream = stream;
    this.records = records;
  }

  // ---- the thread that sends

  /** Sends what was left by an operation that was cancelled. */
  void sendLeftover() throws IOException, InterruptedException {
    if (leftover) {
      acquireToSend();
      try {
        sendRecords();
      } finally {
        release();
      }
    }
  }

  /** Sends some bytes, at least one. */
  void send(ByteBuffer[] from, int first) throws IOException, InterruptedException {
    acquireToSend();
    try {
      throwIfEnding();
      stream.throwIfBroken();
      int before = from[first].remaining();
      boolean open;
      do {
        open = wrap(from, first);
        sendRecords();
      } while (open && from[first].remaining() == before);
      if (!open) {
        throw new BrokenStreamException(stream + " was closed by the other end", null);
      }
    } finally {
      release();
    }
  }

  private boolean wrap(ByteBuffer[] from, int first) throws IOException {
    try {
      return records.wrap(from, first);
    } catch (SSLException e) {
      throw stream.breakWith(e);
    } catch (RuntimeException | Error e) {
      var unused = stream.breakWith(e);
      throw e;
    }
  }

  private void acquireToSend() throws IOException, InterruptedException {
    if (!turn.tryAcquire()) {
      untilEnding(() -> turn.acquire("ByteStream.send", stream));
    }
  }

  private void sendRecords() throws IOException, InterruptedException {
    if (!sendAtOnce()) {
      untilEnding(records::send);
    }
  }

  /** Waits, but not longer than until the output is closed. */
  private void untilEnding(ThrowingRunnable<IOException> wait)
      throws IOException, InterruptedException {
    CancelScope scope = CancelScope.create();
    waitingSender = scope;
    try {
      throwIfEnding();
      if (!scope.run(wait)) {
        throw closed();
      }
    } finally {
      waitingSender = null;
    }
  }

  private void throwIfEnding() {
    if (ending) {
      throw closed();
    }
  }

  private ClosedResourceException closed() {
    return new ClosedResourceException("the output of " + stream + " was closed");
  }

  // ---- the thread that receives

  boolean hasLeftover() {
    return leftover;
  }

  /** Sends what the engine has to say. Never waits. Returns whether nothing is left. */
  boolean answer() {
    if (!turn.tryAcquire()) {
      return false;
    }
    try {
      records.wrapAlert();
      return sendAtOnce();
    } catch (IOException | RuntimeException e) {
      return false; // the next thread that sends gets the failure
    } finally {
      release();
    }
  }

  /** Waits until all answers are sent. */
  void awaitAnswers() throws IOException, InterruptedException {
    turn.acquire("ByteStream.receive", stream);
    try {
      records.wrapAlert();
      records.send();
    } finally {
      release();
    }
  }

  // ---- the end

  /** The output is being closed: the thread that sends does not wait any more. */
  void beginEnd() {
    ending = true;
    CancelScope sender = waitingSender;
    if (sender != null) {
      var unused = sender.cancel("the output of " + stream + " is being closed");
    }
  }

  boolean isEnding() {
    return ending;
  }

  /** Sends what is left and the farewell. May be called again. */
  void end() throws IOException, InterruptedException {
    turn.acquire("ByteStream.closeOutput", stream);
    try {
      stream.throwIfBroken();
      records.send();
      records.engine.closeOutbound();
      records.wrapControl();
      records.send();
    } catch (SSLException e) {
      throw stream.breakWith(e);
    } finally {
      release();
    }
  }

  /** Sends the farewell if it goes out at once. After a part of a record nothing can be said. */
  void sayGoodbye() {
    if (!turn.tryAcquire()) {
      return;
    }
    try {
      if (sendAtOnce()) {
        records.engine.closeOutbound();
        records.wrapControl();
        var unused = sendAtOnce();
      }
    } catch (IOException | RuntimeException e) {
      // the connection has failed, and is closed now
    } finally {
      release();
    }
  }

  /** Sends records without waiting. Returns whether none is left. The caller has the turn. */
  private boolean sendAtOnce() throws IOException {
    while (records.hasUnsent()) {
      int count = stream.sendBelowAtOnce(records.unsent());
      records.sent();
      if (count == 0) {
        return false;
      }
    }
    return true;
  }

  private void release() {
    leftover = records.hasUnsent();
    turn.release();
  }
}
