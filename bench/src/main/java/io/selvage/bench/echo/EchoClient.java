package io.selvage.bench.echo;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that measures an echo server. Each connection sends a message, waits until all of it has
 * come back, and sends the next one. It is a single thread with a selector, the same for all
 * servers.
 */
public final class EchoClient {
  private final Selector selector = Selector.open();
  private final ByteBuffer message;
  private long messages;

  private EchoClient(int size) throws IOException {
    message = ByteBuffer.allocateDirect(size);
  }

  /** One connection. */
  private final class Connection {
    private final Wire wire;
    private final SelectionKey key;
    private final ByteBuffer out = message.duplicate();
    private boolean writing;
    private int missing;

    private Connection(Wire wire) throws IOException {
      this.wire = wire;
      wire.channel().configureBlocking(false);
      this.key = wire.channel().register(selector, SelectionKey.OP_READ, this);
    }

    private void begin() throws IOException {
      out.clear();
      missing = out.remaining();
      go();
    }

    private void go() throws IOException {
      boolean blocked = !wire.write(out);
      if (blocked != writing) {
        writing = blocked;
        key.interestOps(
            blocked ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
      }
    }

    private void ready() throws IOException {
      int count = wire.read();
      if (count < 0) {
        throw new EOFException("the server has closed a connection");
      }
      missing -= count;
      if (missing == 0) {
        messages++;
        begin();
      } else if (writing) {
        go();
      }
    }
  }

  /**
   * Prints how many messages came back in a second.
   *
   * @param arguments the port, the number of connections, the size of a message in bytes, the
   *     seconds to warm up, the seconds to measure, whether the server speaks TLS
   * @throws IOException if a connection fails
   */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    int connections = Integer.parseInt(arguments[1]);
    EchoClient client = new EchoClient(Integer.parseInt(arguments[2]));
    boolean tls = Boolean.parseBoolean(arguments[5]);
    Wire.Connector connector = tls ? Wire.withBuffers(new TlsWire.Engines()) : Wire.plain();
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      all.add(client.new Connection(connector.connect(port)));
    }
    for (Connection connection : all) {
      connection.begin();
    }
    client.run(Double.parseDouble(arguments[3]));
    System.out.println(client.run(Double.parseDouble(arguments[4])));
  }

  /** Returns the rate in this time, or until the first message if that takes longer. */
  private double run(double seconds) throws IOException {
    long begin = System.nanoTime();
    long before = messages;
    long nanos = (long) (seconds * 1e9);
    while (System.nanoTime() - begin < nanos || messages == before) {
      selector.select(this::ready, 100);
    }
    return (messages - before) * 1e9 / (System.nanoTime() - begin);
  }

  private void ready(SelectionKey key) {
    try {
      ((Connection) key.attachment()).ready();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
