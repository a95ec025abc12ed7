package io.selvage.channel;

/** What a send to a closed channel does. */
public enum LateSend {
  /** The send throws {@link io.selvage.ClosedResourceException}. */
  THROW,
  /** The item is dropped and counted. */
  DROP
}
