package io.selvage.net.tls;

import io.selvage.kernel.support.Arguments;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates are accepted. Immutable.
 *
 * <p><b>Threads.</b> Any thread may use it.
 */
public final class TlsTrust {
  private static final TlsTrust SYSTEM = new TlsTrust(/* manager= */ null, "the JDK's authorities");
  private static final TlsTrust ANYBODY = new TlsTrust(new Anybody(), "anybody");

  private final @Nullable TrustManager manager;
  private final String what;

  private TlsTrust(@Nullable TrustManager manager, String what) {
    this.manager = manager;
    this.what = what;
  }

  /** {@return trust in the certificate authorities that the JDK knows} */
  public static TlsTrust system() {
    return SYSTEM;
  }

  /**
   * {@return trust in the certificates of a file, and in those that they have signed} Nothing else
   * is trusted.
   *
   * @param file with one or more {@code CERTIFICATE} blocks
   * @throws IOException if the file cannot be read, or has no certificate; the message names the
   *     file, and the line if there is one
   */
  public static TlsTrust pem(Path file) throws IOException {
    return certificates(PemFile.read(file).certificates());
  }

  /**
   * {@return trust in certificates, and in those that they have signed} Nothing else is trusted.
   *
   * @param trusted at least one
   * @throws IllegalArgumentException if there is none
   */
  public static TlsTrust certificates(List<X509Certificate> trusted) {
    List<X509Certificate> copy = Arguments.elements(trusted, "trusted");
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("trusted must not be empty: nobody could be trusted");
    }
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < copy.size(); i++) {
        store.setCertificateEntry("trusted-" + i, copy.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return new TlsTrust(
          factory.getTrustManagers()[0],
          copy.size() + " certificates, the first is " + copy.getFirst().getSubjectX500Principal());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("trusted cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * {@return trust in everybody: any certificate is accepted, for any host name} The bytes are
   * encrypted, but an attacker on the way can be the other end, read everything and change it. For
   * tests and experiments only.
   */
  public static TlsTrust insecurelyAnybody() {
    return ANYBODY;
  }

  /** {@return what the JDK asks; null for its default} */
  @Nullable TrustManager manager() {
    return manager;
  }

  @Override
  public String toString() {
    return "TlsTrust[" + what + "]";
  }

  /** Accepts everything. As it is an extended one, the JDK does not check host names either. */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      Objects.requireNonNull(chain, "chain");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
      Objects.requireNonNull(chain, "chain");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      Objects.requireNonNull(chain, "chain");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      Objects.requireNonNull(chain, "chain");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
      Objects.requireNonNull(chain, "chain");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
      Objects.requireNonNull(chain, "chain");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
