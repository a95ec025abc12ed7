package io.selvage.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.FieldHandle;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part that all streams have in common: which thread may receive or send, what a cancelled
 * operation leaves behind, receiving up to a length or a delimiter, and what is refused after the
 * end. A stream of your own adds how bytes are moved.
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="ownStream"}
 *
 * <p>The methods to implement run one at a time for receiving, one at a time for sending, and
 * outside of any lock. Those that wait must use waits that can be cancelled. Those that receive
 * must not have moved anything if they throw. After {@link #release()} they must return or throw at
 * once, whatever they throw then.
 */
public abstract class AbstractByteStream implements ByteStream {
  /*
   * Protocol.
   *
   *   receiving, sending   null ──a thread begins, by CAS──▶ that thread ──it ends──▶ null. A thread that finds another one there is refused.
   *   closed               false ──close, by CAS──▶ true. The winner calls release, which wakes the threads that wait.
   *   outputClosed         false ──closeOutput──▶ true, before endOutput wakes the thread that sends.
   *   cutShort             0 ──the thread that sends, when its send throws after a part──▶ how many bytes it has sent ──resumeSending, by getAndSet──▶ 0
   *   incoming             used by the thread in receiving only. When the stream is closed, the last thread that receives empties it, or the one that
   *                        closes: each of them first writes its own field, then looks at that of the other.
   *
   * Each operation looks at closed after it has entered its role, and after whatever was thrown: an exception after the close is caused by it. A role that
   * is taken on a closed stream is no misuse: it is the thread that closes.
   *
   * Check with: AbstractByteStreamTest, ByteStreamStress.
   */
  static final int CHUNK = 1 << 16;

  private static final String RECEIVE = "ByteStream.receive";
  private static final String SEND = "ByteStream.send";

  private static final VarHandle RECEIVING = handle("receiving", Thread.class);
  private static final VarHandle SENDING = handle("sending", Thread.class);
  private static final VarHandle CLOSED = handle("closed", boolean.class);
  private static final VarHandle CUT_SHORT = handle("cutShort", long.class);

  @SuppressWarnings("UnusedVariable") // written through RECEIVING
  private volatile @Nullable Thread receiving;

  @SuppressWarnings("UnusedVariable") // written through SENDING
  private volatile @Nullable Thread sending;

  @SuppressWarnings("FieldCanBeFinal") // written through CLOSED
  private volatile boolean closed;

  private volatile boolean outputClosed;

  @SuppressWarnings("FieldCanBeFinal") // written through CUT_SHORT
  private volatile long cutShort;

  @SuppressWarnings("this-escape") // it is only kept there
  private final Incoming incoming = new Incoming(this);

  /** Creates a stream that is open. */
  protected AbstractByteStream() {}

  private static VarHandle handle(String field, Class<?> type) {
    return FieldHandle.of(MethodHandles.lookup(), field, type);
  }

  // ---- for the implementation

  /**
   * Receives what is there now. Never waits. If it throws, it has moved nothing.
   *
   * @param into gets the bytes; has room for at least one
   * @return how many bytes were moved; 0 if there is nothing now; -1 at the end
   * @throws IOException if the connection has failed
   */
  protected abstract int tryReceive(ByteBuffer into) throws IOException;

  /**
   * Waits until {@link #tryReceive} may have something to return. It may return too early.
   *
   * @throws IOException if the connection has failed
   * @throws InterruptedException if the calling thread is cancelled or was interrupted
   */
  protected abstract void awaitReceivable() throws IOException, InterruptedException;

  /**
   * Waits until some bytes can be sent, and sends them. The positions of the buffers tell what was
   * sent, also if this throws.
   *
   * @param from have the bytes; those before {@code first} are empty
   * @param first the first buffer that is not empty
   * @throws IOException if the connection has failed
   * @throws InterruptedException if the calling thread is cancelled or was interrupted
   */
  protected abstract void sendNext(ByteBuffer[] from, int first)
      throws IOException, InterruptedException;

  /**
   * Tells the other end that nothing more comes, and makes a waiting {@link #sendNext} return or
   * throw. May be called again.
   *
   * @throws IOException if the connection has failed
   * @throws InterruptedException if it has to wait, and the calling thread is cancelled or was
   *     interrupted
   */
  protected abstract void endOutput() throws IOException, InterruptedException;

  /**
   * Releases the connection, and makes every wait of this stream return or throw. Called once, by
   * any thread. Never waits.
   *
   * @throws IOException if that fails
   */
  protected abstract void release() throws IOException;

  /**
   * Called on the thread that receives, once for each operation, before anything is moved. Does
   * nothing; may wait and throw.
   *
   * @throws IOException to let the operation fail
   * @throws InterruptedException if it waits, and the calling thread is cancelled or was
   *     interrupted
   */
  protected void beforeReceive() throws IOException, InterruptedException {}

  /**
   * Called on the thread that sends, once for each operation, before anything is moved, also if
   * there is nothing to send. Does nothing; may wait and throw.
   *
   * @throws IOException to let the operation fail
   * @throws InterruptedException if it waits, and the calling thread is cancelled or was
   *     interrupted
   */
  protected void beforeSend() throws IOException, InterruptedException {}

  /**
   * Sends what can be sent now. Never waits. Sends nothing, unless a stream can do better: then a
   * stream over this one says good-bye also when it is closed.
   *
   * @param from has the bytes; its position moves behind those that were sent
   * @return how many bytes were sent
   * @throws IOException if the connection has failed
   */
  protected int trySend(ByteBuffer from) throws IOException {
    return 0;
  }

  /**
   * Sends what another stream can send at once, for a stream that is made over it. Never waits.
   *
   * @param to the other stream
   * @param from has the bytes; its position moves behind those that were sent
   * @return how many bytes were sent; 0 if there is no room now, if another thread sends, or if the
   *     stream or its output was closed
   * @throws IOException if the connection has failed
   */
  protected static int sendAtOnce(ByteStream to, ByteBuffer from) throws IOException {
    Step.before(SEND);
    if (!(to instanceof AbstractByteStream stream)
        || stream.cutShort > 0
        || !SENDING.compareAndSet(stream, null, Thread.currentThread())) {
      return 0;
    }
    try {
      return stream.closed || stream.outputClosed ? 0 : stream.trySend(from);
    } finally {
      stream.sending = null;
    }
  }

  /**
   * {@return whether a receive that finds nothing lets other threads run and tries again, before it
   * waits} Worth it if a wait costs a system call.
   */
  protected boolean triesTwice() {
    return false;
  }

  /** {@return whether {@link #close()} was called} */
  protected final boolean isClosed() {
    return closed;
  }

  // ---- receiving

  /** An operation that receives, without its beginning and its end. */
  private interface Receiving<T> {
    T by(ThreadRecord self) throws IOException, InterruptedException;
  }

  private <T> T receiving(Receiving<T> operation) throws IOException, InterruptedException {
    ThreadRecord self = beginReceiving();
    try {
      beforeReceive();
      return operation.by(self);
    } catch (IOException | RuntimeException e) {
      throw receiveFailed(self, e);
    } finally {
      endReceiving();
    }
  }

  @Override
  public final int receive(ByteBuffer into) throws IOException, InterruptedException {
    if (Objects.requireNonNull(into, "into").isReadOnly()) {
      throw new IllegalArgumentException("into must not be read-only: it gets the bytes");
    }
    return receiving(
        self -> {
          if (!into.hasRemaining()) {
            return 0;
          }
          int kept = incoming.unread().moveTo(into);
          return kept > 0 ? kept : incoming.receiveNext(self, into);
        });
  }

  @Override
  public final byte[] receiveSome(int max) throws IOException, InterruptedException {
    if (max < 1) {
      throw new IllegalArgumentException("max must be >= 1, was " + max);
    }
    return receiving(self -> incoming.receiveSome(self, max));
  }

  @Override
  public final byte[] receiveExactly(int count) throws IOException, InterruptedException {
    if (count < 0) {
      throw new IllegalArgumentException("count must be >= 0, was " + count);
    }
    return receiving(self -> incoming.receiveExactly(self, count));
  }

  @Override
  public final byte[] receiveUntil(byte[] delimiter, int limit)
      throws IOException, InterruptedException {
    if (Objects.requireNonNull(delimiter, "delimiter").length == 0) {
      throw new IllegalArgumentException("delimiter must not be empty");
    }
    if (limit < 0) {
      throw new IllegalArgumentException("limit must be >= 0, was " + limit);
    }
    return receiving(self -> incoming.receiveUntil(self, delimiter, limit));
  }

  @Override
  public final <T> Optional<T> receiveFrame(FrameDecoder<T> decoder)
      throws IOException, InterruptedException {
    Objects.requireNonNull(decoder, "decoder");
    return receiving(self -> incoming.receiveFrame(self, decoder));
  }

  @Override
  public final void awaitInput() throws IOException, InterruptedException {
    var unused = receiving(self -> incoming.awaitSome(self));
  }

  @Override
  public final int available() throws IOException {
    Step.before("ByteStream.available");
    if (!RECEIVING.compareAndSet(this, null, Thread.currentThread())) {
      throw isReceivedFrom();
    }
    try {
      throwIfClosed();
      return incoming.available();
    } catch (IOException | RuntimeException e) {
      throwIfClosed();
      throw e;
    } finally {
      endReceiving();
    }
  }

  private ThreadRecord beginReceiving() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(RECEIVE);
    if (closed || !RECEIVING.compareAndSet(this, null, self.thread())) {
      if (closed) {
        self.preferOwnCancellation();
      }
      throw isReceivedFrom();
    }
    if (closed) {
      endReceiving();
      self.preferOwnCancellation();
      throw closed("receive from");
    }
    return self;
  }

  private IllegalStateException isReceivedFrom() {
    return closed
        ? closed("receive from")
        : new IllegalStateException(
            "another thread receives from " + this + "; one at a time, or their bytes would mix");
  }

  private void endReceiving() {
    if (closed) {
      incoming.unread().clear();
    }
    receiving = null;
    if (closed) {
      clearUnread();
    }
  }

  /** The stream was closed: lets its memory go, unless a thread receives, which will do that. */
  private void clearUnread() {
    if (RECEIVING.compareAndSet(this, null, Thread.currentThread())) {
      incoming.unread().clear();
      receiving = null;
    }
  }

  // ---- sending

  @Override
  public final int sendSome(ByteBuffer from) throws IOException, InterruptedException {
    ByteBuffer[] buffers = {Objects.requireNonNull(from, "from")};
    int all = from.remaining();
    ThreadRecord self = beginSending();
    try {
      beforeSend();
      if (all > 0) {
        sendNext(buffers, 0);
      }
      return all - from.remaining();
    } catch (IOException | RuntimeException e) {
      noteCut(all, buffers);
      throw sendFailed(self, e);
    } catch (InterruptedException | Error e) {
      noteCut(all, buffers);
      throw e;
    } finally {
      sending = null;
    }
  }

  @Override
  public final void sendAll(ByteBuffer... from) throws IOException, InterruptedException {
    ByteBuffer[] buffers = Arguments.elements(from, "from").toArray(ByteBuffer[]::new);
    long all = Buffers.remaining(buffers);
    ThreadRecord self = beginSending();
    try {
      beforeSend();
      int first = nextToSend(buffers, 0);
      while (first < buffers.length) {
        sendNext(buffers, first);
        first = nextToSend(buffers, first);
        if (first < buffers.length) {
          throwIfOutputClosed();
          self.begin(SEND);
        }
      }
    } catch (IOException | RuntimeException e) {
      noteCut(all, buffers);
      throw sendFailed(self, e);
    } catch (InterruptedException | Error e) {
      noteCut(all, buffers);
      throw e;
    } finally {
      sending = null;
    }
  }

  private static int nextToSend(ByteBuffer[] buffers, int from) {
    int next = from;
    while (next < buffers.length && !buffers[next].hasRemaining()) {
      next++;
    }
    return next;
  }

  private void noteCut(long all, ByteBuffer[] buffers) {
    long rest = Buffers.remaining(buffers);
    if (rest < all) {
      cutShort = all - rest;
    }
  }

  @Override
  public final long resumeSending() {
    return (long) CUT_SHORT.getAndSet(this, 0L);
  }

  private ThreadRecord beginSending() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(SEND);
    if (!SENDING.compareAndSet(this, null, self.thread())) {
      refuseIf(closed || outputClosed, self, "send to"); // the other thread has not gone yet
      throw new IllegalStateException(
          "another thread sends to " + this + "; one at a time, or their bytes would mix");
    }
    long cut = cutShort;
    if (closed || outputClosed || cut > 0) {
      sending = null;
      refuseIf(closed || outputClosed, self, "send to");
      throw new IllegalStateException(
          "an earlier send to "
              + this
              + " was cut short after "
              + cut
              + " bytes; call resumeSending(), then send the rest, or close the stream");
    }
    return self;
  }

  // ---- the end

  @Override
  public final void closeOutput() throws IOException, InterruptedException {
    Step.before("ByteStream.closeOutput");
    if (closed) {
      return;
    }
    outputClosed = true;
    try {
      endOutput();
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  @Override
  public final void close() throws IOException {
    Step.before("ByteStream.close");
    if (CLOSED.compareAndSet(this, false, true)) {
      try {
        release();
      } finally {
        clearUnread();
      }
    }
  }

  final void throwIfClosed() {
    if (closed) {
      throw closed("receive from");
    }
  }

  private void throwIfOutputClosed() {
    if (closed || outputClosed) {
      throw closed("send to");
    }
  }

  private void refuseIf(boolean ended, ThreadRecord self, String operation)
      throws InterruptedException {
    if (ended) {
      self.preferOwnCancellation();
      throw closed(operation);
    }
  }

  private ClosedResourceException closed(String operation) {
    return new ClosedResourceException(
        "cannot " + operation + " " + this + ": " + (closed ? "it" : "its output") + " was closed");
  }

  private RuntimeException receiveFailed(ThreadRecord self, Exception failure)
      throws IOException, InterruptedException {
    return StreamFailures.choose(self, failure, closed ? closed("receive from") : null);
  }

  private RuntimeException sendFailed(ThreadRecord self, Exception failure)
      throws IOException, InterruptedException {
    return StreamFailures.choose(self, failure, closed || outputClosed ? closed("send to") : null);
  }
}
