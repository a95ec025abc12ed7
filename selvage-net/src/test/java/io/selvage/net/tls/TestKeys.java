package io.selvage.net.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The keys and certificates in the resources of the tests; generate.sh beside them makes them. */
final class TestKeys {
  private static final Path FOLDER = Path.of("src/test/resources/io/selvage/net/tls").toAbsolutePath();

  static final TlsTrust CA = trust("ca.pem");
  static final TlsKeys SERVER = keys("server");

  private TestKeys() {}

  static Path file(String name) {
    return FOLDER.resolve(name);
  }

  static TlsKeys keys(String name) {
    try {
      return TlsKeys.pem(file(name + ".pem"), file(name + ".key"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TlsTrust trust(String name) {
    try {
      return TlsTrust.pem(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return a client that trusts the CA of the tests} */
  static TlsClient client() {
    return TlsClient.create().withTrust(CA);
  }

  /** {@return a server for localhost} */
  static TlsServer server() {
    return TlsServer.create(SERVER);
  }
}
