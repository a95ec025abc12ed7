package io.selvage.service;

import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A logger of the program, as a caller may bring one. */
final class RecordingLogger implements System.Logger {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<Throwable> thrown = new CopyOnWriteArrayList<>();

  @Override
  public String getName() {
    return "mine";
  }

  @Override
  public boolean isLoggable(Level level) {
    return true;
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String message,
      @Nullable Throwable failure) {
    lines.add(level + " " + message);
    if (failure != null) {
      thrown.add(failure);
    }
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String message,
      @Nullable Object... parameters) {
    lines.add(level + " " + message);
  }

  /** {@return level and message of each record} */
  List<String> lines() {
    return lines;
  }

  /** {@return the exceptions of those that had one} */
  List<Throwable> thrown() {
    return thrown;
  }
}
