package io.selvage.costs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one hot operation costs: a line of the baseline.
 *
 * @param name of the operation
 * @param bytes that it allocates
 * @param parks how often a thread parks, for each operation
 * @param unparks how often a thread is woken, for each operation
 */
record Cost(String name, long bytes, double parks, double unparks) {
  /** {@return the cost in a line of the baseline} */
  static Cost parse(String line) {
    String[] fields = line.strip().split(" {2,}", -1);
    if (fields.length != 4) {
      throw new IllegalArgumentException(
          "a line has a name and three numbers, this has not: " + line);
    }
    return new Cost(
        fields[0],
        Long.parseLong(fields[1]),
        Double.parseDouble(fields[2]),
        Double.parseDouble(fields[3]));
  }

  /** {@return the line of the baseline} */
  String line() {
    return String.format(Locale.ROOT, "%-64s %7d %7.2f %7.2f", name, bytes, parks, unparks);
  }

  /** {@return what is greater here than in the baseline, in words; empty if nothing is} */
  List<String> worseThan(Cost baseline) {
    List<String> worse = new ArrayList<>();
    if (bytes > baseline.bytes + tolerance(baseline.bytes)) {
      worse.add(difference("bytes", baseline.bytes, bytes));
    }
    if (parks > baseline.parks) {
      worse.add(difference("parks", baseline.parks, parks));
    }
    if (unparks > baseline.unparks) {
      worse.add(difference("unparks", baseline.unparks, unparks));
    }
    return worse;
  }

  private static long tolerance(long bytes) {
    return Math.max(8, bytes / 50);
  }

  private String difference(String what, Object before, Object now) {
    return name + ": " + before + " " + what + " in the baseline, now " + now;
  }
}
