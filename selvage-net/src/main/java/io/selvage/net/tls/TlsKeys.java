package io.selvage.net.tls;

import io.selvage.kernel.support.Arguments;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A private key and the chain of certificates that belongs to it: a server, or a client, proves its
 * identity by them. Immutable.
 *
 * {@snippet class="io.selvage.net.tls.TlsSnippets" region="server"}
 *
 * <p><b>Threads.</b> Any thread may use it.
 */
public final class TlsKeys {
  private static final AtomicLong COUNT = new AtomicLong();

  private final PrivateKey privateKey;
  private final List<X509Certificate> certificates;
  private final String alias = "keys-" + COUNT.incrementAndGet();

  private TlsKeys(PrivateKey privateKey, List<X509Certificate> certificates) {
    this.privateKey = privateKey;
    this.certificates = certificates;
  }

  /**
   * {@return keys that were loaded elsewhere}
   *
   * @param privateKey an RSA, EC or EdDSA key
   * @param certificates its own certificate first, then that of its issuer and so on; the root may
   *     be missing
   * @throws IllegalArgumentException if there is no certificate, or the key does not belong to the
   *     first one
   */
  public static TlsKeys of(PrivateKey privateKey, List<X509Certificate> certificates) {
    Objects.requireNonNull(privateKey, "privateKey");
    List<X509Certificate> chain = Arguments.elements(certificates, "certificates");
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("certificates must not be empty");
    }
    String wrong = mismatch(privateKey, chain.getFirst());
    if (wrong != null) {
      throw new IllegalArgumentException("privateKey " + wrong);
    }
    return new TlsKeys(privateKey, chain);
  }

  /**
   * Loads PEM files. The key may be of the form {@code PRIVATE KEY} (PKCS8), {@code RSA PRIVATE
   * KEY} or {@code EC PRIVATE KEY}, and must not be encrypted.
   *
   * @param chain the file with the certificates: its own first, then that of its issuer and so on
   * @param privateKey the file with the private key; may be the same
   * @return the keys
   * @throws IOException if a file cannot be read, something is missing or not valid, or the key
   *     does not belong to the first certificate; the message names the file, and the line if there
   *     is one
   */
  public static TlsKeys pem(Path chain, Path privateKey) throws IOException {
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(privateKey, "privateKey");
    List<X509Certificate> certificates = PemFile.read(chain).certificates();
    PrivateKey key = PemFile.read(privateKey).privateKey();
    String wrong = mismatch(key, certificates.getFirst());
    if (wrong != null) {
      throw new IOException("the private key in " + privateKey + " " + wrong + " in " + chain);
    }
    return new TlsKeys(key, List.copyOf(certificates));
  }

  /**
   * Loads a PKCS12 file with one private key.
   *
   * @param file the file
   * @param password of the file and of the key in it
   * @return the keys
   * @throws IOException if the file cannot be read or the password is wrong, or if it does not have
   *     exactly one private key with its certificates; the message names the file
   */
  public static TlsKeys pkcs12(Path file, char[] password) throws IOException {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(password, "password");
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      return of(file, store, password);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " cannot be used: " + e.getMessage(), e);
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      throw message.contains(file.toString())
          ? e
          : new IOException(file + " cannot be read as PKCS12: " + message, e);
    }
  }

  private static TlsKeys of(Path file, KeyStore store, char[] password)
      throws GeneralSecurityException, IOException {
    List<String> names = new ArrayList<>();
    for (String name : Collections.list(store.aliases())) {
      if (store.isKeyEntry(name)) {
        names.add(name);
      }
    }
    if (names.size() != 1) {
      throw new IOException(file + " must have exactly one private key, has " + names);
    }
    List<X509Certificate> chain = new ArrayList<>();
    Certificate[] stored = store.getCertificateChain(names.getFirst());
    for (Certificate certificate : stored == null ? new Certificate[0] : stored) {
      chain.add((X509Certificate) certificate);
    }
    if (!(store.getKey(names.getFirst(), password) instanceof PrivateKey key) || chain.isEmpty()) {
      throw new IOException(file + " has no private key with certificates: " + names);
    }
    return new TlsKeys(key, List.copyOf(chain));
  }

  /** Returns null if the key belongs to the certificate, otherwise what is wrong. */
  private static @Nullable String mismatch(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
          default -> null;
        };
    if (algorithm == null) {
      return null; // of a provider that we do not know
    }
    try {
      byte[] text = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(text);
      if (signature.verify(signed)) {
        return null;
      }
    } catch (GeneralSecurityException e) {
      // of another kind
    }
    return "does not belong to the first certificate ("
        + certificate.getSubjectX500Principal()
        + ")";
  }

  /** {@return the certificates, its own first} */
  public List<X509Certificate> certificates() {
    return certificates;
  }

  PrivateKey privateKey() {
    return privateKey;
  }

  /** {@return a name that no other keys of this process have} */
  String alias() {
    return alias;
  }

  /** {@return whether it can be used where the JDK asks for keys of this type} */
  boolean isOf(String keyType) {
    String algorithm = privateKey.getAlgorithm();
    return switch (algorithm) {
      case "Ed25519", "Ed448" -> keyType.equals("EdDSA");
      default -> keyType.equals(algorithm);
    };
  }

  @Override
  public String toString() {
    return "TlsKeys[" + certificates.getFirst().getSubjectX500Principal() + "]";
  }
}
