package io.selvage.test;

import io.selvage.test.schedule.Schedule;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is to be run instead: system properties, or else the environment. */
final class Rerun {
  private static final String SCHEDULE = "selvage.schedule";
  private static final String SEED = "selvage.seed";
  private static final String SEEDS = "selvage.seeds";

  private Rerun() {}

  /** {@return the schedule that the simulation of this name is to replay, or null} */
  static @Nullable Schedule schedule(String name) {
    String text = value(SCHEDULE);
    if (text == null) {
      return null;
    }
    Schedule schedule = Schedule.parse(text);
    return schedule.name().equals(name) ? schedule : null;
  }

  /** {@return the only seed to explore, or null} */
  static @Nullable Long seed() {
    String text = value(SEED);
    return text == null ? null : number(SEED, text);
  }

  /** {@return how often as many seeds are to be explored} */
  static long factor() {
    String text = value(SEEDS);
    long factor = text == null ? 1 : number(SEEDS, text);
    if (factor < 1) {
      throw new IllegalArgumentException(SEEDS + " must be >= 1, was " + factor);
    }
    return factor;
  }

  private static long number(String key, String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " must be a number, was '" + text + "'", e);
    }
  }

  private static @Nullable String value(String key) {
    String property = System.getProperty(key);
    String text =
        property == null ? System.getenv(key.toUpperCase(Locale.ROOT).replace('.', '_')) : property;
    return text == null || text.isBlank() ? null : text;
  }

  /** {@return the line that runs this schedule again} */
  static String line(String schedule) {
    return "-D" + SCHEDULE + "='" + schedule + "'";
  }

  /** {@return the same for the environment} */
  static String environment(String schedule) {
    return "SELVAGE_SCHEDULE='" + schedule + "'";
  }
}
