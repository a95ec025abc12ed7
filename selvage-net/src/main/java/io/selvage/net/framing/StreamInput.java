package io.selvage.net.framing;

import io.selvage.ClosedResourceException;
import io.selvage.net.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** See {@link IoStreams#input}. */
final class StreamInput extends InputStream {
  private final ByteStream stream;
  private volatile boolean closed;

  StreamInput(ByteStream stream) {
    this.stream = stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, Objects.requireNonNull(into, "into").length);
    throwIfClosed();
    try {
      return stream.receive(ByteBuffer.wrap(into, offset, length));
    } catch (InterruptedException e) {
      throw IoStreams.interrupted("a read of " + stream, e, 0);
    } catch (ClosedResourceException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public int available() throws IOException {
    throwIfClosed();
    try {
      return stream.available();
    } catch (ClosedResourceException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void throwIfClosed() throws IOException {
    if (closed) {
      throw new IOException("this view of " + stream + " was closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "InputStream[" + stream + "]";
  }
}
