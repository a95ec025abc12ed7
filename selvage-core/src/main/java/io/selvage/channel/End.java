package io.selvage.channel;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.kernel.support.ForeignThrowable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a channel, a broadcast or a watched value has ended.
 *
 * @param reason the reason that exceptions tell
 * @param cause the failure, or null if it was closed
 */
record End(String reason, @Nullable Throwable cause) {

  /** {@return the end by a close} */
  static End closed(String reason) {
    return new End(Objects.requireNonNull(reason, "reason"), null);
  }

  /** {@return the end by a failure} Its message is shortened: each exception copies it. */
  static End failed(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    String message = ForeignThrowable.messageOf(cause);
    return new End(
        message == null ? cause.getClass().getName() : ForeignThrowable.shortened(message), cause);
  }

  /** {@return what a receiver gets after the last item} */
  RuntimeException toException() {
    return cause == null
        ? new EndOfStreamException(reason)
        : new BrokenResourceException(reason, cause);
  }

  /**
   * {@return what a sender gets}
   *
   * @param operation that is refused, such as "send on closed channel"
   */
  ClosedResourceException toRefusal(String operation) {
    ClosedResourceException refusal = new ClosedResourceException(operation + ": " + reason);
    if (cause != null) {
      refusal.initCause(cause);
    }
    return refusal;
  }
}
