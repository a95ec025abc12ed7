package io.selvage.service;

import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.channel.PriorityChannel;
import io.selvage.function.ThrowingConsumer;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A mailbox that delivers the message with the highest priority first, and messages of one priority
 * in the order of their arrival.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="priorityMailbox"}
 *
 * <p>A <em>floor</em> holds back messages whose priority is not above it, until it is lifted or the
 * mailbox is closed. A <em>gate</em> is called with each message just before the message is
 * delivered, and may discard it: for example a job that was cancelled.
 *
 * <p><b>Threads.</b> Any thread may call any method. The gate runs on the thread that takes the
 * message.
 *
 * @param <T> the type of the messages, which are never null
 */
public final class PriorityMailbox<T> extends Mailbox<T> {
  private final PriorityChannel<T> channel;
  private final Predicate<? super T> gate;

  /**
   * Creates an open mailbox without a gate; messages that come after it was closed are dropped.
   *
   * @param priority returns the priority of a message; called once for each message, by the
   *     submitting thread
   */
  public PriorityMailbox(ToLongFunction<? super T> priority) {
    this(priority, message -> true);
  }

  /**
   * Creates an open mailbox; messages that come after it was closed are dropped.
   *
   * @param priority returns the priority of a message; called once for each message, by the
   *     submitting thread
   * @param gate called with each message that is about to be delivered; if it returns false, the
   *     message is discarded. An exception of the gate, of whatever class, is thrown by {@link
   *     #get} or {@link #forEach}, and is a failure of an {@link Actor} as one of its handler is;
   *     the message is lost
   */
  public PriorityMailbox(ToLongFunction<? super T> priority, Predicate<? super T> gate) {
    this(
        Channel.options().withLateSend(LateSend.DROP).prioritized(Letters.priority(priority)),
        Objects.requireNonNull(gate, "gate"));
  }

  private PriorityMailbox(PriorityChannel<T> channel, Predicate<? super T> gate) {
    super(channel);
    this.channel = channel;
    this.gate = gate;
  }

  /**
   * Holds back messages whose priority is not above {@code floor}; {@link #drain} takes them
   * anyway.
   *
   * @param floor the priority up to which messages stay
   */
  public void setFloor(long floor) {
    channel.setFloor(floor);
  }

  /**
   * Lifts the floor: nothing is held back any more, and threads that wait are woken for the
   * messages.
   */
  public void liftFloor() {
    channel.liftFloor();
  }

  @Override
  public T get() throws InterruptedException {
    return super.get();
  }

  @Override
  boolean passes(T received) {
    return gate.test(Letters.message(received));
  }

  @Override
  public <X extends Exception> void forEach(ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException {
    handleEach(action);
  }
}
