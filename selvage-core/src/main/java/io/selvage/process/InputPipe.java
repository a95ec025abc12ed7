package io.selvage.process;

import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The input of a child process, which is written until its end. */
abstract class InputPipe extends Pipe {
  private static final int MOST_WAITING = 16;

  private final OutputStream stream;

  InputPipe(OutputStream stream) {
    this.stream = stream;
  }

  /** {@return the pipe of an input of this kind, or null if this program does not write it} */
  static @Nullable InputPipe of(Input input, OutputStream stream, Charset charset) {
    return switch (input.kind()) {
      case TEXT, BYTES -> new Content(stream, input.content(charset));
      case LINES -> new Sent<String>(stream, line -> (line + "\n").getBytes(charset));
      case CHUNKS -> new Sent<byte[]>(stream, chunk -> chunk);
      case NONE, INHERIT, FILE -> null;
    };
  }

  final void write(byte[] bytes) throws IOException {
    begin();
    try {
      stream.write(bytes);
    } finally {
      var unused = endsCall(); // if it was given up, the next call says so
    }
  }

  final void flush() throws IOException {
    begin();
    try {
      stream.flush();
    } finally {
      var unused = endsCall();
    }
  }

  private void begin() throws IOException {
    if (!beginsCall()) {
      throw new IOException("the input was given up");
    }
  }

  @Override
  final void closeEnd() {
    try {
      stream.close();
    } catch (IOException e) {
      // the process has closed its input, or has ended
    }
  }

  /**
   * An input that is known from the beginning. A process that does not read all of it may do so.
   */
  static final class Content extends InputPipe {
    private final byte[] content;

    Content(OutputStream stream, byte[] content) {
      super(stream);
      this.content = content;
    }

    @Override
    void work() throws IOException {
      write(content);
      flush();
    }

    @Override
    void finish(@Nullable Throwable failure) {}

    @Override
    void disregard() {}
  }

  /** An input that comes from a channel. */
  static final class Sent<T> extends InputPipe {
    final Channel<T> channel = Channel.bounded(MOST_WAITING);
    private final Function<T, byte[]> encoding;

    Sent(OutputStream stream, Function<T, byte[]> encoding) {
      super(stream);
      this.encoding = encoding;
    }

    @Override
    void work() throws IOException, InterruptedException {
      try {
        while (true) {
          T item = channel.tryReceive().orElse(null);
          if (item == null) {
            flush();
            item = channel.receive();
          }
          write(encoding.apply(item));
        }
      } catch (EndOfStreamException e) {
        flush();
      }
    }

    @Override
    void finish(@Nullable Throwable failure) {
      channel.fail(
          failure == null ? new IOException("the input of the process has ended") : failure);
      var unused = channel.drain();
    }

    @Override
    void disregard() {
      channel.close("the child process was closed");
    }

    @Override
    void processExited() {
      channel.fail(new IOException("the process has ended"));
    }
  }
}
