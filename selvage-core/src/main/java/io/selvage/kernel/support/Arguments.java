package io.selvage.kernel.support;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * The checks that many arguments need, in one place. The message of an exception contains the name
 * of the argument, the rule that it breaks and its value.
 */
public final class Arguments {
  private Arguments() {}

  /**
   * {@return {@code text}, which is used as a name}
   *
   * @param text the name
   * @param argument the name of the argument in the message
   * @throws IllegalArgumentException if it is empty
   */
  public static String name(String text, String argument) {
    if (Objects.requireNonNull(text, argument).isEmpty()) {
      throw new IllegalArgumentException(argument + " must not be empty");
    }
    return text;
  }

  /**
   * {@return a copy that cannot be changed, without any null}
   *
   * @param elements the elements to copy
   * @param argument the name of the argument in the message
   * @throws NullPointerException if there is a null; the message contains its position
   */
  public static <T> List<T> elements(Collection<? extends T> elements, String argument) {
    Objects.requireNonNull(elements, argument);
    try {
      return List.copyOf(elements);
    } catch (NullPointerException e) {
      throw named(elements, argument, e);
    }
  }

  /**
   * {@return a copy that cannot be changed, without any null}
   *
   * @param elements the elements to copy
   * @param argument the name of the argument in the message
   * @throws NullPointerException if there is a null; the message contains its position
   */
  public static <T> List<T> elements(T[] elements, String argument) {
    Objects.requireNonNull(elements, argument);
    return elements(Arrays.asList(elements), argument);
  }

  /**
   * Returns an exception with the position of the first null; if there is none any more, the
   * original exception.
   */
  private static NullPointerException named(
      Collection<?> elements, String argument, NullPointerException thrown) {
    int index = 0;
    for (Object element : elements) {
      if (element == null) {
        return new NullPointerException(
            "element " + index + " of " + argument + " must not be null");
      }
      index++;
    }
    return thrown;
  }
}
