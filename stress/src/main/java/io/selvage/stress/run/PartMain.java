package io.selvage.stress.run;

import java.time.Duration;

/**
 * Runs one part in this JVM. It prints the figures all the time, so that they are known if the
 * process does not come to its end; the last line has all of them.
 */
public final class PartMain {
  /** The begin of a line that says why the part has failed. */
  static final String FAILURE = "failure: ";

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private PartMain() {}

  /**
   * Runs the program. Ends with status 1 if the part has failed.
   *
   * @param args the name of the part, the seed, the time in milliseconds
   */
  @SuppressWarnings("InterruptedExceptionSwallowed") // the process ends
  public static void main(String[] args) throws InterruptedException {
    StressPart part = Parts.named(args[0]);
    PartRun run = new PartRun(Long.parseLong(args[1]), Duration.ofMillis(Long.parseLong(args[2])));
    Thread.ofPlatform().daemon().name("figures").start(() -> printFigures(run));
    try {
      part.run(run);
      run.checkFootprint();
    } catch (Exception | Error e) {
      run.fail(String.valueOf(e));
      e.printStackTrace(System.out);
    }
    run.figures().problems().forEach(run::fail);
    System.out.println(run.figures().line());
    System.exit(run.hasFailed() ? 1 : 0); // a part that has failed may have threads that hang
  }

  private static void printFigures(PartRun run) {
    try {
      while (true) {
        Thread.sleep(INTERVAL);
        System.out.println(run.figures().line());
      }
    } catch (InterruptedException e) {
      // the process ends
    }
  }
}
