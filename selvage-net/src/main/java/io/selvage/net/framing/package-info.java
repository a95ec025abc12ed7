/**
 * Messages over a {@link io.selvage.net.ByteStream}: a frame is a part of the bytes that belongs
 * together, such as a line.
 *
 * <table>
 * <caption>The types</caption>
 * <tr><th>type</th><th>use</th></tr>
 * <tr><td>{@link io.selvage.net.framing.FrameStream}</td><td>receives and sends messages, by itself
 *     or through channels</td></tr>
 * <tr><td>{@link io.selvage.net.framing.LineFormat}</td><td>lines of text</td></tr>
 * <tr><td>{@link io.selvage.net.framing.LengthFormat}</td><td>bytes behind their length</td></tr>
 * <tr><td>{@link io.selvage.net.framing.DelimiterFormat}</td><td>bytes before a delimiter</td></tr>
 * <tr><td>{@link io.selvage.net.framing.FrameFormat}</td><td>for formats of your own</td></tr>
 * <tr><td>{@link io.selvage.net.framing.IoStreams}</td><td>a stream of bytes as an {@link
 *     java.io.InputStream} and an {@link java.io.OutputStream}, for other libraries</td></tr>
 * </table>
 *
 * <p>Every format has a limit. A frame that is longer is refused before memory is used for it.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.net.framing;

import org.jspecify.annotations.NullMarked;
