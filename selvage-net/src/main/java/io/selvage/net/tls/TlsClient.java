package io.selvage.net.tls;

import io.selvage.CancelledException;
import io.selvage.kernel.support.Arguments;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.Network;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * How a program makes encrypted connections as a client. Immutable; {@code withX} returns a copy.
 *
 * {@snippet class="io.selvage.net.tls.TlsSnippets" region="client"}
 *
 * <p>The certificate of the server must be signed by an authority that is trusted, and must be for
 * the host that is connected. A program keeps one object for many connections: sessions with the
 * same host and port are resumed, which makes the next handshake shorter. Copies that differ in the
 * trust or in the keys have sessions of their own.
 *
 * <p><b>Threads.</b> Any thread may use it.
 */
public final class TlsClient {
  private final TlsSettings settings;
  private final TlsTrust trust;
  private final @Nullable TlsKeys keys;
  private final @Nullable String serverName;
  private final boolean checksName;
  private final SSLContext context;

  private TlsClient(
      TlsSettings settings,
      TlsTrust trust,
      @Nullable TlsKeys keys,
      @Nullable String serverName,
      boolean checksName,
      @Nullable SSLContext context) {
    this.settings = settings;
    this.trust = trust;
    this.keys = keys;
    this.serverName = serverName;
    this.checksName = checksName;
    this.context =
        context == null
            ? TlsContexts.of(keys == null ? null : new KeyChooser(() -> keys, Map.of()), trust)
            : context;
  }

  /**
   * {@return a client that trusts the authorities that the JDK knows, checks host names, speaks TLS
   * 1.3 and 1.2, and gives a handshake 10 seconds}
   */
  public static TlsClient create() {
    return new TlsClient(TlsSettings.DEFAULTS, TlsTrust.system(), null, null, true, null);
  }

  private TlsClient with(TlsSettings changed) {
    return new TlsClient(changed, trust, keys, serverName, checksName, context);
  }

  /**
   * {@return a copy that trusts others}
   *
   * @param other whose certificates are accepted
   */
  public TlsClient withTrust(TlsTrust other) {
    return new TlsClient(
        settings, Objects.requireNonNull(other, "other"), keys, serverName, checksName, null);
  }

  /**
   * {@return a copy that shows a certificate if the server asks for one}
   *
   * @param own its keys
   */
  public TlsClient withKeys(TlsKeys own) {
    return new TlsClient(
        settings, trust, Objects.requireNonNull(own, "own"), serverName, checksName, null);
  }

  /**
   * {@return a copy that asks every server for this name, and expects it in the certificate,
   * instead of the name of the host that is connected}
   *
   * @param name a host name or an address in text form
   * @throws IllegalArgumentException if it is empty
   */
  public TlsClient withServerName(String name) {
    return new TlsClient(settings, trust, keys, Arguments.name(name, "name"), checksName, context);
  }

  /**
   * {@return a copy that accepts certificates of any trusted server, whatever its name} An attacker
   * with a certificate for another host can be the other end then.
   */
  public TlsClient insecurelyWithAnyName() {
    return new TlsClient(settings, trust, keys, serverName, /* checksName= */ false, context);
  }

  /**
   * {@return a copy that offers protocols for the time after the handshake (ALPN)}
   *
   * @param names the protocols, for example {@code h2} and {@code http/1.1}, the best one first;
   *     none to offer nothing
   * @throws IllegalArgumentException if a name is empty or longer than 255 bytes
   */
  public TlsClient withApplicationProtocols(String... names) {
    return with(settings.withApplicationProtocols(names));
  }

  /**
   * {@return a copy that speaks these versions only}
   *
   * @param versions at least one
   * @throws IllegalArgumentException if there is none
   */
  public TlsClient withVersions(TlsVersion... versions) {
    return with(settings.withVersions(versions));
  }

  /**
   * {@return a copy that takes an end of the stream below for an end, also without a farewell of
   * the other end} Many HTTP servers end so. What was received may not be all then: the protocol
   * above must be able to tell. An end in the middle of a record is a failure anyway.
   */
  public TlsClient withLenientEnd() {
    return with(settings.withLenientEnd());
  }

  /**
   * {@return a copy with another time limit for handshakes}
   *
   * @param limit more than zero; it begins with the handshake
   * @throws IllegalArgumentException if it is not more than zero, or longer than 100 years
   */
  public TlsClient withHandshakeLimit(Duration limit) {
    return with(settings.withHandshakeLimit(limit));
  }

  // ---- connecting

  /**
   * Connects to a host, as {@link Network#connect(String, int)} does, and does the handshake.
   *
   * @param network where the connection comes from
   * @param host a host name or an address in text form
   * @param port 0 to 65535
   * @return the connection after the handshake, which the caller closes
   * @throws IllegalArgumentException if the host is empty, or the port is out of range
   * @throws UnknownHostException if there is no such host
   * @throws BrokenStreamException if the handshake fails or takes too long
   * @throws CancelledException if the calling thread is cancelled, also on entry; nothing is left
   *     open
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if no address of the host can be connected
   */
  public TlsStream connect(Network network, String host, int port)
      throws IOException, InterruptedException {
    Objects.requireNonNull(network, "network");
    SocketStream transport = network.connect(Arguments.name(host, "host"), port);
    return Handshakes.done(transport, () -> over(transport, host, port));
  }

  /**
   * {@return a stream over a connection that is there already} Nothing is sent before its
   * handshake.
   *
   * @param transport the connection, which belongs to the new stream; its close closes it
   * @param host the name of the server, which its certificate must have
   * @throws IllegalArgumentException if the host is empty
   */
  public TlsStream over(ByteStream transport, String host) {
    return over(Objects.requireNonNull(transport, "transport"), Arguments.name(host, "host"), -1);
  }

  private TlsStream over(ByteStream transport, String host, int port) {
    String named = serverName == null ? host : serverName;
    String name = named.endsWith(".") ? named.substring(0, named.length() - 1) : named;
    SSLEngine engine = context.createSSLEngine(name, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    settings.apply(parameters);
    parameters.setEndpointIdentificationAlgorithm(checksName ? "HTTPS" : "");
    parameters.setServerNames(askedFor(name));
    engine.setSSLParameters(parameters);
    return new TlsStream(transport, engine, settings, "TlsStream to " + name);
  }

  /** {@return the name that the server is asked for; none if it is an address in text form} */
  private static List<SNIServerName> askedFor(String name) {
    try {
      var unused = InetAddress.ofLiteral(name);
      return List.of();
    } catch (IllegalArgumentException noAddress) {
      try {
        return List.of(new SNIHostName(name));
      } catch (IllegalArgumentException e) {
        return List.of(); // names with an underscore and the like cannot be asked for
      }
    }
  }

  @Override
  public String toString() {
    return "TlsClient[" + trust + ", " + keys + ", " + settings + "]";
  }
}
