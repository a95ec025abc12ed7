package io.selvage.examples.pipeline;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file or of the standard input, as UTF-8. An interrupt ends a read that blocks,
 * because a file channel is interruptible.
 */
final class SourceReader implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final BufferedReader reader;
  private long bytes;

  SourceReader(FileChannel channel) {
    this.channel = channel;
    this.reader =
        new BufferedReader(
            Channels.newReader(
                new Counting(),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE),
                BUFFER));
  }

  private final class Counting implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer target) throws IOException {
      int read = channel.read(target);
      bytes += Math.max(0, read);
      return read;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Returns null at the end. */
  @Nullable String readLine() throws IOException {
    return reader.readLine();
  }

  /** {@return how many bytes have been read} */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
