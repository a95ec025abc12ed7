package io.selvage.examples.terminal;

import java.io.Console;
import java.util.Objects;

/** Whether somebody types, and whether somebody looks. */
public final class Terminal {
  /** What the exit status of a program is that Ctrl-C has ended, by the custom of shells. */
  public static final int ENDED_BY_CONTROL_C = 130;

  private Terminal() {}

  /** {@return whether standard input and output are a terminal} */
  @SuppressWarnings("SystemConsoleNull") // it may be, with another console provider
  public static boolean isUsed() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /**
   * {@return whether a line may be drawn over and over again: not in a pipe or a file, nor if the
   * user wants plain text}
   */
  public static boolean canBeDrawnOn() {
    return isUsed()
        && !Boolean.getBoolean("selvage.demo.plain") // the launcher: standard error is no terminal
        && !"dumb".equals(System.getenv("TERM"))
        && Objects.requireNonNullElse(System.getenv("NO_COLOR"), "").isEmpty();
  }
}
