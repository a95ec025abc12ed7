package io.selvage.process;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the standard output or the error output of a child process goes to. Immutable.
 *
 * <p>The library reads what it is given at all times, each output on a thread of its own. So a
 * process that writes much to both outputs never waits for ever. Only an output of {@link #lines}
 * or {@link #chunks} makes the process wait, until the program receives from it or closes it.
 */
public final class Output {
  private static final Output CAPTURE = new Output(Kind.CAPTURE, null);
  private static final Output INHERIT = new Output(Kind.INHERIT, null);
  private static final Output DISCARD = new Output(Kind.DISCARD, null);
  private static final Output LINES = new Output(Kind.LINES, null);
  private static final Output CHUNKS = new Output(Kind.CHUNKS, null);
  private static final Output MERGE = new Output(Kind.MERGE, null);

  enum Kind {
    CAPTURE,
    INHERIT,
    DISCARD,
    FILE,
    APPEND,
    LINES,
    CHUNKS,
    MERGE
  }

  private final Kind kind;
  private final @Nullable Path file;

  private Output(Kind kind, @Nullable Path file) {
    this.kind = kind;
    this.file = file;
  }

  /**
   * {@return an output that the {@link ProcessResult} holds as text; this is the default} There is
   * no limit: use {@link ProcessSpec#forEachLine}, {@link #lines} or a file for an output that may
   * not fit into the memory.
   */
  public static Output capture() {
    return CAPTURE;
  }

  /** {@return the same output of this Java program, for example its terminal} */
  public static Output inherit() {
    return INHERIT;
  }

  /** {@return an output that goes nowhere} */
  public static Output discard() {
    return DISCARD;
  }

  /**
   * {@return an output to a file, which is created or written anew}
   *
   * @param file is opened when the process is started; the process writes to it itself
   * @throws IllegalArgumentException if it is not a path of the default file system
   */
  public static Output file(Path file) {
    return new Output(Kind.FILE, Launch.ofThisSystem(file, "file"));
  }

  /**
   * {@return an output to the end of a file, which is created if there is none}
   *
   * @param file is opened when the process is started; the process writes to it itself
   * @throws IllegalArgumentException if it is not a path of the default file system
   */
  public static Output append(Path file) {
    return new Output(Kind.APPEND, Launch.ofThisSystem(file, "file"));
  }

  /**
   * {@return an output of lines, which this program receives while the process runs, by {@link
   * ChildProcess#outputLines} or {@link ChildProcess#errorLines}; only for {@link
   * ProcessSpec#start}}
   */
  public static Output lines() {
    return LINES;
  }

  /**
   * {@return an output of arrays of bytes, which this program receives while the process runs, by
   * {@link ChildProcess#outputChunks} or {@link ChildProcess#errorChunks}; only for {@link
   * ProcessSpec#start}}
   */
  public static Output chunks() {
    return CHUNKS;
  }

  /**
   * {@return an error output that goes to the place of the standard output, in the order in which
   * the process writes}
   */
  public static Output merge() {
    return MERGE;
  }

  Kind kind() {
    return kind;
  }

  /** {@return whether this program receives the output while the process runs} */
  boolean isReceived() {
    return kind == Kind.LINES || kind == Kind.CHUNKS;
  }

  ProcessBuilder.Redirect redirect() {
    return switch (kind) {
      case CAPTURE, LINES, CHUNKS, MERGE -> ProcessBuilder.Redirect.PIPE;
      case INHERIT -> ProcessBuilder.Redirect.INHERIT;
      case DISCARD -> ProcessBuilder.Redirect.DISCARD;
      case FILE -> ProcessBuilder.Redirect.to(Objects.requireNonNull(file).toFile());
      case APPEND -> ProcessBuilder.Redirect.appendTo(Objects.requireNonNull(file).toFile());
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case FILE -> "file " + file;
      case APPEND -> "end of file " + file;
      case CAPTURE -> "capture()";
      case INHERIT -> "inherit()";
      case DISCARD -> "discard()";
      case LINES -> "lines()";
      case CHUNKS -> "chunks()";
      case MERGE -> "merge()";
    };
  }
}
