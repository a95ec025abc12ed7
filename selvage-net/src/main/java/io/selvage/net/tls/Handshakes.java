package io.selvage.net.tls;

import io.selvage.net.ByteStream;
import java.io.IOException;
import java.util.function.Supplier;

/** Does handshakes of connections that are closed if it fails. */
final class Handshakes {
  private Handshakes() {}

  /** {@return the stream after its handshake; closes the transport if this throws} */
  static TlsStream done(ByteStream transport, Supplier<TlsStream> make)
      throws IOException, InterruptedException {
    try {
      TlsStream stream = make.get();
      stream.handshake();
      return stream;
    } catch (Throwable failure) {
      try {
        transport.close();
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
  }
}
