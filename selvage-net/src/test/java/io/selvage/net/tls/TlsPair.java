package io.selvage.net.tls;

import io.selvage.TaskGroup;
import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.util.List;

/** Both ends of an encrypted connection over the loopback interface. */
record TlsPair(TlsStream client, TlsStream server) implements AutoCloseable {

  /** Without a handshake. */
  static TlsPair create(TlsClient client, TlsServer server) throws IOException {
    List<SocketStream> ends = SocketPairs.connect();
    return new TlsPair(client.over(ends.get(0), "localhost"), server.over(ends.get(1)));
  }

  /** After the handshake. */
  static TlsPair connect(TlsClient client, TlsServer server) throws Exception {
    TlsPair pair = create(client, server);
    TaskGroup.run(
        group -> {
          group.launch("server", pair.server::handshake);
          pair.client.handshake();
        });
    return pair;
  }

  static TlsPair connect() throws Exception {
    return connect(TestKeys.client(), TestKeys.server());
  }

  static TlsPair connect(TlsVersion version) throws Exception {
    return connect(
        TestKeys.client().withVersions(version), TestKeys.server().withVersions(version));
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
  }
}
