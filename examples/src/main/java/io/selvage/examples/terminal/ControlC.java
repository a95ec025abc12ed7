package io.selvage.examples.terminal;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Ctrl-C, as a program sees it. */
public final class ControlC {
  private static final Signal INTERRUPT = new Signal("INT");

  private ControlC() {}

  /**
   * Takes Ctrl-C over.
   *
   * @param action called on a thread of the signal, each time
   * @return what presses Ctrl-C. Where the signal is ignored, as in a background job of a shell, no
   *     program can receive it: there it calls the action itself
   */
  public static Runnable handle(Runnable action) {
    SignalHandler before = Signal.handle(INTERRUPT, signal -> action.run());
    return before.equals(SignalHandler.SIG_IGN) ? action : () -> Signal.raise(INTERRUPT);
  }
}
