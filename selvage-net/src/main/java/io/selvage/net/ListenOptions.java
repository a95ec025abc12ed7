package io.selvage.net;

import io.selvage.kernel.support.Arguments;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a listener is opened. Immutable; {@code withX} returns a copy. */
public final class ListenOptions {
  private static final int MOST = 65_535;
  private static final ListenOptions DEFAULTS = new ListenOptions(1024, /* mode= */ null);

  private final int backlog;
  private final @Nullable Set<PosixFilePermission> mode;

  private ListenOptions(int backlog, @Nullable Set<PosixFilePermission> mode) {
    this.backlog = backlog;
    this.mode = mode;
  }

  /** {@return a backlog of 1024, and the mode that the system gives to files} */
  public static ListenOptions defaults() {
    return DEFAULTS;
  }

  /**
   * {@return a copy with another backlog}
   *
   * @param connections how many connections may wait to be accepted, 1 to 65535; the system may
   *     allow fewer
   * @throws IllegalArgumentException if it is out of range
   */
  public ListenOptions withBacklog(int connections) {
    if (connections < 1 || connections > MOST) {
      throw new IllegalArgumentException(
          "connections must be from 1 to " + MOST + ", was " + connections);
    }
    return new ListenOptions(connections, mode);
  }

  /**
   * {@return a copy that sets the mode of the file of a Unix socket}
   *
   * @param permissions the threads of which users may connect
   */
  public ListenOptions withMode(Set<PosixFilePermission> permissions) {
    return new ListenOptions(backlog, Set.copyOf(Arguments.elements(permissions, "permissions")));
  }

  /** {@return how many connections may wait to be accepted} */
  public int backlog() {
    return backlog;
  }

  /** {@return the mode of the file of a Unix socket, if one was set} */
  public Optional<Set<PosixFilePermission>> mode() {
    return Optional.ofNullable(mode);
  }

  @Override
  public String toString() {
    return "ListenOptions[backlog " + backlog + ", mode " + mode + "]";
  }
}
