package io.selvage.stress.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a part has ended.
 *
 * @param part which one
 * @param time what it was given
 * @param took what it took
 * @param figures what it has counted
 * @param problems why it has failed; none if it has passed
 * @param log its output
 */
record PartResult(
    StressPart part,
    Duration time,
    Duration took,
    Figures figures,
    List<String> problems,
    Path log) {

  boolean passed() {
    return problems.isEmpty();
  }
}
