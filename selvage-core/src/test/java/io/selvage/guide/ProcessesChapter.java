package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.function.ThrowingFunction;
import io.selvage.process.ChildProcess;
import io.selvage.process.Input;
import io.selvage.process.Output;
import io.selvage.process.ProcessResult;
import io.selvage.process.ProcessSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The code of docs/guide/processes.md; GuideTest compares it. */
final class ProcessesChapter {
  private ProcessesChapter() {}

  static List<String> run(Path folder) throws InterruptedException {
    // @start region="run"
    List<String> files = ProcessSpec.of("ls", "-1").in(folder).run().output().lines().toList();
    // @end
    return files;
  }

  // @start region="differ"
  static boolean differ(Path one, Path other) throws InterruptedException {
    ProcessSpec cmp = ProcessSpec.of("cmp", "-s", one.toString(), other.toString());
    return switch (cmp.check(false).run().exitStatus()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new IllegalStateException("cmp has failed");
    };
  }

  // @end

  static ProcessResult limit(Path folder) throws InterruptedException, TimeoutException {
    // @start region="limit"
    ProcessResult result =
        CancelScope.failAfter(ofSeconds(30))
            .call(ProcessSpec.of("sh", "build.sh").in(folder).grace(ofSeconds(3))::run);
    // @end
    return result;
  }

  static List<ProcessSpec> places(Path file) {
    // @start region="places"
    ProcessSpec ofText = ProcessSpec.of("sort").input("b\na\n");
    ProcessSpec ofFile = ProcessSpec.of("sort").input(Input.file(file));
    ProcessSpec shown = ofText.output(Output.inherit()).error(Output.inherit()); // the terminal
    ProcessSpec kept = ofText.output(Output.file(file)).error(Output.merge()); // both in one file
    ProcessSpec dropped = ofText.output(Output.discard());
    // @end
    return List.of(ofText, ofFile, shown, kept, dropped);
  }

  static int lines(Path file) throws InterruptedException {
    // @start region="lines"
    int[] errors = {0};
    ProcessSpec.of("cat", file.toString())
        .forEachLine(
            line -> {
              if (line.contains("ERROR")) {
                errors[0]++;
              }
            });
    // @end
    return errors[0];
  }

  // @start region="talk"
  static List<String> quoted(List<String> words) throws InterruptedException {
    ProcessSpec sed = ProcessSpec.of("sed", "-u", "s/^/> /");
    List<String> answers = new ArrayList<>();
    try (ChildProcess child = sed.input(Input.lines()).output(Output.lines()).start()) {
      for (String word : words) {
        child.inputLines().send(word);
        answers.add(child.outputLines().receive());
      }
      child.inputLines().close(); // the end of the input: sed exits
      child.await();
    }
    return answers;
  }

  // @end

  // @start region="version"
  static String version(ThrowingFunction<ProcessSpec, ProcessResult, RuntimeException> runner)
      throws InterruptedException {
    return runner.apply(ProcessSpec.of("tool", "--version")).orThrow().output().strip();
  }

  // @end

  static String fake() throws InterruptedException {
    // @start region="fake"
    String version = version(spec -> new ProcessResult(List.of("tool"), 0, "1.2\n", ""));
    // @end
    return version;
  }
}
