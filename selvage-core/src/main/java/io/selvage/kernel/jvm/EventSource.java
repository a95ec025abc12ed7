package io.selvage.kernel.jvm;

/**
 * Events of the operating system that carriers of the library wait for when they have nothing to
 * run. Its methods never throw. {@link #await} and {@link #look} are called by one thread at a
 * time.
 */
public interface EventSource {
  /**
   * Waits for events, and passes them on.
   *
   * @param nanos the longest time
   * @return false if it has failed without waiting; the caller pauses and calls again
   */
  boolean await(long nanos);

  /** Passes the events on that have happened, without waiting. */
  void look();

  /** Lets {@link #await} return; the next call of it, if no thread is in it. Any thread. */
  void wake();
}
