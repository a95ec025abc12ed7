package io.selvage.process;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a child process reads its standard input from. Immutable.
 *
 * <p>If the process closes its input, or ends, before it has read all that it is given, the rest is
 * dropped. Many programs do so; their exit status says whether it was an error.
 */
public final class Input {
  private static final Input NONE = new Input(Kind.NONE, null);
  private static final Input INHERIT = new Input(Kind.INHERIT, null);
  private static final Input LINES = new Input(Kind.LINES, null);
  private static final Input CHUNKS = new Input(Kind.CHUNKS, null);

  enum Kind {
    NONE,
    INHERIT,
    TEXT,
    BYTES,
    FILE,
    LINES,
    CHUNKS
  }

  private final Kind kind;
  private final @Nullable Object source; // the text, the bytes or the file

  private Input(Kind kind, @Nullable Object source) {
    this.kind = kind;
    this.source = source;
  }

  /** {@return no input: the process finds the end of its input at once; this is the default} */
  public static Input none() {
    return NONE;
  }

  /** {@return the input of this Java program, for example its terminal} */
  public static Input inherit() {
    return INHERIT;
  }

  /**
   * {@return this text as the whole input, encoded in the {@linkplain ProcessSpec#charset charset}
   * of the process}
   *
   * @param text may be empty
   */
  public static Input text(String text) {
    return new Input(Kind.TEXT, Objects.requireNonNull(text, "text"));
  }

  /**
   * {@return these bytes as the whole input}
   *
   * @param bytes are copied; may be empty
   */
  public static Input bytes(byte[] bytes) {
    return new Input(Kind.BYTES, Objects.requireNonNull(bytes, "bytes").clone());
  }

  /**
   * {@return the content of a file, which the process reads itself}
   *
   * @param file is opened when the process is started
   * @throws IllegalArgumentException if it is not a path of the default file system
   */
  public static Input file(Path file) {
    return new Input(Kind.FILE, Launch.ofThisSystem(file, "file"));
  }

  /**
   * {@return lines that this program sends while the process runs, by {@link
   * ChildProcess#inputLines}; only for {@link ProcessSpec#start}}
   */
  public static Input lines() {
    return LINES;
  }

  /**
   * {@return arrays of bytes that this program sends while the process runs, by {@link
   * ChildProcess#inputChunks}; only for {@link ProcessSpec#start}}
   */
  public static Input chunks() {
    return CHUNKS;
  }

  Kind kind() {
    return kind;
  }

  /** {@return whether this program sends the input while the process runs} */
  boolean isSent() {
    return kind == Kind.LINES || kind == Kind.CHUNKS;
  }

  /** {@return the file, of this kind of input} */
  Path file() {
    return (Path) Objects.requireNonNull(source);
  }

  /** {@return the bytes that are written to the process as soon as it runs} */
  byte[] content(Charset charset) {
    return source instanceof String text
        ? text.getBytes(charset)
        : source instanceof byte[] bytes ? bytes : new byte[0];
  }

  @Override
  public String toString() {
    return switch (kind) {
      case TEXT -> "text of " + ((String) Objects.requireNonNull(source)).length() + " characters";
      case BYTES -> ((byte[]) Objects.requireNonNull(source)).length + " bytes";
      case FILE -> "file " + source;
      case NONE -> "none()";
      case INHERIT -> "inherit()";
      case LINES -> "lines()";
      case CHUNKS -> "chunks()";
    };
  }
}
