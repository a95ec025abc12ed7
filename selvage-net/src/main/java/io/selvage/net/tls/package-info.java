/**
 * Encrypted streams: TLS 1.2 and 1.3 over any {@link io.selvage.net.ByteStream}, with the engine of
 * the JDK.
 *
 * <table>
 * <caption>The types</caption>
 * <tr><th>type</th><th>use</th></tr>
 * <tr><td>{@link io.selvage.net.tls.TlsClient}</td><td>connects as a client</td></tr>
 * <tr><td>{@link io.selvage.net.tls.TlsServer}</td><td>does the handshake with clients that were
 *     accepted</td></tr>
 * <tr><td>{@link io.selvage.net.tls.TlsStream}</td><td>one end of an encrypted connection</td></tr>
 * <tr><td>{@link io.selvage.net.tls.TlsKeys}, {@link io.selvage.net.tls.TlsTrust}</td><td>who a
 *     program is, and whom it believes; loaded from PEM and PKCS12 files</td></tr>
 * <tr><td>{@link io.selvage.net.tls.ClientCertificates}</td><td>whether a server asks its clients
 *     for certificates</td></tr>
 * <tr><td>{@link io.selvage.net.tls.TlsVersion}</td><td>the versions of the protocol</td></tr>
 * </table>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.net.tls;

import org.jspecify.annotations.NullMarked;
