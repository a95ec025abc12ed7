package io.selvage.channel;

/** What a broadcast does if a subscriber is slower than the senders. */
public enum Lag {
  /** The sender waits until the slowest subscriber has room. */
  WAIT,
  /** The oldest items are dropped for the slow subscriber, which can read how many. */
  DROP_OLDEST
}
