package io.selvage.select;

import io.selvage.kernel.select.TimedChoice;
import java.time.Duration;

/** The end of a time. */
final class TimeChoice extends TimedChoice implements Trigger {
  private final Duration time;

  TimeChoice(long deadline, Duration time) {
    super(deadline);
    this.time = time;
  }

  @Override
  public String toString() {
    return "after " + time;
  }
}
