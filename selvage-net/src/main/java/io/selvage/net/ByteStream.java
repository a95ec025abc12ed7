package io.selvage.net;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * One end of a connection that carries bytes in both directions. Each operation that waits can be
 * cancelled, and has a time limit if it runs inside of one; the connection stays usable.
 *
 * {@snippet class="io.selvage.net.NetSnippets" region="stream"}
 *
 * <p><b>Threads.</b> Any thread may use it. One thread may receive while another one sends. A
 * second thread that receives, or a second one that sends, is refused, because their bytes would
 * mix. Any thread may close it at any time, which wakes the waiting threads.
 *
 * <p><b>Memory consistency.</b> What a thread did before it sent a byte is visible to a thread of
 * the same program that receives it.
 *
 * <p><b>Interruption.</b> A receive that is cancelled has taken nothing: all bytes are there for
 * the next one. A send that is cancelled has moved the positions of its buffers behind the bytes
 * that were sent. If any were sent, the stream is <em>cut short</em>: it refuses further sends
 * until the program says by {@link #resumeSending()} that it knows.
 *
 * <p><b>Failure.</b> A connection that was reset or that violates its protocol throws a {@link
 * BrokenStreamException}; an end without failure is no exception. After a {@link #close()} here
 * every operation throws a {@link ClosedResourceException}.
 *
 * <p>A stream of your own extends {@link AbstractByteStream}.
 */
public interface ByteStream extends Closeable {

  // ---- receiving

  /**
   * Waits until there is something to receive, and receives some of it: not more than the buffer
   * has room for.
   *
   * @param into gets the bytes; its position moves behind them
   * @return how many bytes were received, 1 or more; 0 if the buffer has no room; -1 at the end,
   *     again and again
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws IllegalArgumentException if the buffer is read-only
   * @throws CancelledException if the calling thread is cancelled, also on entry when there is
   *     something to receive
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  int receive(ByteBuffer into) throws IOException, InterruptedException;

  /**
   * Waits until there is something to receive, and returns some of it. No buffer is held while it
   * waits.
   *
   * @param max the greatest number of bytes, 1 or more
   * @return 1 to {@code max} bytes, or none at the end, again and again
   * @throws IllegalArgumentException if {@code max} is less than 1
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  byte[] receiveSome(int max) throws IOException, InterruptedException;

  /**
   * As {@link #receiveSome(int)}, with at most 65536 bytes.
   *
   * @return 1 to 65536 bytes, or none at the end
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  default byte[] receiveSome() throws IOException, InterruptedException {
    return receiveSome(AbstractByteStream.CHUNK);
  }

  /**
   * Waits until so many bytes have arrived, and returns them.
   *
   * @param count how many, 0 or more
   * @return exactly {@code count} bytes
   * @throws EOFException if the stream ends before; the bytes that came are left for another
   *     receive
   * @throws IllegalArgumentException if {@code count} is negative
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry; then nothing was
   *     received
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  byte[] receiveExactly(int count) throws IOException, InterruptedException;

  /**
   * Waits until a delimiter has arrived, and returns the bytes before it. The delimiter is received
   * too, and left out. Bytes after it are left for the next receive.
   *
   * @param delimiter the bytes to look for, at least one
   * @param limit the greatest number of bytes before the delimiter, 0 or more
   * @return the bytes before the delimiter
   * @throws FrameTooLongException if more than {@code limit} bytes come before the delimiter;
   *     nothing was received
   * @throws EOFException if the stream ends before the delimiter; the bytes that came are left for
   *     another receive
   * @throws IllegalArgumentException if the delimiter is empty, or the limit is negative
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry; then nothing was
   *     received
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  byte[] receiveUntil(byte[] delimiter, int limit) throws IOException, InterruptedException;

  /**
   * Waits until a frame has arrived completely, and returns it. Bytes after it are left for the
   * next receive. The formats of {@code io.selvage.net.framing} are decoders.
   *
   * @param <T> the type of a frame
   * @param decoder knows where a frame ends, and what it means; it is called by this thread, and
   *     must not use this stream
   * @return the frame; empty if the stream has ended before the first byte of a frame
   * @throws EOFException if the stream ends within a frame; the bytes that came are left for
   *     another receive
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry; then nothing was
   *     received
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails, or the decoder throws it, for example a
   *     {@link FrameTooLongException}; after an exception of the decoder nothing was received
   */
  <T> Optional<T> receiveFrame(FrameDecoder<T> decoder) throws IOException, InterruptedException;

  /**
   * Returns how many bytes can be received now for sure. Never waits, cancelled or not, and
   * receives nothing.
   *
   * @return the number; 0 if there is nothing now, and at the end
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws IOException if what carries the bytes fails
   */
  int available() throws IOException;

  /**
   * Waits until a {@link #receive} would not wait: something has arrived, or the end. Receives
   * nothing. A program that waits here before it takes a buffer needs no memory for a connection
   * that is idle.
   *
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  void awaitInput() throws IOException, InterruptedException;

  // ---- sending

  /**
   * Waits until something can be sent, and sends some of it.
   *
   * <p><b>Interruption.</b> If it throws, nothing was sent over a socket. A stream that must send
   * its bytes in blocks may have sent a part of them: see {@link #sendAll(ByteBuffer...)}.
   *
   * @param from has the bytes; its position moves behind those that were sent
   * @return how many bytes were sent, 1 or more; 0 if the buffer is empty
   * @throws ClosedResourceException if this stream or its output was closed here, also for an empty
   *     buffer
   * @throws BrokenStreamException if the other end was closed, or the connection has failed
   * @throws IllegalStateException if another thread sends, or an earlier send was cut short
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  int sendSome(ByteBuffer from) throws IOException, InterruptedException;

  /**
   * Sends all bytes of one or several buffers, in their order and with as few system calls as
   * possible. It is one operation: no other thread sends in between.
   *
   * <p><b>Interruption.</b> If it throws, the positions of the buffers tell what was sent. If that
   * is not nothing, the stream is cut short, see {@link #resumeSending()}. It may even be all: a
   * stream that sends in blocks has taken the bytes then, and sends the rest of its last block with
   * the next send, also of nothing.
   *
   * @param from have the bytes; their positions move behind those that were sent
   * @throws ClosedResourceException if this stream or its output was closed here, also for empty
   *     buffers
   * @throws BrokenStreamException if the other end was closed, or the connection has failed
   * @throws IllegalStateException if another thread sends, or an earlier send was cut short
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  void sendAll(ByteBuffer... from) throws IOException, InterruptedException;

  /**
   * As {@link #sendAll(ByteBuffer...)}, for an array. If it is cut short, {@link #resumeSending()}
   * says how much was sent.
   *
   * @param bytes the bytes; they must not change meanwhile
   * @throws ClosedResourceException if this stream or its output was closed here, also for no bytes
   * @throws BrokenStreamException if the other end was closed, or the connection has failed
   * @throws IllegalStateException if another thread sends, or an earlier send was cut short
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  default void sendAll(byte[] bytes) throws IOException, InterruptedException {
    sendAll(ByteBuffer.wrap(Objects.requireNonNull(bytes, "bytes")));
  }

  /**
   * Says that the program knows of a send that was cut short, and may send again: the rest, or what
   * its protocol provides for this case. Does nothing if no send was cut short. Never waits.
   *
   * @return how many bytes the send that was cut short has sent; 0 if there was none
   */
  long resumeSending();

  // ---- the end

  /**
   * Says that nothing more will be sent: the other end receives what was sent, and then the end.
   * Receiving goes on. Does nothing if this was said before, or the stream is closed. A thread that
   * waits in a send gets a {@link ClosedResourceException}.
   *
   * @throws BrokenStreamException if the connection has failed
   * @throws CancelledException if it has to wait, and the calling thread is cancelled
   * @throws InterruptedException if it has to wait, and the calling thread was interrupted from
   *     outside
   * @throws IOException if what carries the bytes fails
   */
  void closeOutput() throws IOException, InterruptedException;

  /**
   * Closes both directions. Wakes all waiting threads with a {@link ClosedResourceException}. What
   * was not received here is gone. Never waits, cancelled or not; a second call does nothing.
   *
   * @throws IOException if what carries the bytes fails; it is closed anyway
   */
  @Override
  void close() throws IOException;
}
