package io.selvage.process;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A process of the operating system, as the test wants it; it counts its signals. */
class FakeHandle implements ProcessHandle {
  final List<String> signals = new ArrayList<>();
  final List<ProcessHandle> below = new ArrayList<>();
  boolean alive = true;
  boolean allowed = true; // to be signalled
  private final long pid;

  FakeHandle(long pid) {
    this.pid = pid;
  }

  /** The process has received a signal. */
  void signalled(String signal) {
    signals.add(signal);
    if (signal.equals("KILL")) {
      alive = false;
    }
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public Stream<ProcessHandle> descendants() {
    return below.stream();
  }

  @Override
  public Stream<ProcessHandle> children() {
    return below.stream();
  }

  @Override
  public boolean isAlive() {
    return alive;
  }

  @Override
  public boolean destroy() {
    return signal("TERM");
  }

  @Override
  public boolean destroyForcibly() {
    return signal("KILL");
  }

  private boolean signal(String signal) {
    if (!alive || !allowed) {
      return false;
    }
    signalled(signal);
    return true;
  }

  /** A process whose command is hidden: it belongs to another user, or the system shows none. */
  @Override
  public Info info() {
    return new Info() {
      @Override
      public Optional<String> command() {
        return Optional.empty();
      }

      @Override
      public Optional<String> commandLine() {
        return Optional.empty();
      }

      @Override
      public Optional<String[]> arguments() {
        return Optional.empty();
      }

      @Override
      public Optional<Instant> startInstant() {
        return Optional.empty();
      }

      @Override
      public Optional<Duration> totalCpuDuration() {
        return Optional.empty();
      }

      @Override
      public Optional<String> user() {
        return Optional.empty();
      }
    };
  }

  @Override
  public Optional<ProcessHandle> parent() {
    return Optional.empty();
  }

  @Override
  public CompletableFuture<ProcessHandle> onExit() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public int compareTo(ProcessHandle other) {
    return Long.compare(pid, other.pid());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(pid);
  }
}
