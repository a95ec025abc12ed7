package io.selvage.channel;

import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Selectable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A receive as a clause of a select. It carries the item, or the end of the channel. */
final class ReceiveChoice<T> extends Choice implements Selectable<T> {
  private final ChannelState<T> state;
  private final Channel<T> channel;
  private final boolean nullAtEnd;
  private WaitQueue.@Nullable Entry claimed;

  ReceiveChoice(ChannelState<T> state, Channel<T> channel, boolean nullAtEnd) {
    this.state = state;
    this.channel = channel;
    this.nullAtEnd = nullAtEnd;
  }

  @Override
  public SpinLock lock() {
    return state.lock;
  }

  @Override
  protected boolean tryNow() {
    T item = state.take();
    carry(item == null ? state.end() : item);
    claimed = state.takeClaimed();
    return carried() != null;
  }

  @Override
  protected boolean join() {
    state.receivers.add(this);
    return true;
  }

  @Override
  protected void leave() {
    state.receivers.remove(this);
  }

  @Override
  protected void wakeOthers() {
    WaitQueue.signalAll(claimed);
  }

  @Override
  public @Nullable Object result() {
    Object value = Objects.requireNonNull(carried());
    if (value instanceof End how) {
      if (nullAtEnd && how.cause() == null) {
        return null;
      }
      throw how.toException();
    }
    return value;
  }

  @Override
  public String toString() {
    return "receive from " + channel;
  }
}
