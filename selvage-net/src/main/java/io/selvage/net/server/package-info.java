/**
 * Servers: each connection is handled by a task of its own.
 *
 * <table>
 * <caption>The types</caption>
 * <tr><th>type</th><th>use</th></tr>
 * <tr><td>{@link io.selvage.net.server.Server}</td><td>accepts connections, hands them to a
 *     handler, and stops</td></tr>
 * <tr><td>{@link io.selvage.net.server.ServerOptions}</td><td>the name, the limit, the handler of
 *     failures, the protocol on top of the socket</td></tr>
 * <tr><td>{@link io.selvage.net.server.ConnectionHandler}</td><td>the work for one
 *     connection</td></tr>
 * <tr><td>{@link io.selvage.net.server.ConnectionWrapper}</td><td>puts a protocol such as TLS on
 *     top of each connection before it is handled</td></tr>
 * </table>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.net.server;

import org.jspecify.annotations.NullMarked;
