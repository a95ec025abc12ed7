package io.selvage.bench;

import java.io.Console;
import java.util.Objects;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on a terminal; nothing in a pipe, or if the user wants plain text. */
final class Progress implements AutoCloseable {
  private final @Nullable ProgressBar bar;

  /**
   * Shows it.
   *
   * @param steps how many there are
   */
  Progress(int steps) {
    bar =
        canBeDrawnOn()
            ? new ProgressBarBuilder()
                .setTaskName("bench")
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .build()
            : null;
  }

  @SuppressWarnings("SystemConsoleNull") // it may be, with another console provider
  private static boolean canBeDrawnOn() {
    Console console = System.console();
    return console != null
        && console.isTerminal()
        && !"dumb".equals(System.getenv("TERM"))
        && Objects.requireNonNullElse(System.getenv("NO_COLOR"), "").isEmpty();
  }

  /** A step begins. */
  void begin(String what) {
    if (bar != null) {
      bar.setExtraMessage(what);
    }
  }

  /** A step has ended. */
  void end() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
