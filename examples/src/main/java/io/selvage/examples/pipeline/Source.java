package io.selvage.examples.pipeline;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file, or the standard input. */
interface Source {

  /** {@return how many bytes it has, or -1 if that is not known} */
  long size() throws IOException;

  /** Opens it. */
  SourceReader open() throws IOException;

  /** {@return a file} */
  static Source of(Path path) {
    return new Source() {
      @Override
      public long size() throws IOException {
        return Files.isRegularFile(path) ? Files.size(path) : -1;
      }

      @Override
      public SourceReader open() throws IOException {
        return new SourceReader(FileChannel.open(path));
      }
    };
  }

  /** {@return the standard input, which can be read once} */
  static Source standardInput() {
    return new Source() {
      @Override
      public long size() {
        return -1;
      }

      @Override
      @SuppressWarnings("resource") // the channel belongs to the reader, and closes the stream
      public SourceReader open() {
        return new SourceReader(new FileInputStream(FileDescriptor.in).getChannel());
      }
    };
  }
}
