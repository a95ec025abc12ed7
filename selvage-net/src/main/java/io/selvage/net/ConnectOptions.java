package io.selvage.net;

import io.selvage.kernel.support.Durations;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a connection is made. Immutable; {@code withX} returns a copy. */
public final class ConnectOptions {
  private static final ConnectOptions DEFAULTS =
      new ConnectOptions(Duration.ofMillis(250), /* local= */ null);

  private final Duration attemptDelay;
  private final @Nullable SocketAddress local;

  private ConnectOptions(Duration attemptDelay, @Nullable SocketAddress local) {
    this.attemptDelay = attemptDelay;
    this.local = local;
  }

  /** {@return an attempt each 250 ms, from any local address} */
  public static ConnectOptions defaults() {
    return DEFAULTS;
  }

  /**
   * {@return a copy with another time between two attempts}
   *
   * @param delay after which the next address of a host is tried while an attempt is under way;
   *     more than zero
   * @throws IllegalArgumentException if it is not more than zero, or longer than 100 years
   */
  public ConnectOptions withAttemptDelay(Duration delay) {
    if (Durations.nanos(delay, "delay") == 0) {
      throw new IllegalArgumentException("delay must be more than zero, was " + delay);
    }
    return new ConnectOptions(delay, local);
  }

  /**
   * {@return a copy that connects from this address}
   *
   * @param address of this end; of the same family as the remote one
   */
  public ConnectOptions withLocalAddress(SocketAddress address) {
    return new ConnectOptions(attemptDelay, Objects.requireNonNull(address, "address"));
  }

  /** {@return the time between two attempts} */
  public Duration attemptDelay() {
    return attemptDelay;
  }

  /** {@return the address of this end, if one was set} */
  public Optional<SocketAddress> localAddress() {
    return Optional.ofNullable(local);
  }

  @Override
  public String toString() {
    return "ConnectOptions[attempt delay " + attemptDelay + ", local address " + local + "]";
  }
}
