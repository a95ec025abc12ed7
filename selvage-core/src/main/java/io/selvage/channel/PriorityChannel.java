package io.selvage.channel;

/**
 * A channel that delivers the highest priority first, and within one priority in the order of
 * sending.
 *
 * {@snippet class="io.selvage.Snippets" region="priority"}
 *
 * <p>If a <em>floor</em> is set, items whose priority is not above it stay in the channel until the
 * floor is lifted. Closing the channel lifts the floor permanently, so that no item is lost.
 *
 * @param <T> the type of the items, which are never null
 */
public sealed interface PriorityChannel<T> extends Channel<T> permits UnboundedPriorityChannel {

  /**
   * From now on only items with a higher priority than this are received; {@link #drain()} still
   * takes all items. Wakes waiting receivers for the items that can be received now. Any thread;
   * never waits.
   *
   * @param floor the priority up to which items stay
   */
  void setFloor(long floor);

  /** From now on all items are received. Wakes waiting receivers. Any thread; never waits. */
  void liftFloor();
}
