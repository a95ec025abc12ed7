package io.selvage.examples.pipeline;

import io.selvage.CancelScope;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.examples.terminal.Progress;
import io.selvage.examples.terminal.Terminal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Counts the words of files, or of the standard input, and prints the most frequent ones. Ctrl-C
 * ends the reading; the complete lines that were taken before are counted and printed.
 */
public final class PipelineDemo {
  private static final int SHOWN = 10;

  private PipelineDemo() {}

  /**
   * Counts.
   *
   * @param args the names of the files; the standard input if there are none
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    List<Source> sources = new ArrayList<>();
    for (String name : args) {
      Path path = Path.of(name);
      if (!Files.isReadable(path) || Files.isDirectory(path)) {
        System.err.println("pipeline takes the names of files, cannot read " + name);
        System.exit(2);
        return;
      }
      sources.add(Source.of(path));
    }
    if (sources.isEmpty()) {
      sources.add(Source.standardInput());
    }
    System.exit(run(sources, System.out));
  }

  /** Returns the exit status. */
  private static int run(List<Source> sources, PrintStream out) throws InterruptedException {
    CancelScope reading = CancelScope.create();
    WordCount.Total total;
    try (Progress progress = Progress.of("reading", sizeOf(sources));
        SignalReceiver interrupts = Signals.receive("INT")) {
      WordCount words =
          new WordCount(Runtime.getRuntime().availableProcessors(), reading, progress::step);
      total =
          TaskGroup.call(
              group -> {
                Task<?> waiting =
                    group.launch("Ctrl-C", () -> interrupts.forEach(signal -> interrupt(reading)));
                WordCount.Total counted = words.count(sources);
                var unused = waiting.cancel("everything is counted");
                return counted;
              });
    } catch (IOException e) {
      System.err.println("reading failed: " + e.getMessage());
      return 1;
    } catch (TaskFailedException e) {
      String what = e.getCause() instanceof IOException ? "reading" : "counting";
      System.err.println(what + " failed: " + e.getMessage());
      return 1;
    }
    print(total, out);
    return total.complete() ? 0 : Terminal.ENDED_BY_CONTROL_C;
  }

  /** The first Ctrl-C ends the reading, a second one the program. */
  private static void interrupt(CancelScope reading) {
    if (!reading.cancel("Ctrl-C")) {
      Runtime.getRuntime().halt(Terminal.ENDED_BY_CONTROL_C);
    }
  }

  /** The size of all together, or -1 if one of them is not known. */
  private static long sizeOf(List<Source> sources) throws IOException {
    long sum = 0;
    for (Source source : sources) {
      long size = source.size();
      if (size < 0) {
        return -1;
      }
      sum += size;
    }
    return sum;
  }

  private static void print(WordCount.Total total, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%s%d lines, %d words, %d different ones%n",
        total.complete() ? "" : "interrupted; so far: ",
        total.lines(),
        total.words(),
        total.counts().size());
    total.counts().entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
        .limit(SHOWN)
        .forEach(each -> out.printf(Locale.ROOT, "%8d %s%n", each.getValue(), each.getKey()));
  }
}
