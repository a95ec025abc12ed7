package io.selvage.net.framing;

import io.selvage.ClosedResourceException;
import io.selvage.net.ByteStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** See {@link IoStreams#output}. */
final class StreamOutput extends OutputStream {
  private final ByteStream stream;
  private volatile boolean closed;
  private volatile boolean cutShort;

  StreamOutput(ByteStream stream) {
    this.stream = stream;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, Objects.requireNonNull(from, "from").length);
    throwIfUnusable();
    ByteBuffer bytes = ByteBuffer.wrap(from, offset, length);
    try {
      stream.sendAll(bytes);
    } catch (InterruptedException e) {
      int sent = bytes.position() - offset;
      cutShort = sent > 0;
      throw IoStreams.interrupted("a write to " + stream, e, sent);
    } catch (ClosedResourceException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void flush() throws IOException {
    throwIfUnusable(); // there is nothing that was not sent
  }

  private void throwIfUnusable() throws IOException {
    if (closed) {
      throw new IOException("this view of " + stream + " was closed");
    }
    throwIfCutShort();
  }

  private void throwIfCutShort() throws IOException {
    if (cutShort) {
      throw new IOException(
          "an earlier write to " + stream + " was cut short; what comes after it has no meaning");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    throwIfCutShort();
    try {
      stream.closeOutput();
    } catch (InterruptedException e) {
      throw IoStreams.interrupted("the close of " + stream, e, 0);
    }
  }

  @Override
  public String toString() {
    return "OutputStream[" + stream + "]";
  }
}
