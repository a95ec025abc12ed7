package io.selvage.channel;

/** What a send to a full bounded channel does. */
public enum Overflow {
  /** It waits until there is room. */
  WAIT,
  /** It removes the oldest item, to make room. */
  DROP_OLDEST,
  /** It drops the item that it was to send. */
  DROP_LATEST,
  /** It throws a {@link ChannelFullException}. */
  THROW
}
