package io.selvage.test.connection;

import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import io.selvage.test.run.KitCode;
import java.util.Objects;

/**
 * A connection in memory that carries items, for tests of what speaks a protocol of messages: each
 * end sends to the other and receives from it.
 *
 * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="channels"}
 *
 * @param <A> the type of what goes from left to right
 * @param <B> the type of what goes from right to left
 * @param left one end
 * @param right the other one
 */
@KitCode
public record MemoryChannels<A, B>(MemoryChannel<A, B> left, MemoryChannel<B, A> right)
    implements AutoCloseable {

  /**
   * Creates one; {@link #pair} makes ends that belong together.
   *
   * @param left one end
   * @param right the other one
   */
  public MemoryChannels {
    Objects.requireNonNull(left, "left");
    Objects.requireNonNull(right, "right");
  }

  /**
   * {@return a connection that takes any number of items, so that sending never waits}
   *
   * @param <A> the type of what goes from left to right
   * @param <B> the type of what goes from right to left
   */
  public static <A, B> MemoryChannels<A, B> pair() {
    return pair(Channel.unbounded(), Channel.unbounded());
  }

  /**
   * {@return a connection over these channels, for other limits and orders}
   *
   * @param <A> the type of what goes from left to right
   * @param <B> the type of what goes from right to left
   * @param toRight carries what the left end sends
   * @param toLeft carries what the right end sends
   */
  public static <A, B> MemoryChannels<A, B> pair(Channel<A> toRight, Channel<B> toLeft) {
    Objects.requireNonNull(toRight, "toRight");
    Objects.requireNonNull(toLeft, "toLeft");
    CloseSignal closed = new CloseSignal();
    return new MemoryChannels<>(
        new MemoryChannel<>(closed, toRight, toLeft), new MemoryChannel<>(closed, toLeft, toRight));
  }

  /** Closes both ends. */
  @Override
  public void close() {
    try (left;
        right) {
      // closing is all
    }
  }
}
