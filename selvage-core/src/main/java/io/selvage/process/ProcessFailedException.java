package io.selvage.process;

import io.selvage.kernel.support.TextEscaper;
import java.io.Serial;

/**
 * A child process has ended with an exit status other than 0. The message has the command, and the
 * end of the error output if it was captured: at most ten lines and a thousand characters, with
 * control characters as escapes. Beware of secrets in arguments.
 */
public final class ProcessFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private static final int MOST_LINES = 10;
  private static final int MOST_CHARACTERS = 1_000;

  /** How the process has ended, and what it has written. */
  private final ProcessResult result;

  ProcessFailedException(ProcessResult result) {
    super(message(result));
    this.result = result;
  }

  /** {@return how the process has ended, and everything that was captured} */
  public ProcessResult result() {
    return result;
  }

  private static String message(ProcessResult result) {
    StringBuilder text = new StringBuilder("command ");
    text.append(CommandText.of(result.command()));
    text.append(" ended with exit status ").append(result.exitStatus());
    result.signal().ifPresent(signal -> text.append(" (signal ").append(signal).append(')'));
    String tail = tail(result.error());
    if (!tail.isEmpty()) {
      text.append("; its error output");
      if (tail.length() < result.error().strip().length()) {
        text.append(" ends with");
      }
      text.append(':');
      tail.lines().forEach(line -> TextEscaper.appendLine(text.append('\n'), line));
    }
    return text.toString();
  }

  /** {@return the last lines of a text, without the line break at its end} */
  private static String tail(String error) {
    String whole = error.strip();
    int from = Math.max(0, whole.length() - MOST_CHARACTERS);
    int lineBreak = whole.length();
    for (int lines = 0; lines < MOST_LINES && lineBreak > from; lines++) {
      lineBreak = whole.lastIndexOf('\n', lineBreak - 1);
    }
    if (lineBreak >= from && lineBreak < whole.length()) {
      from = lineBreak + 1;
    } else if (from > 0 && Character.isLowSurrogate(whole.charAt(from))) {
      from++;
    }
    return whole.substring(from);
  }
}
