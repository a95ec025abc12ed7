package io.selvage.net.framing;

import io.selvage.net.FrameDecoder;
import io.selvage.net.FrameTooLongException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * How messages become bytes, and bytes become messages.
 *
 * <p><b>Threads.</b> A format has no state. Any number of threads and streams may use it at once.
 *
 * @param <T> the type of the messages, which are never null
 */
public interface FrameFormat<T> extends FrameDecoder<T> {

  /**
   * {@return the bytes of a message, with all that belongs to the frame} They are sent as one
   * operation.
   *
   * @param message not null
   * @throws FrameTooLongException if the message is longer than the limit of this format
   * @throws IllegalArgumentException if the message cannot be told from several ones, or has no
   *     bytes in this format
   * @throws IOException if it cannot be encoded
   */
  ByteBuffer[] encode(T message) throws IOException;

  /**
   * {@return this format for messages of another type}
   *
   * @param <M> the other type
   * @param read makes a message of what has arrived; its exceptions are thrown by the receive, and
   *     the frame is then not received
   * @param write makes what is sent of a message
   */
  default <M> FrameFormat<M> map(Conversion<T, M> read, Conversion<M, T> write) {
    return new MappedFormat<>(
        this, Objects.requireNonNull(read, "read"), Objects.requireNonNull(write, "write"));
  }

  /**
   * Makes one value of another one.
   *
   * @param <A> what it is made of
   * @param <B> what is made
   */
  @FunctionalInterface
  interface Conversion<A, B> {
    /**
     * {@return the other value, not null}
     *
     * @param value not null
     * @throws IOException if the value is not valid
     */
    B convert(A value) throws IOException;
  }
}
