package io.selvage.net.framing;

/** The check of a limit. */
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
}
