package io.selvage.net.tls;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the contexts of the JDK, which keep the sessions that can be resumed. */
final class TlsContexts {
  private TlsContexts() {}

  /**
   * {@return a new context}
   *
   * @param keys null if there are none
   */
  static SSLContext of(@Nullable KeyManager keys, TlsTrust trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManager manager = trust.manager();
      context.init(
          keys == null ? new KeyManager[0] : new KeyManager[] {keys},
          manager == null ? null : new TrustManager[] {manager},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no working TLS: " + e.getMessage(), e);
    }
  }
}
