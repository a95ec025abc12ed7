package io.selvage.net.server;

import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** What the tests of servers have in common. */
final class Servers {
  static final Network NETWORK = Network.system();

  private Servers() {}

  static List<SocketListener> listen() throws IOException {
    return List.of(listenOnce());
  }

  static SocketListener listenOnce() throws IOException {
    return NETWORK.listen(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults());
  }

  static SocketStream connect(SocketAddress address) throws IOException, InterruptedException {
    return NETWORK.connect(address, ConnectOptions.defaults());
  }

  static SocketStream connect(Server<?> server) throws IOException, InterruptedException {
    return connect(server.localAddresses().getFirst());
  }

  /** Sends back what it receives. */
  static void echo(ByteStream stream) throws IOException, InterruptedException {
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      stream.sendAll(some);
    }
  }

  /** Whether the peer answers: sends a byte and receives it again. */
  static boolean echoes(SocketStream stream) throws IOException, InterruptedException {
    stream.sendAll(new byte[] {42});
    return stream.receiveExactly(1)[0] == 42;
  }

  /** Throws if the address is in use. */
  static void listenAgain(SocketAddress address) throws IOException {
    NETWORK.listen(address, ListenOptions.defaults()).close();
  }
}
