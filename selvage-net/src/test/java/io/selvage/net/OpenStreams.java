package io.selvage.net;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Streams that a test closes in the end. */
final class OpenStreams implements Closeable {
  private final List<SocketStream> streams = new ArrayList<>();

  void add(SocketStream stream) {
    streams.add(stream);
  }

  int size() {
    return streams.size();
  }

  @Override
  public void close() throws IOException {
    for (SocketStream stream : streams) {
      stream.close();
    }
  }
}
