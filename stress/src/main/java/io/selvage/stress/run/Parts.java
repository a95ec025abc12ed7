package io.selvage.stress.run;

import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The parts that there are: services on the class path, in the order of their file. */
final class Parts {
  private Parts() {}

  static List<StressPart> all() {
    return ServiceLoader.load(StressPart.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /** {@return the parts whose names match one of the patterns; all if there is no pattern} */
  static List<StressPart> matching(List<Pattern> patterns) {
    return all().stream()
        .filter(
            part ->
                patterns.isEmpty()
                    || patterns.stream().anyMatch(each -> each.matcher(part.name()).matches()))
        .toList();
  }

  static StressPart named(String name) {
    return all().stream()
        .filter(part -> part.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such part: " + name));
  }

  /** {@return all names, for messages} */
  static String names() {
    return all().stream().map(StressPart::name).collect(Collectors.joining(", "));
  }
}
