package io.selvage.test.connection;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitQueue;
import io.selvage.net.AbstractByteStream;
import io.selvage.net.BrokenStreamException;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory, made by {@link MemoryStreams}. It has hooks, so that a test
 * can delay, fail and look at each operation.
 *
 * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="streamHooks"}
 *
 * <p><b>Hooks.</b> A hook runs on the thread that calls the operation, after the check for
 * cancellation and before anything happens. It may do what it likes: wait, so that the operation is
 * late (a close does not wake it there); throw, so that it fails and nothing has happened; close
 * this end or the other. It must not receive in a hook for receiving, nor send in one for sending,
 * as the thread is doing that already. Each end has its own; setting one replaces the one before.
 *
 * <p><b>Threads.</b> As in {@link io.selvage.net.ByteStream}; hooks may be set by any thread, and
 * count for the operations that begin later.
 */
@KitCode
public final class MemoryStream extends AbstractByteStream {
  private final String name;
  private final ReentrantLock lock; // of the pair
  private final BytePipe in;
  private final BytePipe out;

  // any thread
  private volatile ThrowingRunnable<? extends IOException> beforeReceive = () -> {};
  private volatile ThrowingConsumer<? super ByteBuffer, ? extends IOException> beforeSend =
      bytes -> {};
  private volatile Runnable beforeClose = () -> {};

  MemoryStream(String name, ReentrantLock lock, BytePipe in, BytePipe out) {
    this.name = name;
    this.lock = lock;
    this.in = in;
    this.out = out;
  }

  // ---- hooks

  /**
   * Sets what runs before each receive, and before each {@link #awaitInput}.
   *
   * @param hook may wait and throw
   */
  public void beforeReceive(ThrowingRunnable<? extends IOException> hook) {
    beforeReceive = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs before each part of a send: a {@link #sendSome} has one, a {@link #sendAll} one
   * or more. A send without bytes has none.
   *
   * @param hook may wait and throw; gets the buffer that is to be sent next, to look at
   */
  public void beforeSend(ThrowingConsumer<? super ByteBuffer, ? extends IOException> hook) {
    beforeSend = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs when this end is closed: operations that begin here are refused already, and the
   * other end does not know of it yet.
   *
   * @param hook may throw, for example an {@link java.io.UncheckedIOException}: then the caller of
   *     {@link #close} gets that, and the stream is closed anyway
   */
  public void beforeClose(Runnable hook) {
    beforeClose = Objects.requireNonNull(hook, "hook");
  }

  // ---- receiving and sending

  @Override
  protected void beforeReceive() throws IOException, InterruptedException {
    beforeReceive.run();
  }

  @Override
  protected int tryReceive(ByteBuffer into) throws IOException {
    return in.tryReceive(into);
  }

  @Override
  protected void awaitReceivable() throws InterruptedException {
    in.awaitReceivable(ThreadRecord.current(), this);
  }

  @Override
  protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
    beforeSend.accept(from[first].asReadOnlyBuffer());
    out.send(ThreadRecord.current(), this, from[first]);
  }

  // ---- the end

  @Override
  protected void endOutput() {
    WaitQueue.Entry woken;
    lock.lock();
    try {
      woken = out.closeSender();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }

  @Override
  protected void release() {
    try {
      beforeClose.run();
    } finally {
      closeBoth();
    }
  }

  private void closeBoth() {
    WaitQueue.Entry ofOutput;
    WaitQueue.Entry ofInput;
    lock.lock();
    try {
      ofOutput = out.closeSender();
      ofInput = in.closeReceiver();
    } finally {
      lock.unlock();
    }
    signal(ofOutput, ofInput);
  }

  private static void signal(
      WaitQueue.@Nullable Entry ofOutput, WaitQueue.@Nullable Entry ofInput) {
    try {
      WaitQueue.signalAll(ofOutput);
    } finally {
      WaitQueue.signalAll(ofInput);
    }
  }

  /**
   * Breaks the connection, as a network does. Both ends receive what was sent before, and then get
   * a {@link BrokenStreamException}; each send gets it at once. Wakes all waiting threads. A
   * direction whose end was closed before is not concerned. Never waits; any thread. The ends are
   * still to be closed.
   *
   * @param cause the failure; the first one counts
   */
  public void fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    String message = cause.getMessage();
    BytePipe.Failure failure =
        new BytePipe.Failure(message == null ? cause.getClass().getName() : message, cause);
    Step.before("MemoryStream.fail");
    WaitQueue.Entry ofOutput;
    WaitQueue.Entry ofInput;
    lock.lock();
    try {
      ofOutput = out.fail(failure);
      ofInput = in.fail(failure);
    } finally {
      lock.unlock();
    }
    signal(ofOutput, ofInput);
  }

  // ---- looking at it

  /** {@return how many bytes were sent here, also by operations that were cut short} */
  public long bytesSent() {
    lock.lock();
    try {
      return out.sent();
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return how many bytes this end has taken from the connection} That includes those that it
   * keeps for the next receive, for example behind a delimiter.
   */
  public long bytesReceived() {
    lock.lock();
    try {
      return in.received();
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return how many bytes the connection holds for this end now, without what a waiting sender
   * offers}
   */
  public int buffered() {
    lock.lock();
    try {
      return in.buffered();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many threads wait, at either end; for tests} */
  int waiting() {
    lock.lock();
    try {
      return in.waiting() + out.waiting();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "MemoryStream["
          + name
          + ", "
          + in.buffered()
          + " to be received, "
          + in.received()
          + " received, "
          + out.sent()
          + " sent]";
    } finally {
      lock.unlock();
    }
  }
}
