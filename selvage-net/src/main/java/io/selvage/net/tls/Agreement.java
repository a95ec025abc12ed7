package io.selvage.net.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What both ends have agreed on in the handshake. */
record Agreement(SSLSession session, TlsVersion version, Optional<String> applicationProtocol) {

  static Agreement of(SSLEngine engine) {
    SSLSession session = engine.getSession();
    @Nullable String protocol = engine.getApplicationProtocol();
    return new Agreement(
        session,
        TlsVersion.of(session.getProtocol()),
        Optional.ofNullable(protocol).filter(name -> !name.isEmpty()));
  }

  List<X509Certificate> peerCertificates() {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (var certificate : session.getPeerCertificates()) {
        chain.add((X509Certificate) certificate);
      }
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
    return List.copyOf(chain);
  }

  Optional<String> serverName() {
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return Optional.of(host.getAsciiName());
        }
      }
    }
    return Optional.empty();
  }
}
