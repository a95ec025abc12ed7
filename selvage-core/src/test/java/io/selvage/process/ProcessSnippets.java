package io.selvage.process;

import io.selvage.CancelScope;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.select.Select;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The examples in the documentation of this package. */
final class ProcessSnippets {
  private ProcessSnippets() {}

  static String run(Path folder) throws InterruptedException {
    // @start region="run"
    ProcessSpec sort = ProcessSpec.of("sort", "-r").in(folder).env("LC_ALL", "C");
    String sorted = sort.input("a\nb\n").run().output(); // throws if sort fails
    // @end region="run"
    return sorted;
  }

  static Optional<ProcessResult> limit() throws InterruptedException {
    // @start region="limit"
    Optional<ProcessResult> result =
        CancelScope.moveOnAfter(Duration.ofMillis(100)).call(ProcessSpec.of("sleep", "60")::run);
    // empty here: sleep was ended
    // @end region="limit"
    return result;
  }

  static int lines() throws InterruptedException {
    // @start region="lines"
    List<String> even = new ArrayList<>();
    ProcessSpec.of("seq", "1", "9")
        .forEachLine(
            line -> {
              if (Integer.parseInt(line) % 2 == 0) {
                even.add(line);
              }
            });
    // @end region="lines"
    return even.size();
  }

  static void start(List<String> log) throws InterruptedException {
    // @start region="start"
    ProcessSpec cat = ProcessSpec.of("cat").input(Input.lines()).output(Output.lines());
    try (ChildProcess child = cat.start()) {
      Sender<String> input = child.inputLines();
      Receiver<String> output = child.outputLines();
      input.send("one");
      String answer =
          Select.first(
              output.onReceive().call(line -> "answer " + line),
              child.onExit().call(status -> "ended with " + status),
              Select.after(Duration.ofSeconds(60)).call(() -> "silent"));
      log.add(answer);
    } // cat is ended here, and its descendants, if it has any
    // @end region="start"
  }
}
