package io.selvage.stress.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a part has counted; a figure that it does not count is missing. Immutable.
 *
 * <p>A part prints it as one line, such as {@code figures: operations=5 lost=0}.
 */
public final class Figures {
  private static final String PREFIX = "figures: ";
  private static final Pattern FIGURE = Pattern.compile("([a-z-]+)=(-?[0-9]{1,18})");
  private static final Map<String, Figure> BY_KEY =
      Arrays.stream(Figure.values()).collect(Collectors.toUnmodifiableMap(Figure::key, f -> f));

  private final Map<Figure, Long> values;

  private Figures(Map<Figure, Long> values) {
    this.values = values;
  }

  /** {@return figures with these values} */
  public static Figures of(Map<Figure, Long> values) {
    Map<Figure, Long> copy = new EnumMap<>(Figure.class);
    copy.putAll(values);
    return new Figures(Collections.unmodifiableMap(copy));
  }

  /** {@return whether this line has figures} */
  static boolean isLine(String line) {
    return line.startsWith(PREFIX);
  }

  /**
   * {@return the figures of this line; empty if it is torn, as the last one of a killed process}
   */
  static Optional<Figures> parse(String line) {
    Map<Figure, Long> values = new EnumMap<>(Figure.class);
    for (String each : line.substring(PREFIX.length()).split(" ", -1)) {
      Matcher matcher = FIGURE.matcher(each);
      Figure figure = matcher.matches() ? BY_KEY.get(matcher.group(1)) : null;
      if (figure == null) {
        return Optional.empty();
      }
      values.put(figure, Long.valueOf(matcher.group(2)));
    }
    return Optional.of(of(values));
  }

  /** {@return the value of this figure; empty if it is missing} */
  public OptionalLong get(Figure figure) {
    Long value = values.get(figure);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** {@return the value of this figure; 0 if it is missing} */
  public long valueOf(Figure figure) {
    return get(figure).orElse(0);
  }

  /** {@return these figures, with so much more of one} */
  public Figures plus(Figure figure, long more) {
    Map<Figure, Long> copy = new EnumMap<>(Figure.class);
    copy.putAll(values);
    copy.merge(figure, more, Long::sum);
    return of(copy);
  }

  /** {@return one sentence for each figure that must be zero, and is not} */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    values.forEach(
        (figure, value) -> {
          if (figure.mustBeZero() && value != 0) {
            problems.add(figure.key() + " must be 0, was " + value);
          }
        });
    return problems;
  }

  /** {@return the figures as a line} */
  public String line() {
    return PREFIX + this;
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(each -> each.getKey().key() + "=" + each.getValue())
        .collect(Collectors.joining(" "));
  }
}
