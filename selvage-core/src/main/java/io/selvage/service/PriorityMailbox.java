package io.selvage.service;

import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.channel.PriorityChannel;
import io.selvage.function.ThrowingConsumer;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A mailbox that gives out the most important message first, and messages of one priority in the
 * order of their arrival.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="priorityMailbox"}
 *
 * <p>A <em>floor</em> parks what is not above it, until it is lifted or the mailbox is closed. A
 * <em>gate</em> looks at each message just before it is given out, and may consume it: cancelled
 * jobs, for instance.
 *
 * <p><b>Threads.</b> Any thread may call anything. The gate runs on the thread that takes.
 *
 * @param <T> the type of the messages, which are never null
 */
public final class PriorityMailbox<T> extends Mailbox<T> {
  private final PriorityChannel<T> channel;
  private final Predicate<? super T> gate;

  /**
   * Creates an open one without a gate; messages that come after it was closed are dropped.
   *
   * @param priority of a message; called once for each, by who submits it
   */
  public PriorityMailbox(ToLongFunction<? super T> priority) {
    this(priority, message -> true);
  }

  /**
   * Creates an open one; messages that come after it was closed are dropped.
   *
   * @param priority of a message; called once for each, by who submits it
   * @param gate called with each message that is about to be given out; one for which it returns
   *     false is consumed. What it throws comes out of {@link #get}, and the message is gone
   */
  public PriorityMailbox(ToLongFunction<? super T> priority, Predicate<? super T> gate) {
    this(
        Channel.options().withLateSend(LateSend.DROP).prioritized(priority),
        Objects.requireNonNull(gate, "gate"));
  }

  private PriorityMailbox(PriorityChannel<T> channel, Predicate<? super T> gate) {
    super(channel);
    this.channel = channel;
    this.gate = gate;
  }

  /**
   * Parks messages whose priority is not above {@code floor}; {@link #drain} takes them all the
   * same.
   *
   * @param floor the priority up to which messages stay
   */
  public void setFloor(long floor) {
    channel.setFloor(floor);
  }

  /** Parks nothing any more, and wakes who waits for what was parked. */
  public void liftFloor() {
    channel.liftFloor();
  }

  @Override
  public T get() throws InterruptedException {
    while (true) {
      T message = super.get();
      if (gate.test(message)) {
        return message;
      }
    }
  }

  @Override
  public <X extends Exception> void forEach(ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    while (true) {
      T message;
      try {
        message = get();
      } catch (EndOfStreamException e) {
        return;
      }
      action.accept(message);
    }
  }
}
