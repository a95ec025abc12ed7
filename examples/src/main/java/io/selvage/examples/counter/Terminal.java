package io.selvage.examples.counter;

import java.io.Console;

/** Whether somebody types. */
public final class Terminal {
  private Terminal() {}

  /** {@return whether standard input and output are a terminal} */
  @SuppressWarnings("SystemConsoleNull") // it may be, with another console provider
  public static boolean isUsed() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
