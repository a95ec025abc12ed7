package io.selvage.process;

import io.selvage.CancelledException;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A command that can be run as a child process: the program and its arguments, the folder, the
 * environment, the input and the outputs.
 *
 * {@snippet class="io.selvage.process.ProcessSnippets" region="run"}
 *
 * <p>Immutable: each method returns a changed copy. One spec may be run any number of times.
 *
 * <p><b>No shell.</b> The program gets its arguments as they are. For pipes, wildcards and the like
 * name the shell: {@code ProcessSpec.of("sh", "-c", "ls *.txt | wc -l")}. Never put text from
 * outside into such a line.
 *
 * <p><b>Threads.</b> Any thread may run it, also inside of a loop: the other tasks run meanwhile.
 * Each running process costs one platform thread, and one more for each input or output that the
 * library feeds or reads. These threads are not taken from a pool, so processes never wait for each
 * other.
 *
 * <p><b>Cancellation</b> ends the process and its descendants: first gently, and when the
 * {@linkplain #grace grace period} is over by force. The exception is thrown when the process is
 * gone. A time limit is a scope around the call:
 *
 * {@snippet class="io.selvage.process.ProcessSnippets" region="limit"}
 *
 * <p><b>Text</b> is UTF-8 unless {@linkplain #charset set}, on every platform. What is no valid
 * text in the charset is replaced by the character {@code U+FFFD}. To capture bytes use {@link
 * Output#chunks}, a file, or the charset {@code ISO_8859_1}, which keeps each byte as one
 * character.
 *
 * <p><b>Simulation.</b> A process cannot run inside of a simulation, because no seed decides what
 * it does: starting one throws an {@link IllegalStateException}. Give the code under test a
 * function, which is {@code ProcessSpec::run} in the program, and returns a {@link ProcessResult}
 * in the simulation.
 */
public final class ProcessSpec {
  private static final int LINE_LIMIT = 1 << 20;

  private final Launch.Place place;
  private final Streams streams;
  private final Duration grace;
  private final boolean check;

  /** The input, the outputs, and what text there is. */
  record Streams(Input input, Output output, Output error, Charset charset, int lineLimit) {}

  private ProcessSpec(Launch.Place place, Streams streams, Duration grace, boolean check) {
    this.place = place;
    this.streams = streams;
    this.grace = grace;
    this.check = check;
  }

  /**
   * {@return a command without input, whose outputs are captured}
   *
   * @param command the program, and its arguments
   * @throws IllegalArgumentException if there is no program, its name is empty, or there is a NUL
   *     character
   */
  public static ProcessSpec of(String... command) {
    return of(Arguments.elements(command, "command"));
  }

  /**
   * {@return a command without input, whose outputs are captured}
   *
   * @param command the program, and its arguments
   * @throws IllegalArgumentException if there is no program, its name is empty, or there is a NUL
   *     character
   */
  public static ProcessSpec of(List<String> command) {
    return new ProcessSpec(
        Launch.Place.of(Arguments.elements(command, "command")),
        new Streams(
            Input.none(), Output.capture(), Output.capture(), StandardCharsets.UTF_8, LINE_LIMIT),
        Duration.ofSeconds(5),
        true);
  }

  // ---- where it runs

  /**
   * {@return this command, in a folder} Otherwise the process has the folder of this program.
   *
   * @param directory must exist when the process is started
   * @throws IllegalArgumentException if it is not a path of the default file system
   */
  public ProcessSpec in(Path directory) {
    return new ProcessSpec(place.in(directory), streams, grace, check);
  }

  /**
   * {@return this command, with a variable of its environment} The process inherits all other
   * variables of this program.
   *
   * @param name not empty, without {@code =} and NUL
   * @param value without NUL
   * @throws IllegalArgumentException if one of them is not as described
   */
  public ProcessSpec env(String name, String value) {
    Objects.requireNonNull(value, "value");
    return new ProcessSpec(place.env(name, value), streams, grace, check);
  }

  /**
   * {@return this command, without a variable of the environment}
   *
   * @param name not empty, without {@code =} and NUL
   * @throws IllegalArgumentException if it is not as described
   */
  public ProcessSpec withoutEnv(String name) {
    return new ProcessSpec(place.env(name, null), streams, grace, check);
  }

  /**
   * {@return this command, with an empty environment} Variables that are set later are added to it.
   */
  public ProcessSpec emptyEnv() {
    return new ProcessSpec(place.emptyEnv(), streams, grace, check);
  }

  // ---- input and outputs

  /**
   * {@return this command, with an input}
   *
   * @param input {@link Input#none()} unless set
   */
  public ProcessSpec input(Input input) {
    Objects.requireNonNull(input, "input");
    return with(
        new Streams(input, streams.output, streams.error, streams.charset, streams.lineLimit));
  }

  /**
   * {@return this command, with a text as its whole input; short for {@link Input#text}}
   *
   * @param text may be empty
   */
  public ProcessSpec input(String text) {
    return input(Input.text(text));
  }

  /**
   * {@return this command, with a place for its standard output}
   *
   * @param output {@link Output#capture()} unless set
   * @throws IllegalArgumentException if it is {@link Output#merge()}
   */
  public ProcessSpec output(Output output) {
    if (Objects.requireNonNull(output, "output").kind() == Output.Kind.MERGE) {
      throw new IllegalArgumentException(
          "output must not be merge(): that is for the error output only");
    }
    return with(
        new Streams(streams.input, output, streams.error, streams.charset, streams.lineLimit));
  }

  /**
   * {@return this command, with a place for its error output}
   *
   * @param error {@link Output#capture()} unless set
   */
  public ProcessSpec error(Output error) {
    Objects.requireNonNull(error, "error");
    return with(
        new Streams(streams.input, streams.output, error, streams.charset, streams.lineLimit));
  }

  /**
   * {@return this command, with a charset for its input and outputs}
   *
   * @param charset UTF-8 unless set
   * @throws IllegalArgumentException if it can only decode
   */
  public ProcessSpec charset(Charset charset) {
    if (!Objects.requireNonNull(charset, "charset").canEncode()) {
      throw new IllegalArgumentException("charset must be able to encode, was " + charset);
    }
    return with(
        new Streams(streams.input, streams.output, streams.error, charset, streams.lineLimit));
  }

  /**
   * {@return this command, with a limit for the length of one line} An output of lines in which one
   * is longer is broken from there: otherwise a process that writes no line break would fill the
   * memory.
   *
   * @param characters 1 or more; 1,048,576 unless set
   * @throws IllegalArgumentException if it is less
   */
  public ProcessSpec lineLimit(int characters) {
    if (characters < 1) {
      throw new IllegalArgumentException("characters must be >= 1, was " + characters);
    }
    return with(
        new Streams(streams.input, streams.output, streams.error, streams.charset, characters));
  }

  private ProcessSpec with(Streams changed) {
    return new ProcessSpec(place, changed, grace, check);
  }

  // ---- the end

  /**
   * {@return this command, with a grace period} A process that is ended is asked to terminate
   * (SIGTERM), with its descendants. Those that still run after the grace period are killed
   * (SIGKILL).
   *
   * @param period zero or more, 5 seconds unless set; with zero they are killed at once
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public ProcessSpec grace(Duration period) {
    var unused = Durations.nanos(period, "period");
    return new ProcessSpec(place, streams, period, check);
  }

  /**
   * {@return this command; says whether an exit status other than 0 is an exception}
   *
   * @param check true unless set
   */
  public ProcessSpec check(boolean check) {
    return new ProcessSpec(place, streams, grace, check);
  }

  // ---- running it

  /**
   * Runs the command, and waits until it has ended and its outputs are read.
   *
   * <p>If a descendant of the process still has an output open when the process has ended, the rest
   * is waited for at most one second: see {@link ChildProcess}.
   *
   * <p><b>Cancellation</b> ends the process and its descendants, as described above. What was
   * written is lost then.
   *
   * @return its exit status and the captured outputs
   * @throws ProcessFailedException if the exit status is not 0, unless that is not to be {@link
   *     #check checked}
   * @throws io.selvage.BrokenResourceException if a captured output cannot be read or does not fit
   *     into the memory; the failure is the cause
   * @throws ProcessStartException if the command cannot be started
   * @throws IllegalStateException if the input or an output is {@code lines()} or {@code chunks()}:
   *     use {@link #start} or {@link #forEachLine}; or in a simulation
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public ProcessResult run() throws InterruptedException {
    refuse(streams.output.isReceived(), "output", streams.output, "start or forEachLine");
    refuseRest();
    try (ChildProcess child = start()) {
      return child.await();
    }
  }

  /**
   * Runs the command, and calls an action with each line of its standard output while it runs.
   *
   * {@snippet class="io.selvage.process.ProcessSnippets" region="lines"}
   *
   * <p>The lines are not kept, so any number of them needs the same memory. A line ends with {@code
   * \n}, {@code \r\n} or {@code \r}, which the action does not get; the last line may have no end.
   * While the action works, the process waits when its output is full. If the action throws, the
   * process is ended as by a cancellation.
   *
   * @param <X> what the action may throw
   * @param action called on the calling thread with one line after the other
   * @return the exit status, and the error output if it is captured
   * @throws X if the action does
   * @throws io.selvage.BrokenResourceException if a line is longer than the {@linkplain #lineLimit
   *     limit}, the output cannot be read, or a captured error output cannot be read or does not
   *     fit into the memory
   * @throws ProcessFailedException if the exit status is not 0, unless that is not to be {@link
   *     #check checked}; the action has got all lines before
   * @throws ProcessStartException if the command cannot be started
   * @throws IllegalStateException if an {@link #output} was set that is neither {@code capture()}
   *     nor {@code lines()}; if the input or the error output is {@code lines()} or {@code
   *     chunks()}; or in a simulation
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> ProcessResult forEachLine(ThrowingConsumer<? super String, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    Output.Kind kind = streams.output.kind();
    if (kind != Output.Kind.CAPTURE && kind != Output.Kind.LINES) {
      throw new IllegalStateException(
          "forEachLine reads the output itself, but the output is " + streams.output);
    }
    refuseRest();
    try (ChildProcess child = output(Output.lines()).start()) {
      child.outputLines().forEach(action);
      return child.await();
    }
  }

  private void refuseRest() {
    refuse(streams.input.isSent(), "input", streams.input, "start");
    refuse(streams.error.isReceived(), "error output", streams.error, "start");
  }

  private static void refuse(boolean refused, String what, Object value, String instead) {
    if (refused) {
      throw new IllegalStateException(
          "the " + what + " is " + value + ", but the process is not visible here; use " + instead);
    }
  }

  /**
   * Starts the command, and does not wait for it. Close the process, best by try-with-resources.
   *
   * {@snippet class="io.selvage.process.ProcessSnippets" region="start"}
   *
   * @return the process, which runs
   * @throws ProcessStartException if the command cannot be started
   * @throws IllegalStateException in a simulation
   * @throws CancelledException if the calling thread is cancelled on entry; then nothing was
   *     started
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public ChildProcess start() throws InterruptedException {
    return ChildProcess.start(this);
  }

  Launch.Place place() {
    return place;
  }

  Streams streams() {
    return streams;
  }

  Duration grace() {
    return grace;
  }

  boolean isChecked() {
    return check;
  }

  /** {@return the command; the environment is left out, as it may hold secrets} */
  @Override
  public String toString() {
    Path directory = place.directory();
    return "ProcessSpec["
        + CommandText.of(place.command())
        + (directory == null ? "" : " in " + directory)
        + "]";
  }
}
