package io.selvage.net.framing;

import io.selvage.kernel.ThreadRecord;
import io.selvage.net.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * A {@link ByteStream} as the streams of {@code java.io}, for libraries that want those.
 *
 * {@snippet class="io.selvage.net.framing.FramingSnippets" region="ioStreams"}
 *
 * <p><b>Interruption.</b> A call of a thread that is cancelled or was interrupted throws an {@link
 * InterruptedIOException}, whose cause is the exception of the library. The cancellation or the
 * interrupt is kept: the next operation of the library throws it, and a blocking call of the JDK is
 * interrupted. So code that retries after an {@link IOException} does not go on for ever, and the
 * scope recognises its cancellation whichever of the two exceptions arrives there. {@link
 * InterruptedIOException#bytesTransferred} says how many bytes a write has sent. A read has taken
 * nothing.
 */
public final class IoStreams {
  private IoStreams() {}

  /**
   * {@return the receiving half of a stream} It takes from the stream only what it returns, so the
   * stream itself can be used between two calls. {@link InputStream#available} says what can be
   * read without waiting. Its {@link InputStream#close} ends this view only: the owner of the
   * stream closes it.
   *
   * @param stream to receive from
   */
  public static InputStream input(ByteStream stream) {
    return new StreamInput(Objects.requireNonNull(stream, "stream"));
  }

  /**
   * {@return the sending half of a stream} Each write is sent at once; a {@link
   * java.io.BufferedOutputStream} around it collects small ones. Its {@link OutputStream#close}
   * closes the output of the stream: the other end receives what was written, and then the end.
   * After a write that was cut short by an interrupt, every further call throws an {@link
   * IOException}, and the close does not pretend that the output was complete.
   *
   * @param stream to send to
   */
  public static OutputStream output(ByteStream stream) {
    return new StreamOutput(Objects.requireNonNull(stream, "stream"));
  }

  /**
   * {@return what a call throws instead of an interruption that it has just found} The interruption
   * is kept for the next operation.
   */
  static InterruptedIOException interrupted(String call, InterruptedException found, long sent) {
    InterruptedIOException thrown =
        new InterruptedIOException(
            call + " was " + (sent > 0 ? "cut short after " + sent + " bytes" : "interrupted"));
    thrown.initCause(found);
    thrown.bytesTransferred = (int) Math.min(Integer.MAX_VALUE, sent);
    ThreadRecord.current().redeliver(found);
    return thrown;
  }
}
