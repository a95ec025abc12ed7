package io.selvage.channel;

import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Trigger;
import org.jspecify.annotations.Nullable;

/** A send as a clause of a select. While it waits, it carries itself as the offer. */
final class SendChoice<T> extends Choice implements Trigger, ChannelState.Offer<T> {
  private final ChannelState<T> state;
  private final BufferedChannel<T> channel;
  private final T item;
  private final long key;
  private WaitQueue.@Nullable Entry claimed;
  private @Nullable T victim;
  private @Nullable RuntimeException refusal;

  SendChoice(ChannelState<T> state, BufferedChannel<T> channel, T item, long key) {
    this.state = state;
    this.channel = channel;
    this.item = item;
    this.key = key;
  }

  @Override
  public T item() {
    return item;
  }

  @Override
  public void accepted(long number) {}

  @Override
  public SpinLock lock() {
    return state.lock;
  }

  @Override
  protected boolean tryNow() {
    try {
      if (state.put(item, key) == ChannelState.MUST_WAIT) {
        return false;
      }
    } catch (RuntimeException refused) { // the clause is possible; its result is this exception
      refusal = refused;
    }
    claimed = state.takeClaimed();
    victim = state.takeVictim();
    return true;
  }

  @Override
  protected boolean join() {
    carry(this);
    state.senders.add(this);
    return true;
  }

  @Override
  protected void leave() {
    state.senders.remove(this);
  }

  @Override
  protected void wakeOthers() {
    WaitQueue.signalAll(claimed);
    if (victim != null) {
      channel.dropped(victim);
    }
  }

  @Override
  public @Nullable Object result() {
    if (carried() instanceof End how) {
      var unused = channel.refuse(item, how);
    }
    if (refusal != null) {
      throw refusal;
    }
    return null;
  }

  @Override
  public String toString() {
    return "send to " + channel;
  }
}
