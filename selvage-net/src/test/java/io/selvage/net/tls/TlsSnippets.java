package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.selvage.net.Network;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/** The examples in the Javadoc of this package. {@link TlsSnippetsTest} runs them. */
final class TlsSnippets {
  private TlsSnippets() {}

  static String ask(Network network, int port, Path authority)
      throws IOException, InterruptedException {
    // @start region="client"
    TlsClient client = TlsClient.create().withTrust(TlsTrust.pem(authority));
    try (TlsStream stream = client.connect(network, "localhost", port)) {
      stream.sendAll("name?\n".getBytes(US_ASCII));
      byte[] reply = stream.receiveUntil(new byte[] {'\n'}, 1_000);
      return new String(reply, US_ASCII);
    }
    // @end
  }

  static void answer(SocketStream accepted, Path chain, Path key)
      throws IOException, InterruptedException {
    // @start region="server"
    AtomicReference<TlsKeys> keys = new AtomicReference<>(TlsKeys.pem(chain, key));
    TlsServer server = TlsServer.create(keys::get); // keys.set(...) replaces the certificate
    try (TlsStream stream = server.accept(accepted)) {
      byte[] question = stream.receiveUntil(new byte[] {'\n'}, 1_000);
      stream.sendAll((new String(question, US_ASCII) + " Selvage\n").getBytes(US_ASCII));
    }
    // @end
  }
}
