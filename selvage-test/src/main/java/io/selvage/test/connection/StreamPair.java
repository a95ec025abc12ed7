package io.selvage.test.connection;

import io.selvage.net.ByteStream;
import io.selvage.test.run.KitCode;
import java.io.IOException;
import java.util.Objects;

/**
 * The two ends of a connection.
 *
 * @param <S> the type of the ends
 * @param left one end
 * @param right the other one: it receives what the left one sends, and the other way round
 */
@KitCode
public record StreamPair<S extends ByteStream>(S left, S right) implements AutoCloseable {

  /**
   * Creates one.
   *
   * @param left one end
   * @param right the other one
   */
  public StreamPair {
    Objects.requireNonNull(left, "left");
    Objects.requireNonNull(right, "right");
  }

  /** {@return the same connection, seen from the other side} */
  public StreamPair<S> flipped() {
    return new StreamPair<>(/* left= */ right, /* right= */ left);
  }

  /**
   * Closes both ends.
   *
   * @throws IOException if one of them does
   */
  @Override
  public void close() throws IOException {
    try (left;
        right) {
      // closing is all
    }
  }
}
