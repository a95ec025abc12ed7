package io.selvage.bench.harness;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A program of another language. It prints nothing but a number: the nanoseconds of one operation.
 *
 * @param name of the library in the table
 * @param language the program that runs it, such as python3
 * @param arguments the script, relative to the folder of this module, and its arguments
 */
public record Command(String name, String language, List<String> arguments) {
  /** Copies the list. */
  public Command {
    arguments = List.copyOf(arguments);
  }

  /** {@return whether there is such a program on the path} */
  public boolean isInstalled() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    return Stream.of(path.split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, language)));
  }

  /**
   * {@return the whole command}
   *
   * @param folder of this module
   */
  List<String> in(Path folder) {
    return Stream.concat(
            Stream.of(language, folder.resolve(arguments.getFirst()).toString()),
            arguments.stream().skip(1))
        .toList();
  }
}
