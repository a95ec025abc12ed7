package io.selvage.net.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Tells the JDK in each handshake which keys to use. */
final class KeyChooser extends X509ExtendedKeyManager {
  /*
   * Protocol. The JDK chooses an alias first, and asks for the key and the certificates of that alias right after it. Keys may be replaced in between, so
   * those that were chosen last are remembered. Guarded by the monitor of chosen.
   */
  private static final int MOST_CHOSEN = 1_024;

  private final Supplier<TlsKeys> keys;
  private final Map<String, Supplier<TlsKeys>> named;

  @SuppressWarnings("serial") // never serialized
  private final Map<String, TlsKeys> chosen =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, TlsKeys> eldest) {
          return size() > MOST_CHOSEN;
        }
      };

  /**
   * Creates it.
   *
   * @param keys for all names that are not in {@code named}
   * @param named by the name of the server, in lower case
   */
  KeyChooser(Supplier<TlsKeys> keys, Map<String, Supplier<TlsKeys>> named) {
    this.keys = keys;
    this.named = named;
  }

  private @Nullable String choose(Supplier<TlsKeys> from, List<String> keyTypes) {
    TlsKeys now = Objects.requireNonNull(from.get(), "the supplier of the keys returned null");
    if (keyTypes.stream().noneMatch(now::isOf)) {
      return null;
    }
    synchronized (chosen) {
      chosen.put(now.alias(), now);
    }
    return now.alias();
  }

  private @Nullable TlsKeys chosen(String alias) {
    synchronized (chosen) {
      return chosen.get(alias);
    }
  }

  private Supplier<TlsKeys> forNameIn(SSLEngine engine) {
    if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
      for (SNIServerName name : session.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return forName(host.getAsciiName().toLowerCase(Locale.ROOT));
        }
      }
    }
    return keys;
  }

  private Supplier<TlsKeys> forName(String name) {
    Supplier<TlsKeys> exact = named.get(name);
    if (exact != null) {
      return exact;
    }
    int dot = name.indexOf('.');
    Supplier<TlsKeys> wild = dot < 0 ? null : named.get("*" + name.substring(dot));
    return wild == null ? keys : wild;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return choose(forNameIn(engine), List.of(keyType));
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    return choose(keys, List.of(keyTypes));
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    TlsKeys of = chosen(alias);
    return of == null ? null : of.certificates().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    TlsKeys of = chosen(alias);
    return of == null ? null : of.privateKey();
  }

  // ---- of sockets of the JDK, which are not used

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
