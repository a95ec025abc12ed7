package io.selvage.bench.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A client whose connections are idle after a few messages. */
public final class IdleClient {
  static final int SIZE = 1024;
  static final String READY = "ready";

  private IdleClient() {}

  /**
   * Connects, sends messages, and prints {@link #READY}. At the end of the standard input it closes
   * all connections, and ends when the server has closed them, too.
   *
   * @param arguments the port, the number of connections, the number of messages on each, whether
   *     the server speaks TLS
   * @throws IOException if a connection fails
   */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    int connections = Integer.parseInt(arguments[1]);
    int messages = Integer.parseInt(arguments[2]);
    boolean tls = Boolean.parseBoolean(arguments[3]);
    Wire.Connector connector = tls ? Wire.sharingBuffers(new TlsWire.Engines()) : Wire.plain();
    ByteBuffer message = ByteBuffer.allocateDirect(SIZE);
    List<Wire> all = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Wire wire = connector.connect(port);
      for (int j = 0; j < messages; j++) {
        wire.echo(message);
      }
      all.add(wire);
    }
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // until the end
    }
    for (Wire wire : all) {
      wire.close();
    }
  }
}
