package io.selvage.kernel.support;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads exceptions of foreign code, which is code that is not part of the library. Such a class may
 * override the methods of {@link Throwable}: they may throw, return null, or return a very long
 * text. The methods here never throw.
 */
public final class ForeignThrowable {
  /** How many causes are followed in a chain; this limit also ends cycles. */
  public static final int MOST_CAUSES = 32;

  private static final int IN_MESSAGE = 2_000;

  private ForeignThrowable() {}

  /** {@return an empty set that compares by identity, as exceptions may override equals} */
  public static Set<Throwable> newSet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  /** {@return the cause, or null if there is none or it cannot be read} */
  public static @Nullable Throwable causeOf(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }

  /** {@return the message, or null if there is none or it cannot be read} */
  public static @Nullable String messageOf(Throwable thrown) {
    try {
      return thrown.getMessage();
    } catch (Throwable broken) {
      return null;
    }
  }

  /** {@return the result of {@code toString}, or the name of the class if that fails} */
  public static String describe(Throwable thrown) {
    String text = null;
    try {
      text = thrown.toString();
    } catch (Throwable broken) {
      // fall back to the name of the class
    }
    return text == null ? thrown.getClass().getName() : text;
  }

  /**
   * {@return a text about the cause of an exception, for the message of that exception: the result
   * of {@code toString}, shortened}
   */
  public static String inMessage(Throwable cause) {
    return describe(cause, IN_MESSAGE);
  }

  /**
   * {@return the result of {@code toString}; of a longer text the first characters, and how many
   * follow}
   *
   * @param thrown the exception
   * @param most the number of characters to keep
   */
  public static String describe(Throwable thrown, int most) {
    return shortened(describe(thrown), most);
  }

  /** {@return a text of an exception, for the message of another exception: shortened} */
  public static String shortened(String text) {
    return shortened(text, IN_MESSAGE);
  }

  private static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return new StringBuilder(most + 40)
        .append(text, 0, end)
        .append("... (")
        .append(text.length() - end)
        .append(" more characters)")
        .toString();
  }
}
