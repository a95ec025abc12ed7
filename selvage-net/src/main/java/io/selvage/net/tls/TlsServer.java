package io.selvage.net.tls;

import io.selvage.CancelledException;
import io.selvage.kernel.support.Arguments;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * How a program serves encrypted connections. Immutable; {@code withX} returns a copy.
 *
 * {@snippet class="io.selvage.net.tls.TlsSnippets" region="server"}
 *
 * <p>A program keeps one object for many connections, so that clients can resume their sessions.
 * Certificates are replaced while it runs by a supplier that returns others: the next handshake
 * uses them. Connections that exist go on, and sessions that are resumed show no certificate.
 *
 * <p><b>Threads.</b> Any thread may use it. The suppliers of keys are called by the threads that do
 * handshakes, several at once.
 */
public final class TlsServer {
  private final TlsSettings settings;
  private final Supplier<TlsKeys> keys;
  private final Map<String, Supplier<TlsKeys>> named;
  private final TlsTrust trust;
  private final ClientCertificates clients;
  private final SSLContext context;

  private TlsServer(
      TlsSettings settings,
      Supplier<TlsKeys> keys,
      Map<String, Supplier<TlsKeys>> named,
      TlsTrust trust,
      ClientCertificates clients,
      @Nullable SSLContext context) {
    this.settings = settings;
    this.keys = keys;
    this.named = named;
    this.trust = trust;
    this.clients = clients;
    this.context = context == null ? TlsContexts.of(new KeyChooser(keys, named), trust) : context;
  }

  /**
   * {@return a server with one certificate, which asks for no certificates of clients, speaks TLS
   * 1.3 and 1.2, and gives a handshake 10 seconds}
   *
   * @param keys its key and certificates
   */
  public static TlsServer create(TlsKeys keys) {
    Objects.requireNonNull(keys, "keys");
    return create(() -> keys);
  }

  /**
   * {@return a server whose certificate can be replaced}
   *
   * @param keys is asked for the key and the certificates in each handshake, perhaps several times;
   *     must be fast and must not return null. If it throws, that handshake fails
   */
  public static TlsServer create(Supplier<TlsKeys> keys) {
    return new TlsServer(
        TlsSettings.DEFAULTS,
        Objects.requireNonNull(keys, "keys"),
        Map.of(),
        TlsTrust.system(),
        ClientCertificates.NONE,
        null);
  }

  private TlsServer with(TlsSettings changed) {
    return new TlsServer(changed, keys, named, trust, clients, context);
  }

  /**
   * {@return a copy with other keys for clients that ask for this name (SNI)} Clients that ask for
   * a name without keys, or for none, get the first keys.
   *
   * @param name a host name, or {@code *.} and a name for all names one level below it
   * @param keysOfName its key and certificates
   * @throws IllegalArgumentException if the name is empty
   */
  public TlsServer withKeysFor(String name, TlsKeys keysOfName) {
    Objects.requireNonNull(keysOfName, "keysOfName");
    return withKeysFor(name, () -> keysOfName);
  }

  /**
   * {@return a copy with other keys for clients that ask for this name, which can be replaced}
   *
   * @param name a host name, or {@code *.} and a name for all names one level below it
   * @param keysOfName is asked as the one of {@link #create(Supplier)}
   * @throws IllegalArgumentException if the name is empty
   */
  public TlsServer withKeysFor(String name, Supplier<TlsKeys> keysOfName) {
    Map<String, Supplier<TlsKeys>> more = new HashMap<>(named);
    more.put(
        Arguments.name(name, "name").toLowerCase(Locale.ROOT),
        Objects.requireNonNull(keysOfName, "keysOfName"));
    return new TlsServer(settings, keys, Map.copyOf(more), trust, clients, null);
  }

  /**
   * {@return a copy that asks clients for certificates, or does not}
   *
   * @param asked whether it asks
   * @param trusted whose certificates of clients are accepted
   */
  public TlsServer withClientCertificates(ClientCertificates asked, TlsTrust trusted) {
    return new TlsServer(
        settings,
        keys,
        named,
        Objects.requireNonNull(trusted, "trusted"),
        Objects.requireNonNull(asked, "asked"),
        null);
  }

  /**
   * {@return a copy that accepts protocols for the time after the handshake (ALPN)} A client that
   * offers protocols, but none of these, is refused. One that offers none is served.
   *
   * @param names the protocols, for example {@code h2} and {@code http/1.1}, the best one first;
   *     none to agree on nothing
   * @throws IllegalArgumentException if a name is empty or longer than 255 bytes
   */
  public TlsServer withApplicationProtocols(String... names) {
    return with(settings.withApplicationProtocols(names));
  }

  /**
   * {@return a copy that speaks these versions only}
   *
   * @param versions at least one
   * @throws IllegalArgumentException if there is none
   */
  public TlsServer withVersions(TlsVersion... versions) {
    return with(settings.withVersions(versions));
  }

  /**
   * {@return a copy that takes an end of the stream below for an end, also without a farewell of
   * the other end} What was received may not be all then: the protocol above must be able to tell.
   * An end in the middle of a record is a failure anyway.
   */
  public TlsServer withLenientEnd() {
    return with(settings.withLenientEnd());
  }

  /**
   * {@return a copy with another time limit for handshakes}
   *
   * @param limit more than zero; it begins with the handshake
   * @throws IllegalArgumentException if it is not more than zero, or longer than 100 years
   */
  public TlsServer withHandshakeLimit(Duration limit) {
    return with(settings.withHandshakeLimit(limit));
  }

  // ---- serving

  /**
   * Does the handshake with a client that was accepted. Call it in the task of the connection, so
   * that a slow client does not delay other connections.
   *
   * @param accepted the connection, which belongs to the new stream; closed if this throws
   * @return the stream after the handshake, which the caller closes
   * @throws BrokenStreamException if the handshake fails or takes too long
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the connection fails
   */
  public TlsStream accept(ByteStream accepted) throws IOException, InterruptedException {
    Objects.requireNonNull(accepted, "accepted");
    return Handshakes.done(accepted, () -> over(accepted));
  }

  /**
   * {@return a stream over a connection that is there already} Nothing is sent before its
   * handshake.
   *
   * @param transport the connection, which belongs to the new stream; its close closes it
   */
  public TlsStream over(ByteStream transport) {
    Objects.requireNonNull(transport, "transport");
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    settings.apply(parameters);
    switch (clients) {
      case NONE -> parameters.setNeedClientAuth(false);
      case WANTED -> parameters.setWantClientAuth(true);
      case NEEDED -> parameters.setNeedClientAuth(true);
    }
    engine.setSSLParameters(parameters);
    return new TlsStream(transport, engine, settings, "TlsStream of a client");
  }

  @Override
  public String toString() {
    return "TlsServer[client certificates " + clients + ", " + settings + "]";
  }
}
