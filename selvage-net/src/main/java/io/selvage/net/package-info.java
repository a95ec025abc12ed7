/**
 * Streams of bytes, and the network that they come from.
 *
 * <table>
 * <caption>The types</caption>
 * <tr><th>type</th><th>use</th></tr>
 * <tr><td>{@link io.selvage.net.ByteStream}</td><td>one end of a connection: receive, send, close,
 *     each of which can be cancelled</td></tr>
 * <tr><td>{@link io.selvage.net.Network}</td><td>connects and listens</td></tr>
 * <tr><td>{@link io.selvage.net.ConnectOptions}, {@link io.selvage.net.ListenOptions}</td><td>how
 *     it does that</td></tr>
 * <tr><td>{@link io.selvage.net.SocketStream}, {@link io.selvage.net.SocketListener}</td><td>a
 *     connection, and what accepts connections</td></tr>
 * <tr><td>{@link io.selvage.net.server.Server}</td><td>accepts connections and handles each of
 *     them in a task</td></tr>
 * <tr><td>{@link io.selvage.net.UdpSocket}, {@link io.selvage.net.Datagram}</td><td>sends and
 *     receives datagrams; one of them</td></tr>
 * <tr><td>{@link io.selvage.net.ChannelReadiness}</td><td>waits until a channel of the JDK can be
 *     read or written</td></tr>
 * <tr><td>{@link io.selvage.net.AbstractByteStream}</td><td>the part that all streams have in
 *     common, for streams of your own</td></tr>
 * <tr><td>{@link io.selvage.net.FrameDecoder}</td><td>finds the messages in a stream; {@link
 *     io.selvage.net.framing} has the usual ones</td></tr>
 * <tr><td>{@link io.selvage.net.BrokenStreamException}</td><td>a connection has failed</td></tr>
 * <tr><td>{@link io.selvage.net.FrameTooLongException}</td><td>a message is longer than the program
 *     allows</td></tr>
 * </table>
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.net;

import org.jspecify.annotations.NullMarked;
