package io.selvage.kernel.jvm;

/** An action that runs at a given time. */
public interface Timer {

  /**
   * Cancels the timer and releases everything that it holds. Any thread.
   *
   * @return whether the action had not begun; then it never runs
   */
  boolean cancel();
}
