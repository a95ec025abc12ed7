package io.selvage.channel;

import java.util.function.ToLongFunction;

/** An unbounded channel over a heap instead of a ring. */
final class UnboundedPriorityChannel<T> extends BufferedChannel<T> implements PriorityChannel<T> {
  private final PriorityBuffer<T> buffer; // guarded by the channel's lock

  UnboundedPriorityChannel(ChannelOptions options, ToLongFunction<? super T> priority) {
    this(options, new PriorityBuffer<>(priority));
  }

  private UnboundedPriorityChannel(ChannelOptions options, PriorityBuffer<T> buffer) {
    super(options, buffer, Integer.MAX_VALUE, Overflow.WAIT, null);
    this.buffer = buffer;
  }

  @Override
  public void setFloor(long floor) {
    reorder(() -> buffer.setFloor(floor));
  }

  @Override
  public void liftFloor() {
    reorder(buffer::liftFloor);
  }
}
