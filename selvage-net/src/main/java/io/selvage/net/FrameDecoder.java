package io.selvage.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Knows where a frame of a {@link ByteStream} ends, and what it means. A frame is a part of the
 * bytes that belongs together, such as a line.
 *
 * <p>{@code io.selvage.net.framing} has decoders for the usual formats.
 *
 * <p><b>Threads.</b> A decoder that has no state may be used by any number of threads and streams.
 *
 * @param <T> the type of a frame
 */
public interface FrameDecoder<T> {

  /**
   * Finds the end of the first frame. It is called again when more bytes have arrived, until it
   * knows the length, with all bytes from the beginning of the frame. It should refuse a frame that
   * is too long as soon as it can, so that no memory is needed for it. If it throws, nothing is
   * received.
   *
   * @param arrived at least one byte, from its position 0 to its limit; read-only, in big-endian
   *     order, and not to be used after the return
   * @param seen how many of these bytes an earlier call has seen, which did not know the length
   * @param ended whether nothing comes after these bytes
   * @return the length of the frame with all that belongs to it, such as a delimiter, 1 or more; it
   *     may be greater than what has arrived. 0 if that is not known yet; then, if the stream has
   *     ended, the frame is incomplete
   * @throws IOException if the bytes are no valid frame; a {@link FrameTooLongException} if it is
   *     longer than allowed
   */
  int length(ByteBuffer arrived, int seen, boolean ended) throws IOException;

  /**
   * Decodes a frame. If it throws, the frame is not received.
   *
   * @param frame the bytes of the frame, as many as {@link #length} has said; read-only, and not to
   *     be used after the return
   * @return what the frame means, not null
   * @throws IOException if the bytes are no valid frame
   */
  T decode(ByteBuffer frame) throws IOException;
}
