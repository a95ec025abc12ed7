package io.selvage.kernel.support;

/**
 * Escapes strings that come from outside the library, so that each stays on one line, or inside one
 * literal.
 */
public final class TextEscaper {
  private TextEscaper() {}

  /**
   * {@return the result of {@code toString} of a foreign object, or the name of its class if that
   * throws}
   */
  public static String textOf(Object foreign) {
    try {
      return String.valueOf(foreign.toString());
    } catch (Throwable thrown) {
      return foreign.getClass().getName();
    }
  }

  /** Appends {@code text} so that it stays on its line and can be encoded. */
  public static void appendLine(StringBuilder out, String text) {
    append(out, text, false);
  }

  /** Appends {@code text} as the inside of a JSON string. */
  public static void appendJson(StringBuilder out, String text) {
    append(out, text, true);
  }

  private static void append(StringBuilder out, String text, boolean quoted) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else if (quoted && (c == '"' || c == '\\')) {
        out.append('\\').append(c);
      } else if (isPlain(c)) {
        out.append(c);
      } else {
        appendEscaped(out, c);
      }
    }
  }

  private static boolean isPlain(char c) {
    return !Character.isISOControl(c)
        && !Character.isSurrogate(c)
        && c != '\u2028' // the line and paragraph separators
        && c != '\u2029';
  }

  private static void appendEscaped(StringBuilder out, char c) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
  }
}
