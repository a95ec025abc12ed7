package io.selvage.time;

import io.selvage.kernel.ThreadRecord;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The time of the machine that the calling thread runs on: that of the operating system, or the
 * virtual time of a simulation.
 *
 * {@snippet class="io.selvage.time.TimeSnippets" region="clock"}
 *
 * <p><b>Threads.</b> Any thread may call any method. In a simulation only the threads of the
 * simulation see its time.
 */
public final class Time {
  private Time() {}

  /** {@return the clock: the time of day at each of its calls} */
  public static InstantSource clock() {
    return () -> ThreadRecord.current().machine().instant();
  }

  /**
   * {@return how much time has passed since the library was first used, or since the beginning of
   * the simulation} It never goes back, whatever happens to the clock of the computer.
   */
  public static Duration elapsed() {
    return Duration.ofNanos(ThreadRecord.current().machine().elapsed());
  }
}
