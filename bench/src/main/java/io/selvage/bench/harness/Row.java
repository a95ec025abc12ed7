package io.selvage.bench.harness;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One line of the table: the same work of several libraries, Selvage first.
 *
 * @param group the rows of one topic have the same
 * @param name unique in the group
 * @param operation what is done once
 * @param unit what is measured
 * @param growth its place in a chart; such a row is not in the table
 * @param options of the JVM that measures it
 * @param candidates the libraries
 * @param commands programs of other languages
 */
public record Row(
    String group,
    String name,
    String operation,
    Unit unit,
    Optional<Growth> growth,
    List<String> options,
    List<Candidate> candidates,
    List<Command> commands) {
  private static final List<String> HEAP = List.of("-Xms1g", "-Xmx1g");

  /** Copies the lists. */
  public Row {
    options = List.copyOf(options);
    candidates = List.copyOf(candidates);
    commands = List.copyOf(commands);
  }

  /**
   * {@return a row of nanoseconds, without libraries yet}
   *
   * @param group the rows of one topic have the same
   * @param name unique in the group
   * @param operation what is done once
   */
  public static Row timed(String group, String name, String operation) {
    return new Row(group, name, operation, Unit.TIME, Optional.empty(), HEAP, List.of(), List.of());
  }

  /**
   * {@return a row of bytes, without libraries yet}
   *
   * @param group the rows of one topic have the same
   * @param name unique in the group
   * @param operation what takes the memory
   */
  public static Row memory(String group, String name, String operation) {
    return new Row(
        group, name, operation, Unit.MEMORY, Optional.empty(), HEAP, List.of(), List.of());
  }

  /**
   * {@return this row with one more library}
   *
   * @param library its name
   * @param body makes its work
   */
  public Row with(String library, Supplier<Body> body) {
    return withSample(library, () -> Sample.timed(body.get()));
  }

  /**
   * {@return this row with one more library}
   *
   * @param library its name
   * @param sample makes what takes its figures
   */
  public Row withSample(String library, Supplier<Sample> sample) {
    List<Candidate> more =
        Stream.concat(candidates.stream(), Stream.of(new Candidate(library, sample))).toList();
    return new Row(group, name, operation, unit, growth, options, more, commands);
  }

  /**
   * {@return this row with a program of another language}
   *
   * @param command the program
   */
  public Row withCommand(Command command) {
    List<Command> more = Stream.concat(commands.stream(), Stream.of(command)).toList();
    return new Row(group, name, operation, unit, growth, options, candidates, more);
  }

  /**
   * {@return this row as a point of a chart}
   *
   * @param place where it is there
   */
  public Row in(Growth place) {
    return new Row(group, name, operation, unit, Optional.of(place), options, candidates, commands);
  }

  /**
   * {@return this row with other options of the JVM}
   *
   * @param others instead of those for a heap of 1 GB
   */
  public Row withOptions(String... others) {
    return new Row(group, name, operation, unit, growth, List.of(others), candidates, commands);
  }

  /** {@return its name with that of its group} */
  public String title() {
    return group + "/" + name;
  }
}
