package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loading of keys and certificates. */
@Timeout(30)
class TlsKeysTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "server.pem, server.key, EC",
    "server.pem, server-sec1.key, EC",
    "rsa.pem, rsa.key, RSA",
    "rsa.pem, rsa-pkcs1.key, RSA",
    "ed.pem, ed.key, EdDSA"
  })
  void pemFilesOfEachKindAreLoadedAndUsed(String chain, String key, String kind) throws Exception {
    TlsKeys keys = TlsKeys.pem(TestKeys.file(chain), TestKeys.file(key));
    assertThat(keys.certificates().getFirst().getPublicKey().getAlgorithm()).isEqualTo(kind);
    for (TlsVersion version : TlsVersion.values()) {
      try (TlsPair pair =
          TlsPair.connect(TestKeys.client(), TlsServer.create(keys).withVersions(version))) {
        assertThat(pair.client().peerCertificates()).isEqualTo(keys.certificates());
        assertThat(pair.client().version()).isEqualTo(version);
      }
    }
  }

  @Test
  void oneFileMayHaveTheKeyAndTheChain() throws Exception {
    Path both = folder.resolve("both.pem");
    Files.writeString(
        both,
        "a comment\n"
            + Files.readString(TestKeys.file("chained.key"))
            + Files.readString(TestKeys.file("chained.pem")));
    TlsKeys keys = TlsKeys.pem(both, both);
    assertThat(keys.certificates()).hasSize(2);
    assertThat(keys).hasToString("TlsKeys[CN=Test chained]");
    TlsPair.connect(TestKeys.client(), TlsServer.create(keys)).close();
  }

  @Test
  void aPkcs12FileIsLoaded() throws Exception {
    Path file = TestKeys.file("chained.p12");
    TlsKeys keys = TlsKeys.pkcs12(file, "secret".toCharArray());
    assertThat(keys.certificates()).isEqualTo(TestKeys.keys("chained").certificates());
    TlsPair.connect(TestKeys.client(), TlsServer.create(keys)).close();
    assertThatThrownBy(() -> TlsKeys.pkcs12(file, "wrong".toCharArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + " cannot be read as PKCS12")
        .hasMessageContaining("password");
    assertThatThrownBy(() -> TlsKeys.pkcs12(folder.resolve("none.p12"), new char[0]))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anEncryptedKeyIsRefusedWithAdvice() {
    assertRefused("server.pem", TestKeys.file("server-encrypted.key"), 1, "is encrypted");
    assertRefused("rsa.pem", TestKeys.file("rsa-encrypted.key"), 1, "decrypt it: openssl pkcs8");
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    for (String key : List.of("second.key", "rsa.key", "ed.key")) {
      assertThatThrownBy(() -> TlsKeys.pem(TestKeys.file("server.pem"), TestKeys.file(key)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the private key in " + TestKeys.file(key))
          .hasMessageContaining("does not belong to the first certificate (CN=Test server)");
    }
    assertThatThrownBy(
            () ->
                TlsKeys.of(
                    TestKeys.keys("second").privateKey(), TestKeys.SERVER.certificates()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("privateKey does not belong to the first certificate");
    assertThatThrownBy(() -> TlsKeys.of(TestKeys.SERVER.privateKey(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("certificates must not be empty");
  }

  @Test
  void theTextOfAnErrorNamesTheFileAndTheLine() throws Exception {
    String key = Files.readString(TestKeys.file("server.key"));
    assertRefused("server.pem", write(key.replaceFirst("-----END.*\n", "")), 1, "has no end");
    assertRefused("server.pem", write("x\n" + key.replace("MI", "?I")), 2, "is not Base64");
    assertRefused("server.pem", write("\n\n" + key + key), 8, "a second private key");
    assertRefused("server.pem", write(key.replace("KEY-----\n", "KEY--\n")), 1, "must end with");
    assertRefused("server.pem", write("-----END PRIVATE KEY-----\n"), 1, "without its BEGIN");
    assertRefused(
        "server.pem", write(key.replace(" PRIVATE", " DSA PRIVATE")), 1, "is not supported");
    assertRefused(
        "server.pem",
        write("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        1,
        "no private key of a kind that the JDK knows");
    Path certificate = write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertThatThrownBy(() -> TlsTrust.pem(certificate))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(certificate + ", line 1: this is no certificate");
  }

  @Test
  void aFileWithoutWhatIsNeededIsRefused() throws Exception {
    Path empty = write("nothing\n");
    assertThatThrownBy(() -> TlsTrust.pem(empty))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(empty + " has no certificate")
        .hasMessageContaining("it has no PEM block at all");
    Path server = TestKeys.file("server.pem");
    assertThatThrownBy(() -> TlsKeys.pem(server, server))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(server + " has no private key")
        .hasMessageContaining("it has [CERTIFICATE]");
    assertThatThrownBy(() -> TlsTrust.pem(folder.resolve("missing.pem")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing.pem");
    assertThatThrownBy(() -> TlsTrust.certificates(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trusted must not be empty");
  }

  private Path write(String text) throws IOException {
    return Files.write(Files.createTempFile(folder, "test", ".pem"), text.getBytes(US_ASCII));
  }

  private static void assertRefused(String chain, Path key, int line, String text) {
    assertThatThrownBy(() -> TlsKeys.pem(TestKeys.file(chain), key))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(key + ", line " + line + ": ")
        .hasMessageContaining(text);
  }
}
