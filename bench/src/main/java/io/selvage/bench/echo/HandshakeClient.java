package io.selvage.bench.echo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that measures handshakes: each thread connects, does a full handshake, sends a short
 * message, waits for its echo, and closes, again and again.
 */
public final class HandshakeClient {
  private static final int SIZE = 100;

  private final int port;
  private final TlsWire.Engines engines = new TlsWire.Engines();
  private final AtomicLong connections = new AtomicLong();
  private final CountDownLatch first;

  private HandshakeClient(int port, int threads) throws IOException {
    this.port = port;
    this.first = new CountDownLatch(threads);
  }

  /**
   * Prints how many connections were made in a second.
   *
   * @param arguments the port, the number of threads, the seconds to warm up after each of them has
   *     made a connection, the seconds to measure
   * @throws IOException if there is no BoringSSL
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int threads = Integer.parseInt(arguments[1]);
    HandshakeClient client = new HandshakeClient(Integer.parseInt(arguments[0]), threads);
    for (int i = 0; i < threads; i++) {
      Thread.ofPlatform().daemon().start(client::connectForEver);
    }
    client.first.await();
    client.run(Double.parseDouble(arguments[2]));
    System.out.println(client.run(Double.parseDouble(arguments[3])));
  }

  private double run(double seconds) throws InterruptedException {
    long begin = System.nanoTime();
    long before = connections.get();
    Thread.sleep((long) (seconds * 1e3));
    return (connections.get() - before) * 1e9 / (System.nanoTime() - begin);
  }

  private void connectForEver() {
    ByteBuffer message = ByteBuffer.allocateDirect(SIZE);
    Wire.Connector connector = Wire.sharingBuffers(engines);
    try {
      connect(connector, message);
      first.countDown();
      while (true) {
        connect(connector, message);
      }
    } catch (IOException e) {
      Runtime.getRuntime().halt(failed(e));
    }
  }

  private void connect(Wire.Connector connector, ByteBuffer message) throws IOException {
    Wire wire = connector.connect(port);
    wire.echo(message);
    wire.close();
    connections.incrementAndGet();
  }

  private static int failed(IOException failure) {
    new UncheckedIOException("a connection has failed", failure).printStackTrace();
    return 1;
  }
}
