package io.selvage.test.connection;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One end of a connection in memory, made by {@link MemoryStreams}. It has hooks, so that a test
 * can delay, fail and look at each operation.
 *
 * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="streamHooks"}
 *
 * <p><b>Hooks.</b> A hook runs on the thread that calls the operation, after the check for
 * cancellation and before anything happens. It may do what it likes: wait, so that the operation is
 * late (a close does not wake it there); throw, so that it fails and nothing has happened; close
 * this end or the other. It must not read in a hook for reading, nor write in one for writing, as
 * the thread is doing that already. Each end has its own; setting one replaces the one before.
 *
 * <p><b>Threads.</b> As in {@link ByteStream}; hooks may be set by any thread, and count for the
 * operations that begin later.
 */
@KitCode
public final class MemoryStream implements ByteStream {
  private final String name;
  private final ReentrantLock lock; // of the pair
  private final BytePipe in;
  private final BytePipe out;

  // any thread
  private volatile ThrowingRunnable<? extends IOException> beforeRead = () -> {};
  private volatile ThrowingConsumer<? super ByteBuffer, ? extends IOException> beforeWrite =
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
   * Sets what runs before each read.
   *
   * @param hook may wait and throw
   */
  public void beforeRead(ThrowingRunnable<? extends IOException> hook) {
    beforeRead = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs before each write, and before each part of {@link #writeAll}.
   *
   * @param hook may wait and throw; gets what is to be written, to look at
   */
  public void beforeWrite(ThrowingConsumer<? super ByteBuffer, ? extends IOException> hook) {
    beforeWrite = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs before each close.
   *
   * @param hook must not close this end itself; may throw, for example an {@link
   *     java.io.UncheckedIOException}: then the caller of {@link #close} gets that, and the stream
   *     is closed all the same
   */
  public void beforeClose(Runnable hook) {
    beforeClose = Objects.requireNonNull(hook, "hook");
  }

  // ---- reading and writing

  @Override
  public int read(ByteBuffer into) throws IOException, InterruptedException {
    if (Objects.requireNonNull(into, "into").isReadOnly()) {
      throw new IllegalArgumentException("the buffer to read into is read-only");
    }
    ThreadRecord self = ThreadRecord.current();
    self.begin(BytePipe.READ);
    try {
      in.beginRead();
      try {
        beforeRead.run();
        int count = in.read(self, this, into);
        if (count == BytePipe.END) {
          self.preferOwnCancellation();
        }
        return count;
      } finally {
        in.endRead();
      }
    } catch (ClosedResourceException | BrokenResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException, InterruptedException {
    return write(from, false);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is one operation: no other thread writes in between.
   */
  @Override
  public void writeAll(ByteBuffer from) throws IOException, InterruptedException {
    var unused = write(from, true);
  }

  private int write(ByteBuffer from, boolean all) throws IOException, InterruptedException {
    Objects.requireNonNull(from, "from");
    ThreadRecord self = ThreadRecord.current();
    self.begin(BytePipe.WRITE);
    try {
      out.beginWrite();
      try {
        int count = writePart(self, from);
        while (all && from.hasRemaining()) {
          self.begin(BytePipe.WRITE);
          count += writePart(self, from);
        }
        return count;
      } finally {
        out.endWrite();
      }
    } catch (ClosedResourceException | BrokenResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private int writePart(ThreadRecord self, ByteBuffer from)
      throws IOException, InterruptedException {
    beforeWrite.accept(from.asReadOnlyBuffer());
    return out.write(self, this, from);
  }

  // ---- the end

  @Override
  public void closeOutput() {
    Step.before("MemoryStream.closeOutput");
    List<WaitNode> woken;
    lock.lock();
    try {
      woken = out.closeWriter();
    } finally {
      lock.unlock();
    }
    woken.forEach(WaitNode::signal);
  }

  @Override
  public void close() {
    try {
      beforeClose.run();
    } finally {
      closeBoth();
    }
  }

  private void closeBoth() {
    Step.before("MemoryStream.close");
    List<WaitNode> woken = new ArrayList<>();
    lock.lock();
    try {
      woken.addAll(out.closeWriter());
      woken.addAll(in.closeReader());
    } finally {
      lock.unlock();
    }
    woken.forEach(WaitNode::signal);
  }

  /**
   * Breaks the connection, as a network does. Both ends read what was written before, and then get
   * a {@link BrokenResourceException}; each write gets it at once. Wakes all waiting threads. A
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
    List<WaitNode> woken = new ArrayList<>();
    lock.lock();
    try {
      woken.addAll(out.fail(failure));
      woken.addAll(in.fail(failure));
    } finally {
      lock.unlock();
    }
    woken.forEach(WaitNode::signal);
  }

  // ---- looking at it

  /** {@return how many bytes were written here, also by operations that were cut short} */
  public long bytesWritten() {
    lock.lock();
    try {
      return out.written();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many bytes were read here} */
  public long bytesRead() {
    lock.lock();
    try {
      return in.read();
    } finally {
      lock.unlock();
    }
  }

  /** {@return how many bytes a read would find here now, without what a waiting writer offers} */
  public int available() {
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
          + " to be read, "
          + in.read()
          + " read, "
          + out.written()
          + " written]";
    } finally {
      lock.unlock();
    }
  }
}
