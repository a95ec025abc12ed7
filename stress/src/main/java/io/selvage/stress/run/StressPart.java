package io.selvage.stress.run;

import java.util.List;

/** A part of the stress run. It runs in a JVM of its own. */
public interface StressPart {

  /** {@return the name, of lower-case letters and hyphens} */
  String name();

  /** {@return what it does, in a few words for the report} */
  String title();

  /** {@return its share of the time, beside the shares of the others; 1 or more} */
  int weight();

  /** {@return what else its JVM needs on the command line} */
  default List<String> jvmArguments() {
    return List.of();
  }

  /** {@return whether its process is stopped and continued at random moments} */
  default boolean isStoppedAndContinued() {
    return false;
  }

  /**
   * Works until its time is over, or until there is no more to do, and counts.
   *
   * @param run its time, its seed and its figures
   * @throws Exception the part has failed
   */
  void run(PartRun run) throws Exception;
}
