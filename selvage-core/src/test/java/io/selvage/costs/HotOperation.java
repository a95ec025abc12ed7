package io.selvage.costs;

/**
 * An operation whose costs are compared with the baseline.
 *
 * @param name its line in the baseline
 * @param measured how often it is performed in a round of the measurement of bytes
 * @param simulated how often it is performed in a simulation that counts switches
 * @param body performs it a given number of times; called in a task
 */
record HotOperation(String name, int measured, int simulated, Body body) {

  /** Performs the operation. */
  @FunctionalInterface
  interface Body {
    void perform(int times) throws Exception;
  }
}
