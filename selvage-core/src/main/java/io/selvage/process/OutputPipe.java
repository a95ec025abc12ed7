package io.selvage.process;

import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An output of a child process, which is read to its end. */
abstract class OutputPipe extends Pipe {
  private static final int CHUNK = 8192;
  private static final int MOST_WAITING = 64; // lines or chunks that were not received yet

  final InputStream stream;

  OutputPipe(InputStream stream) {
    this.stream = stream;
  }

  /** {@return the pipe of an output of this kind, or null if this program does not read it} */
  static @Nullable OutputPipe of(Output output, InputStream stream, ProcessSpec.Streams streams) {
    return switch (output.kind()) {
      case CAPTURE -> new Captured(stream);
      case LINES -> new Lines(stream, streams.charset(), streams.lineLimit());
      case CHUNKS -> new Chunks(stream);
      case INHERIT, DISCARD, FILE, APPEND, MERGE -> null;
    };
  }

  /** Blocks until something was read. Returns false at the end of the output. */
  abstract boolean read() throws IOException;

  /** {@return whether a read would not block} */
  abstract boolean isReady() throws IOException;

  /** Hands over what the last read has read; may wait for a receiver. */
  abstract void deliver() throws IOException, InterruptedException;

  /** Hands over what is left at the end of the output. */
  void deliverRest() throws InterruptedException {}

  @Override
  final void work() throws IOException, InterruptedException {
    while (next()) {
      deliver();
    }
    if (!isGivenUp()) {
      deliverRest();
    }
  }

  /** Returns false at the end of the output, and if it was given up. */
  private boolean next() throws IOException {
    if (!beginsCall()) {
      return false;
    }
    boolean more = false;
    boolean mine;
    try {
      more = (!hasExited() || isReady()) && read();
    } finally {
      mine = endsCall();
    }
    return more && mine;
  }

  @Override
  final void closeEnd() {
    try {
      stream.close();
    } catch (IOException e) {
      // the output was read to its end, or cannot be read
    }
  }

  /** An output that is kept. */
  static final class Captured extends OutputPipe {
    private final ByteArrayOutputStream kept =
        new ByteArrayOutputStream(); // unchanged after the end
    private final byte[] chunk = new byte[CHUNK];
    private int length;

    Captured(InputStream stream) {
      super(stream);
    }

    @Override
    boolean read() throws IOException {
      length = stream.read(chunk);
      return length >= 0;
    }

    @Override
    boolean isReady() throws IOException {
      return stream.available() > 0;
    }

    @Override
    void deliver() {
      kept.write(chunk, 0, length);
    }

    @Override
    void finish(@Nullable Throwable failure) {}

    @Override
    void disregard() {}

    String text(Charset charset) {
      return kept.toString(charset);
    }
  }

  /** An output that goes to a channel. */
  abstract static class Received<T> extends OutputPipe {
    final Channel<T> channel = Channel.options().withLateSend(LateSend.DROP).bounded(MOST_WAITING);

    Received(InputStream stream) {
      super(stream);
    }

    @Override
    void finish(@Nullable Throwable failure) {
      if (failure == null) {
        channel.close();
      } else {
        channel.fail(failure);
      }
    }

    @Override
    void disregard() {
      channel.close("the child process was closed");
    }
  }

  /** An output whose bytes are received as they come. */
  static final class Chunks extends Received<byte[]> {
    private final byte[] chunk = new byte[CHUNK];
    private int length;

    Chunks(InputStream stream) {
      super(stream);
    }

    @Override
    boolean read() throws IOException {
      length = stream.read(chunk);
      return length >= 0;
    }

    @Override
    boolean isReady() throws IOException {
      return stream.available() > 0;
    }

    @Override
    void deliver() throws InterruptedException {
      channel.send(Arrays.copyOf(chunk, length));
    }
  }

  /** An output whose lines are received. */
  static final class Lines extends Received<String> {
    private final Reader reader;
    private final int limit;
    private final char[] chunk = new char[CHUNK];
    private final StringBuilder begun =
        new StringBuilder(); // a line without its end; see Pipe.call
    private int length;
    private boolean afterReturn; // a line feed that comes next belongs to the line before
    private long lines;

    Lines(InputStream stream, Charset charset, int limit) {
      super(stream);
      this.reader = new InputStreamReader(stream, charset);
      this.limit = limit;
    }

    @Override
    boolean read() throws IOException {
      length = reader.read(chunk);
      return length >= 0;
    }

    @Override
    boolean isReady() throws IOException {
      return reader.ready();
    }

    @Override
    void deliver() throws IOException, InterruptedException {
      int from = 0;
      for (int i = 0; i < length; i++) {
        char c = chunk[i];
        if (c == '\n' && afterReturn) {
          from = i + 1;
        } else if (c == '\n' || c == '\r') {
          append(from, i);
          send(begun.toString());
          from = i + 1;
        }
        afterReturn = c == '\r';
      }
      append(from, length);
    }

    private void append(int from, int to) throws IOException {
      if (to - from > limit - begun.length()) {
        throw new IOException(
            "line "
                + (lines + 1)
                + " is longer than "
                + limit
                + " characters: set ProcessSpec.lineLimit, or use Output.chunks()");
      }
      begun.append(chunk, from, to - from);
    }

    private void send(String line) throws InterruptedException {
      begun.setLength(0);
      lines++;
      channel.send(line);
    }

    @Override
    void deliverRest() throws InterruptedException {
      if (!begun.isEmpty()) {
        send(begun.toString());
      }
    }

    @Override
    boolean handOverRest() {
      if (begun.isEmpty() || channel.isClosed() || channel.trySend(begun.toString())) {
        begun.setLength(0);
        return true;
      }
      return false; // the receiver has not got the lines before
    }
  }
}
