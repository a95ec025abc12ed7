package io.selvage.test.net;

import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How fast one direction between two hosts of a {@link SimulatedNetwork} is. Immutable; {@code
 * withX} returns a copy.
 *
 * {@snippet class="io.selvage.test.net.NetworkSnippets" region="links"}
 */
public final class LinkOptions {
  /** As much as a socket keeps, roughly. */
  private static final int WINDOW = 1 << 16;

  private static final LinkOptions DEFAULTS = new LinkOptions(Duration.ZERO, 0, WINDOW);

  private final Duration latency;
  private final long latencyNanos;
  private final long bandwidth; // 0: no limit
  private final int window;

  private LinkOptions(Duration latency, long bandwidth, int window) {
    this.latency = latency;
    this.latencyNanos = latency.toNanos();
    this.bandwidth = bandwidth;
    this.window = window;
  }

  /** {@return no latency, no limit of the bandwidth, and a window of 64 KiB} */
  public static LinkOptions defaults() {
    return DEFAULTS;
  }

  /**
   * {@return a copy with another latency}
   *
   * @param time from the moment at which something leaves one host until it arrives at the other;
   *     zero or more
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public LinkOptions withLatency(Duration time) {
    var unused = Durations.nanos(time, "time");
    return new LinkOptions(time, bandwidth, window);
  }

  /**
   * {@return a copy with a limit of the bandwidth, which all connections share}
   *
   * @param bytesPerSecond 1 or more
   * @throws IllegalArgumentException if it is less than 1
   */
  public LinkOptions withBandwidth(long bytesPerSecond) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException("bytesPerSecond must be >= 1, was " + bytesPerSecond);
    }
    return new LinkOptions(latency, bytesPerSecond, window);
  }

  /**
   * {@return a copy with another window}
   *
   * @param bytes how many bytes of a connection may have been sent and not been received, 1 or
   *     more; a send waits when there are so many
   * @throws IllegalArgumentException if it is less than 1
   */
  public LinkOptions withWindow(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be >= 1, was " + bytes);
    }
    return new LinkOptions(latency, bandwidth, bytes);
  }

  /** {@return the time from one host to the other} */
  public Duration latency() {
    return latency;
  }

  /** {@return the limit in bytes per second, if there is one} */
  public OptionalLong bandwidth() {
    return bandwidth == 0 ? OptionalLong.empty() : OptionalLong.of(bandwidth);
  }

  /** {@return how many bytes of a connection may be on their way} */
  public int window() {
    return window;
  }

  long latencyNanos() {
    return latencyNanos;
  }

  /** {@return how long it takes until so many bytes have left} */
  long nanosFor(int bytes) {
    return bandwidth == 0 ? 0 : bytes * 1_000_000_000L / bandwidth;
  }

  @Override
  public String toString() {
    return "LinkOptions[latency "
        + latency
        + (bandwidth == 0 ? "" : ", " + bandwidth + " bytes per second")
        + ", window "
        + window
        + "]";
  }
}
