package io.selvage.channel;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A bounded channel with {@link Overflow#THROW} was full: the item was not sent. */
public final class ChannelFullException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message names the channel and its capacity
   */
  public ChannelFullException(@Nullable String message) {
    super(message);
  }
}
