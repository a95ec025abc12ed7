package io.selvage.net.framing;

import java.nio.ByteBuffer;
import java.util.Objects;

/** The checks that the formats have in common. */
final class Limits {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private Limits() {}

  /**
   * {@return the limit}
   *
   * @param around how many bytes a frame has beside its message
   */
  static int check(int limit, int around) {
    int most = LARGEST_ARRAY - around;
    if (limit < 0 || limit > most) {
      throw new IllegalArgumentException("limit must be from 0 to " + most + ", was " + limit);
    }
    return limit;
  }

  /**
   * Checks the arguments of {@link io.selvage.net.FrameDecoder#length}.
   *
   * @return {@code seen}
   */
  static int checkSeen(ByteBuffer arrived, int seen) {
    int count = Objects.requireNonNull(arrived, "arrived").remaining();
    if (seen < 0 || seen > count) {
      throw new IllegalArgumentException("seen must be from 0 to " + count + ", was " + seen);
    }
    return seen;
  }
}
