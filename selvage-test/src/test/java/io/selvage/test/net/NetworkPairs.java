package io.selvage.test.net;

import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.test.connection.StreamPair;
import java.io.IOException;
import java.net.SocketAddress;

/** Connections for tests. */
final class NetworkPairs {
  private NetworkPairs() {}

  /** {@return the client's and the server's end of a new connection} */
  static StreamPair<SocketStream> connect(Network client, Network server, SocketAddress at)
      throws IOException, InterruptedException {
    try (SocketListener listener = server.listen(at, ListenOptions.defaults())) {
      return connect(client, listener);
    }
  }

  /** {@return the client's and the server's end of a new connection} */
  static StreamPair<SocketStream> connect(Network client, SocketListener listener)
      throws IOException, InterruptedException {
    return TaskGroup.call(
        group -> {
          Task<SocketStream> accepted = group.fork("accept", listener::accept);
          SocketStream connected =
              client.connect(listener.localAddress(), ConnectOptions.defaults());
          return new StreamPair<>(connected, accepted.join());
        });
  }
}
