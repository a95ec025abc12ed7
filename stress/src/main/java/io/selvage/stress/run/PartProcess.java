package io.selvage.stress.run;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The process of one part: started, watched, ended. */
final class PartProcess {
  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");
  private static final Duration LOOK = Duration.ofMillis(200);

  /** What is called while the process runs. */
  interface Watcher {
    void running(Duration took);
  }

  private final StressPart part;
  private final StressOptions options;
  private final Duration time;
  private final Path log;

  PartProcess(StressPart part, StressOptions options, Duration time) {
    this.part = part;
    this.options = options;
    this.time = time;
    this.log = options.logs().resolve(part.name() + ".log").toAbsolutePath();
  }

  /** Runs the part to its end, however that comes. */
  PartResult run(Watcher watcher) throws IOException, InterruptedException {
    Path folder = options.logs().resolve(part.name()).toAbsolutePath();
    Files.createDirectories(folder);
    long begin = System.nanoTime();
    List<String> problems = new ArrayList<>();
    Process process = start(folder);
    long stops;
    Thread killer = Thread.ofPlatform().unstarted(() -> destroy(process));
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      PauseThread pauses =
          part.isStoppedAndContinued() ? PauseThread.start(process, options.seed(), time) : null;
      long limit = begin + time.plus(options.grace()).toNanos();
      while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)
          && System.nanoTime() - limit < 0) {
        watcher.running(since(begin));
      }
      stops = pauses == null ? 0 : pauses.end();
      if (process.isAlive()) {
        problems.add(
            String.format(
                "it has not ended within %d ms; its threads: %s",
                time.plus(options.grace()).toMillis(), dumpThreads(process, folder)));
      }
    } finally {
      destroy(process);
      removeHook(killer);
    }
    process.waitFor();
    Figures figures = readLog(problems, process.exitValue());
    if (part.isStoppedAndContinued()) {
      figures = figures.plus(Figure.FAULTS, stops);
      if (stops == 0) {
        problems.add("the process could not be stopped; this needs a shell with kill");
      }
    }
    return new PartResult(part, time, since(begin), figures, problems, log);
  }

  private Process start(Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(BIN.resolve("java").toString());
    command.add("-ea");
    command.add("--enable-native-access=ALL-UNNAMED");
    if (options.ownCarriers()) {
      command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    command.addAll(part.jvmArguments());
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(PartMain.class.getName());
    command.add(part.name());
    command.add(Long.toString(options.seed()));
    command.add(Long.toString(time.toMillis()));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    process.getOutputStream().close();
    return process;
  }

  /** The process has another folder: its class path must not depend on the folder. */
  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** Ends the process and all that it has started. */
  private static void destroy(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static void removeHook(Thread killer) {
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // this process is ending: the hook runs
    }
  }

  /** {@return where the stacks of all threads are, also of virtual ones} */
  private static String dumpThreads(Process process, Path folder)
      throws IOException, InterruptedException {
    Path dump = folder.resolve("threads.txt");
    Files.deleteIfExists(dump);
    Process dumping =
        new ProcessBuilder(
                BIN.resolve("jcmd").toString(),
                Long.toString(process.pid()),
                "Thread.dump_to_file",
                dump.toString())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    try {
      boolean dumped = dumping.waitFor(20, TimeUnit.SECONDS) && Files.exists(dump);
      return dumped ? dump.toString() : "could not be looked at";
    } finally {
      dumping.destroyForcibly();
    }
  }

  /** Adds what the part says of its failure; returns its last figures. */
  private Figures readLog(List<String> problems, int status) throws IOException {
    Optional<Figures> figures = Optional.empty();
    String output = new String(Files.readAllBytes(log), Charset.defaultCharset());
    for (String line : output.lines().toList()) {
      if (line.startsWith(PartMain.FAILURE)) {
        problems.add(line.substring(PartMain.FAILURE.length()));
      } else if (Figures.isLine(line)) {
        Optional<Figures> parsed = Figures.parse(line);
        figures = parsed.isPresent() ? parsed : figures;
      }
    }
    if (problems.isEmpty() && status != 0) {
      problems.add("its process has ended with status " + status);
    } else if (problems.isEmpty() && figures.isEmpty()) {
      problems.add("it has ended without figures");
    }
    return figures.orElseGet(() -> Figures.of(Map.of()));
  }
}
