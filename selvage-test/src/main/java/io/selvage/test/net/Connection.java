package io.selvage.test.net;

import java.net.SocketAddress;

/** The two ends of a connection. */
final class Connection {
  private final SimulatedNetwork network;
  final SimulatedStream client;
  final SimulatedStream server;
  private final Runnable whenClientEnds; // under the lock of the network
  private boolean clientEnded; // guarded by the lock of the network

  Connection(
      SimulatedNetwork network,
      Link thither,
      Link hither,
      SocketAddress from,
      SocketAddress to,
      Runnable whenClientEnds) {
    this.network = network;
    this.whenClientEnds = whenClientEnds;
    this.client = new SimulatedStream(network, this, thither, from, to);
    this.server = new SimulatedStream(network, this, hither, to, from);
  }

  SimulatedStream peerOf(SimulatedStream end) {
    return end == client ? server : client;
  }

  /** One end is not open any more. Under the lock of the network. */
  void ended() {
    if (!client.isOpen() && !clientEnded) {
      clientEnded = true;
      whenClientEnds.run();
    }
    if (!client.isOpen() && !server.isOpen()) {
      network.forget(this);
    }
  }
}
