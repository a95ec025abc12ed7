package io.selvage.process;

import io.selvage.kernel.support.TextEscaper;
import java.util.List;

/** A command as text, for messages: on one line, and not longer than some lines. */
final class CommandText {
  private static final int MOST_CHARACTERS = 200;

  private CommandText() {}

  /** {@return the program and its arguments in quotes; the end is left out if it is long} */
  static String of(List<String> command) {
    StringBuilder text = new StringBuilder("'");
    for (String part : command) {
      if (text.length() > 1) {
        text.append(' ');
      }
      int room = MOST_CHARACTERS - text.length();
      if (room <= 0 || part.length() > room) {
        TextEscaper.appendLine(text, part.substring(0, Math.max(0, room)));
        return text.append("…'").toString();
      }
      TextEscaper.appendLine(text, part);
    }
    return text.append('\'').toString();
  }
}
