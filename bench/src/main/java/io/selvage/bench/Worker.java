package io.selvage.bench;

import io.selvage.TaskGroup;
import io.selvage.bench.harness.Pace;
import io.selvage.bench.harness.Row;
import io.selvage.bench.harness.Turns;
import io.selvage.bench.rows.Catalogue;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The process that measures a row; {@link Bench} starts it. */
final class Worker {
  private Worker() {}

  /** {@return the arguments behind the title of the row} */
  static List<String> arguments(Pace pace) {
    return List.of(
        Integer.toString(pace.rounds()), pace.round().toString(), pace.warmUp().toString());
  }

  /**
   * Prints a line for each library: its name, a tab, and its figure. All of them are measured in
   * one task, on a virtual thread: on a platform thread each wake-up takes some 20 microseconds,
   * which hides the rest.
   *
   * @param arguments the title of the row, and the pace
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    Row row = Catalogue.named(arguments[0]);
    Pace pace =
        new Pace(
            Integer.parseInt(arguments[1]),
            Duration.parse(arguments[2]),
            Duration.parse(arguments[3]));
    try (PrintStream output =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)) {
      TaskGroup.run(
          group ->
              group.launch(
                  "measures",
                  () ->
                      Turns.measure(row, pace)
                          .forEach((name, figure) -> output.println(name + "\t" + figure))));
    }
  }
}
