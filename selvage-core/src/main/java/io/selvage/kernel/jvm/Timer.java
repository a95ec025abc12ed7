package io.selvage.kernel.jvm;

/** An action waiting for its time. */
public interface Timer {

  /**
   * Takes the timer back, so that nothing of it is kept. Any thread.
   *
   * @return whether the action had not been begun; it never will be then
   */
  boolean cancel();
}
