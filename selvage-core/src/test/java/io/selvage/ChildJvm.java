package io.selvage;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a program of the tests in a JVM of its own: what it exhausts hurts no other test. Virtual
 * threads run there as in the test, on carriers of the library or not.
 */
public final class ChildJvm {

  /**
   * How a program has ended.
   *
   * @param ended whether it did, within the time; if not it was killed
   * @param status its exit status, -1 if it was killed
   * @param output what it has printed, on both streams
   */
  public record Result(boolean ended, int status, String output) {}

  /**
   * A command in front of another one. A script that runs in the background of a shell ignores INT,
   * and all its children inherit that, so they could not receive it.
   */
  private static final List<String> RESETTING_SIGNALS = commandThatResetsSignals();

  private final List<String> options = new ArrayList<>();

  /** Adds an option of the JVM. */
  public ChildJvm with(String option) {
    options.add(option);
    return this;
  }

  /** Runs {@code main} to its end, or kills it after {@code limit}. */
  public Result run(Duration limit, Class<?> main, String... arguments) throws Exception {
    return run(limit, command(main, main.getName(), arguments));
  }

  /** Compiles and runs a source file against the library, as a user does without a build tool. */
  Result runSource(Duration limit, Path source) throws Exception {
    return run(limit, command(Selvage.class, source.toString()));
  }

  private static Result run(Duration limit, List<String> command) throws Exception {
    Path output = Files.createTempFile("selvage-child", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
          process.destroyForcibly().waitFor();
        }
        return new Result(ended, ended ? process.exitValue() : -1, read(output));
      } finally {
        process.destroyForcibly(); // also if the test is interrupted
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static List<String> commandThatResetsSignals() {
    List<String> command = List.of("env", "--default-signal=HUP,INT,TERM");
    List<String> attempt = new ArrayList<>(command);
    attempt.add("true");
    try {
      return new ProcessBuilder(attempt).start().waitFor() == 0 ? command : List.of();
    } catch (IOException noSuchCommand) {
      return List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path output) throws IOException {
    return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
  }

  private List<String> command(Class<?> place, String main, String... arguments) {
    List<String> command = new ArrayList<>(RESETTING_SIGNALS);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    if (io.selvage.kernel.Threads.ownCarriers().isPresent()) {
      command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    command.add("-cp");
    command.add(
        Stream.of(place, Selvage.class)
            .map(ChildJvm::placeOf)
            .distinct()
            .collect(Collectors.joining(System.getProperty("path.separator"))));
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }

  /** The folder or jar that a class was loaded from, also if it was patched into a module. */
  private static String placeOf(Class<?> type) {
    try {
      URI file = type.getResource(type.getSimpleName() + ".class").toURI();
      if (file.getScheme().equals("jar")) {
        String inside = file.getRawSchemeSpecificPart();
        return Path.of(URI.create(inside.substring(0, inside.indexOf('!')))).toString();
      }
      String up = "../".repeat(type.getPackageName().split("\\.", -1).length);
      return Path.of(file.resolve(up)).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
