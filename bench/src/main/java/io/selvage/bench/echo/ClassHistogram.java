package io.selvage.bench.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lives in the heap of a process after a full collection.
 *
 * @param classes by the name of the class
 */
record ClassHistogram(Map<String, Usage> classes) {
  private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

  /** The objects of a class. */
  record Usage(long instances, long bytes) {
    private static final Usage NONE = new Usage(0, 0);

    private Usage minus(Usage other) {
      return new Usage(instances - other.instances, bytes - other.bytes);
    }
  }

  /** Collects the garbage of a process, and counts. */
  static ClassHistogram of(long pid) throws IOException, InterruptedException {
    Process jcmd =
        Programs.start(List.of(Programs.jdk("jcmd"), Long.toString(pid), "GC.class_histogram"));
    List<String> lines;
    try (BufferedReader output = jcmd.inputReader()) {
      lines = output.lines().toList();
    }
    if (jcmd.waitFor() != 0) {
      throw new IOException("jcmd has failed: " + lines);
    }
    return parse(lines);
  }

  static ClassHistogram parse(List<String> lines) {
    Map<String, Usage> classes = new HashMap<>();
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        classes.put(
            matcher.group(3),
            new Usage(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))));
      }
    }
    return new ClassHistogram(classes);
  }

  long bytes() {
    return classes.values().stream().mapToLong(Usage::bytes).sum();
  }

  /** {@return what is here and not there} */
  ClassHistogram minus(ClassHistogram other) {
    Map<String, Usage> difference = new HashMap<>(classes);
    other.classes.forEach(
        (name, usage) ->
            difference.put(name, difference.getOrDefault(name, Usage.NONE).minus(usage)));
    return new ClassHistogram(difference);
  }

  /** {@return the classes with the most bytes, as lines with the share of each connection} */
  List<String> top(int count, int connections) {
    List<String> lines = new ArrayList<>();
    classes.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -entry.getValue().bytes))
        .limit(count)
        .forEach(
            entry ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%8.1f bytes in %5.2f of %s",
                        (double) entry.getValue().bytes / connections,
                        (double) entry.getValue().instances / connections,
                        entry.getKey())));
    return lines;
  }
}
