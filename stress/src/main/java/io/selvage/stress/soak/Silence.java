package io.selvage.stress.soak;

import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** A log for failures that are part of the test. */
final class Silence implements System.Logger {
  @Override
  public String getName() {
    return "silence";
  }

  @Override
  public boolean isLoggable(Level level) {
    return false;
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String message,
      @Nullable Throwable thrown) {}

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String format,
      @Nullable Object... arguments) {}
}
