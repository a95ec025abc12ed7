package io.selvage.net.framing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A format with conversions before and after it. */
record MappedFormat<T, M>(
    FrameFormat<T> inner,
    FrameFormat.Conversion<T, M> read,
    FrameFormat.Conversion<M, T> write)
    implements FrameFormat<M> {

  @Override
  public int length(ByteBuffer arrived, int seen, boolean ended) throws IOException {
    return inner.length(arrived, seen, ended);
  }

  @Override
  public M decode(ByteBuffer frame) throws IOException {
    return Objects.requireNonNull(read.convert(inner.decode(frame)), "what was read");
  }

  @Override
  public ByteBuffer[] encode(M message) throws IOException {
    Objects.requireNonNull(message, "message");
    return inner.encode(Objects.requireNonNull(write.convert(message), "what is written"));
  }

  @Override
  public String toString() {
    return inner + ", converted";
  }
}
