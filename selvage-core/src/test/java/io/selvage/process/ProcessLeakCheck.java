package io.selvage.process;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a child process, a thread of one or the end of a pipe behind, or what
 * {@link LeakCheck} finds.
 */
public final class ProcessLeakCheck implements BeforeEachCallback, AfterEachCallback {
  private final LeakCheck others = new LeakCheck();
  private long pipesBefore;

  @Override
  public void beforeEach(ExtensionContext context) {
    others.beforeEach(context);
    pipesBefore = pipes();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    others.afterEach(context);
    List<String> leaks = new ArrayList<>();
    expect("child processes", ProcessLeakCheck::children, leaks);
    expect("threads of processes", ProcessLeakCheck::threads, leaks);
    expect("ends of pipes", () -> pipes() <= pipesBefore ? List.of() : List.of(pipes()), leaks);
    if (!leaks.isEmpty()) {
      throw new AssertionError(context.getDisplayName() + " leaves behind: " + leaks);
    }
  }

  private interface Remains {
    List<?> now();
  }

  /** The last actions of threads and of the JDK come after the process was reported as gone. */
  private static void expect(String what, Remains remains, List<String> leaks) {
    try {
      Threads.awaitCondition("no " + what, () -> remains.now().isEmpty());
    } catch (AssertionError e) {
      leaks.add(what + " " + remains.now());
    }
  }

  static List<String> children() {
    return ProcessHandle.current()
        .descendants()
        .filter(handle -> handle.info().command().isPresent()) // a zombie has none
        .map(handle -> handle.pid() + " " + handle.info().commandLine().orElse("?"))
        .toList();
  }

  /** {@return whether this process runs, also one that is no longer below this program} */
  static boolean runs(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).stream()
        .anyMatch(process -> process.info().command().isPresent()); // a zombie has none
  }

  static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("process ") && !name.equals("process reaper"))
        .filter(name -> Character.isDigit(name.charAt("process ".length())))
        .toList();
  }

  /** {@return how many ends of pipes this program has open; 0 if the system does not show them} */
  private static long pipes() {
    Path open = Path.of("/proc/self/fd");
    if (!Files.isDirectory(open)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(open)) {
      return all.filter(ProcessLeakCheck::isPipe).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isPipe(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
