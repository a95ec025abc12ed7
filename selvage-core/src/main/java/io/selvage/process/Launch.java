package io.selvage.process;

import io.selvage.kernel.Machine;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Starts a process of the operating system. */
final class Launch {
  private Launch() {}

  /** One variable to set, or to remove if there is no value. */
  record Variable(String name, @Nullable String value) {}

  /**
   * {@return the path}
   *
   * @throws IllegalArgumentException if another process cannot open it
   */
  static Path ofThisSystem(Path path, String what) {
    Objects.requireNonNull(path, what);
    if (path.getFileSystem() != FileSystems.getDefault()) {
      throw new IllegalArgumentException(
          what
              + " must be a path of the default file system, as a process opens it, but is "
              + path.toUri()
              + "; copy it there first");
    }
    return path;
  }

  /** What is started, and where. */
  record Place(
      List<String> command,
      @Nullable Path directory,
      boolean emptyEnvironment,
      List<Variable> variables) {

    static Place of(List<String> command) {
      if (command.isEmpty() || command.getFirst().isEmpty()) {
        throw new IllegalArgumentException(
            "command must begin with the name of a program, was " + command);
      }
      for (int i = 0; i < command.size(); i++) {
        refuseNul(command.get(i), "element " + i + " of command");
      }
      return new Place(command, null, false, List.of());
    }

    Place in(Path newDirectory) {
      return new Place(
          command, ofThisSystem(newDirectory, "directory"), emptyEnvironment, variables);
    }

    Place env(String name, @Nullable String value) {
      Objects.requireNonNull(name, "name");
      refuseNul(name, "name");
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException(
            "name of a variable must not be empty and must have no '=', was '" + name + "'");
      }
      if (value != null) {
        refuseNul(value, "value of variable '" + name + "'");
      }
      List<Variable> more = new ArrayList<>(variables);
      more.add(new Variable(name, value));
      return new Place(command, directory, emptyEnvironment, List.copyOf(more));
    }

    Place emptyEnv() {
      return new Place(command, directory, true, List.of());
    }

    private static void refuseNul(String text, String what) {
      int at = text.indexOf('\0');
      if (at >= 0) {
        throw new IllegalArgumentException(
            what + " must have no NUL character, but has one at index " + at);
      }
    }
  }

  /**
   * {@return a process that runs}
   *
   * @throws ProcessStartException if it cannot be started
   */
  static Process start(ProcessSpec spec) {
    refuseSimulation(spec);
    Place place = spec.place();
    ProcessBuilder builder = new ProcessBuilder(place.command());
    Path directory = place.directory();
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    setEnvironment(builder, place);
    redirect(builder, spec.streams());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new ProcessStartException(message(place, e), e);
    }
  }

  private static void refuseSimulation(ProcessSpec spec) {
    ThreadRecord self = ThreadRecord.current();
    if (self.machine() != Machine.real()) {
      throw new IllegalStateException(
          "process "
              + CommandText.of(spec.place().command())
              + " cannot be started on "
              + Threads.nameOf(self.thread())
              + ", a simulated thread: no seed decides what a process does. Give the code under"
              + " test a function in place of ProcessSpec::run");
    }
  }

  private static void setEnvironment(ProcessBuilder builder, Place place) {
    if (!place.emptyEnvironment() && place.variables().isEmpty()) {
      return;
    }
    Map<String, String> environment = builder.environment();
    if (place.emptyEnvironment()) {
      environment.clear();
    }
    for (Variable variable : place.variables()) {
      String value = variable.value();
      if (value == null) {
        environment.remove(variable.name());
      } else {
        environment.put(variable.name(), value);
      }
    }
  }

  private static void redirect(ProcessBuilder builder, ProcessSpec.Streams streams) {
    switch (streams.input().kind()) {
      case INHERIT -> builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
      case FILE -> builder.redirectInput(streams.input().file().toFile());
      case NONE, TEXT, BYTES, LINES, CHUNKS -> builder.redirectInput(ProcessBuilder.Redirect.PIPE);
    }
    builder.redirectOutput(streams.output().redirect());
    if (streams.error().kind() == Output.Kind.MERGE) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(streams.error().redirect());
    }
  }

  private static String message(Place place, IOException failure) {
    Path directory = place.directory();
    String text = "cannot start command " + CommandText.of(place.command());
    if (directory == null) {
      return text + ": " + failure.getMessage();
    }
    return text
        + " in folder "
        + directory
        + (Files.isDirectory(directory)
            ? ": " + failure.getMessage()
            : ": the folder does not exist");
  }
}
