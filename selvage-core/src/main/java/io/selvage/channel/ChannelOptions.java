package io.selvage.channel;

import io.selvage.kernel.support.Arguments;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The options of channels, and the methods that create channels with them: begin with {@link
 * Channel#options()}.
 *
 * {@snippet class="io.selvage.Snippets" region="channelOptions"}
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class ChannelOptions {
  static final ChannelOptions DEFAULT = new ChannelOptions(null, LateSend.THROW);

  private final @Nullable String name;
  private final LateSend lateSend;

  private ChannelOptions(@Nullable String name, LateSend lateSend) {
    this.name = name;
    this.lateSend = lateSend;
  }

  /**
   * {@return options with a name, which appears in messages and dumps}
   *
   * @param newName not empty
   * @throws IllegalArgumentException if the name is empty
   */
  public ChannelOptions withName(String newName) {
    return new ChannelOptions(Arguments.name(newName, "newName"), lateSend);
  }

  /**
   * {@return options that define the effect of a send after the close}
   *
   * @param newLateSend the effect of such a send; the default is {@link LateSend#THROW}
   */
  public ChannelOptions withLateSend(LateSend newLateSend) {
    return new ChannelOptions(name, Objects.requireNonNull(newLateSend, "newLateSend"));
  }

  /**
   * {@return a new channel without a buffer: a send waits until a receiver takes its item}
   *
   * @param <T> the type of the items
   */
  public <T> Channel<T> rendezvous() {
    return new BufferedChannel<>(this, new Buffer.Fifo<>(), 0, Overflow.WAIT, null);
  }

  /**
   * {@return a new channel with a buffer: a send waits while the buffer is full}
   *
   * @param <T> the type of the items
   * @param capacity how many items the buffer takes; 1 or more
   * @throws IllegalArgumentException if it is less
   */
  public <T> Channel<T> bounded(int capacity) {
    return bounded(capacity, Overflow.WAIT);
  }

  /**
   * {@return a new channel with a buffer}
   *
   * @param <T> the type of the items
   * @param capacity how many items the buffer takes; 1 or more
   * @param overflow what a send does when the buffer is full
   * @throws IllegalArgumentException if the capacity is less
   */
  public <T> Channel<T> bounded(int capacity, Overflow overflow) {
    return new BufferedChannel<>(
        this,
        new Buffer.Fifo<>(),
        positive(capacity),
        Objects.requireNonNull(overflow, "overflow"),
        null);
  }

  /**
   * {@return a new channel with a buffer, and a callback for the items that it drops}
   *
   * @param <T> the type of the items
   * @param capacity how many items the buffer takes; 1 or more
   * @param overflow what a send does when the buffer is full
   * @param onDrop called with each item that was dropped, for example to close it; by the sending
   *     thread, after the send was done. An exception of it is logged
   * @throws IllegalArgumentException if the capacity is less
   */
  public <T> Channel<T> bounded(int capacity, Overflow overflow, Consumer<? super T> onDrop) {
    return new BufferedChannel<>(
        this,
        new Buffer.Fifo<>(),
        positive(capacity),
        Objects.requireNonNull(overflow, "overflow"),
        Objects.requireNonNull(onDrop, "onDrop"));
  }

  private static int positive(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "capacity must be >= 1, was "
              + capacity
              + "; for a channel without a buffer use rendezvous");
    }
    return capacity;
  }

  /**
   * {@return a new channel that takes any number of items: sending never waits}
   *
   * @param <T> the type of the items
   */
  public <T> Channel<T> unbounded() {
    return new BufferedChannel<>(this, new Buffer.Fifo<>(), Integer.MAX_VALUE, Overflow.WAIT, null);
  }

  /**
   * {@return a new channel that takes any number of items and delivers the highest priority first}
   *
   * @param <T> the type of the items
   * @param priority returns the priority of an item; called once for each item, by the sender
   */
  public <T> PriorityChannel<T> prioritized(ToLongFunction<? super T> priority) {
    return new UnboundedPriorityChannel<>(this, Objects.requireNonNull(priority, "priority"));
  }

  @Nullable String name() {
    return name;
  }

  LateSend lateSend() {
    return lateSend;
  }

  @Override
  public String toString() {
    return "ChannelOptions[" + (name == null ? "" : name + ", ") + lateSend + "]";
  }
}
