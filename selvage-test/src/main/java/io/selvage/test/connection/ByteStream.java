package io.selvage.test.connection;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.test.run.KitCode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One end of a connection that carries bytes in both directions: what {@link MemoryStream} is, and
 * what {@link StreamChecks} can check.
 *
 * <p>It is what a blocking {@link java.nio.channels.ByteChannel} is, with Selvage's rules for
 * cancelling and closing. The position of the buffer is the account of what has happened, also when
 * an operation throws.
 *
 * <p><b>Threads.</b> Any thread may use it; one may read while another one writes. A read while
 * another thread reads is refused, and so is a write while another one writes: their bytes would
 * mix in no order. Any thread may close it, at any time; that wakes the waiting threads.
 *
 * <p><b>Memory consistency.</b> What a thread did before it wrote a byte is visible to the thread
 * that reads it.
 */
@KitCode
public interface ByteStream extends Closeable {

  /**
   * Waits until there is something to read, and reads some of it: not more than the buffer has room
   * for.
   *
   * <p><b>Cancellation.</b> If this throws, nothing was read: the bytes are there for the next one.
   *
   * @param into gets the bytes, its position moves behind them
   * @return how many bytes were read, 1 or more; 0 if the buffer has no room; -1 if the other end
   *     has closed its output and everything was read, again and again
   * @throws ClosedResourceException if this end was closed
   * @throws BrokenResourceException if the connection has failed and everything was read
   * @throws IllegalStateException if another thread is reading
   * @throws IllegalArgumentException if the buffer is read-only
   * @throws CancelledException if the calling thread is cancelled, also on entry when there is
   *     something to read
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  int read(ByteBuffer into) throws IOException, InterruptedException;

  /**
   * Waits until something can be written, and writes some of it.
   *
   * <p><b>Cancellation.</b> If this throws, nothing was written.
   *
   * @param from has the bytes, its position moves behind those that were written
   * @return how many bytes were written, 1 or more; 0 if the buffer is empty
   * @throws ClosedResourceException if this end was closed, or its output; also for an empty buffer
   * @throws BrokenResourceException if the other end was closed, or the connection has failed
   * @throws IllegalStateException if another thread is writing
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  int write(ByteBuffer from) throws IOException, InterruptedException;

  /**
   * Writes everything, waiting as often as necessary.
   *
   * <p><b>Cancellation.</b> If this throws, the bytes before the position of the buffer were
   * written, and those behind it were not.
   *
   * @param from has the bytes, its position moves behind those that were written
   * @throws ClosedResourceException if this end was closed, or its output; also for an empty buffer
   * @throws BrokenResourceException if the other end was closed, or the connection has failed
   * @throws IllegalStateException if another thread is writing
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  default void writeAll(ByteBuffer from) throws IOException, InterruptedException {
    do {
      var unused = write(from);
    } while (from.hasRemaining());
  }

  /**
   * Says that nothing more will be written: the other end reads what was written, and then the end.
   * Reading goes on. Does nothing if this was said before, or the stream is closed.
   *
   * @throws CancelledException if it has to wait, and the calling thread is cancelled
   * @throws InterruptedException if it has to wait, and the calling thread was interrupted from
   *     outside
   * @throws IOException if what carries the bytes fails
   */
  void closeOutput() throws IOException, InterruptedException;

  /**
   * Closes both directions: the other end reads what was written, and then the end; what was not
   * read here is gone. Wakes all waiting threads. Never waits, cancelled or not; a second call does
   * nothing.
   *
   * @throws IOException if what carries the bytes fails; it is closed all the same
   */
  @Override
  void close() throws IOException;
}
