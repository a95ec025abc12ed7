package io.selvage.bench.echo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The private key and the certificate of the servers: a new one for each run, on the curve P-256,
 * made by the keytool of the JDK. They are in a folder, as PKCS12 and as PEM.
 */
final class EchoKeys {
  /** The only cipher suite that is measured: without that the libraries would choose others. */
  static final String CIPHER = "TLS_AES_128_GCM_SHA256";

  static final String PROTOCOL = "TLSv1.3";

  private static final String ALIAS = "echo";
  private static final String PASSWORD = "password";

  private EchoKeys() {}

  /** Makes them in a folder that is there. */
  static void create(Path folder) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store(folder).toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), US_ASCII);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool has failed: " + said);
    }
    try {
      KeyStore keys = load(folder);
      String text =
          block("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded())
              + block("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
      Files.writeString(pem(folder), text);
    } catch (GeneralSecurityException e) {
      throw new IOException("the new keys cannot be used: " + e.getMessage(), e);
    }
  }

  /** Removes what {@link #create} has made, and the folder. */
  static void delete(Path folder) throws IOException {
    for (Path file : List.of(store(folder), pem(folder), folder)) {
      Files.deleteIfExists(file);
    }
  }

  private static String block(String name, byte[] content) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + name + "-----\n" + base64 + "\n-----END " + name + "-----\n";
  }

  private static Path store(Path folder) {
    return folder.resolve("echo.p12");
  }

  /** {@return the file with the certificate and the private key} */
  static Path pem(Path folder) {
    return folder.resolve("echo.pem");
  }

  private static KeyStore load(Path folder) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(store(folder))) {
      keys.load(file, PASSWORD.toCharArray());
    }
    return keys;
  }

  /** {@return a context of the JDK that serves with these keys} */
  static SSLContext serverContext(Path folder) throws IOException, GeneralSecurityException {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(load(folder), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
