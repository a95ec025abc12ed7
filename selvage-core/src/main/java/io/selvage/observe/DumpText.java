package io.selvage.observe;

import io.selvage.kernel.support.TextEscaper;
import io.selvage.observe.Dump.Activity;
import io.selvage.observe.Dump.GroupNode;
import io.selvage.observe.Dump.MoreNode;
import io.selvage.observe.Dump.Node;
import io.selvage.observe.Dump.ScopeNode;
import io.selvage.observe.Dump.TaskNode;
import io.selvage.observe.Dump.ThreadNode;
import io.selvage.observe.Dump.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes a dump as text. */
final class DumpText {
  private final StringBuilder out = new StringBuilder();

  private DumpText() {}

  static String of(Dump dump) {
    DumpText text = new DumpText();
    for (Node root : dump.roots()) {
      text.line("", root);
      text.below("", root.children());
    }
    if (text.out.isEmpty()) {
      text.out.append("no thread is in Selvage\n");
    }
    dump.carriers()
        .ifPresent(carriers -> text.out.append("virtual threads: ").append(carriers).append('\n'));
    return text.out.toString();
  }

  private void below(String indent, List<Node> nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      boolean last = i == nodes.size() - 1;
      line(indent + (last ? "└ " : "├ "), nodes.get(i));
      below(indent + (last ? "  " : "│ "), nodes.get(i).children());
    }
  }

  private void line(String indent, Node node) {
    out.append(indent);
    TextEscaper.appendLine(out, describe(node));
    out.append('\n');
  }

  private static String describe(Node node) {
    return switch (node) {
      case ThreadNode thread ->
          (thread.service() ? "service " : "")
              + thread.name()
              + " ("
              + kind(thread.activity())
              + ", "
              + doing(thread.activity())
              + ")";
      case TaskNode task ->
          task.name()
              + " ("
              + kind(task.activity())
              + cancelled(task.cancelled())
              + ", "
              + doing(task)
              + ")";
      case ScopeNode scope ->
          (scope.shield() ? "shield" : "scope") + limits(scope.remaining(), scope.cancelled());
      case GroupNode group ->
          "group '"
              + group.name()
              + "', "
              + (group.tasks() == 1 ? "1 task" : group.tasks() + " tasks")
              + limits(group.remaining(), group.cancelled());
      case MoreNode(String what) -> "… " + what;
    };
  }

  private static String kind(Activity activity) {
    return activity.virtual() ? "virtual" : "platform";
  }

  private static String limits(Optional<Duration> remaining, Optional<String> cancelled) {
    return remaining.map(left -> ", deadline in " + readable(left)).orElse("")
        + cancelled(cancelled);
  }

  private static String cancelled(Optional<String> why) {
    return why.map(reason -> ", cancelled: " + reason).orElse("");
  }

  private static String doing(TaskNode task) {
    String state = task.state().name().toLowerCase(Locale.ROOT);
    return switch (task.state()) {
      case PENDING -> state + (task.activity().awaitsTurn() ? ", waits for its turn" : "");
      case RUNNING ->
          (task.activity().waiting().isPresent() ? "" : state + ", ") + doing(task.activity());
      case SUCCEEDED, FAILED, CANCELLED -> state + ", " + doing(task.activity());
    };
  }

  private static String doing(Activity activity) {
    if (activity.waiting().isPresent()) {
      return doing(activity.waiting().get());
    }
    return (activity.awaitsTurn() ? "waits for its turn" : activity.state().name())
        + activity.operation().map(operation -> ", last " + operation).orElse("");
  }

  private static String doing(Wait wait) {
    return "waits "
        + readable(wait.time())
        + (wait.cancellable() ? "" : " uncancellably")
        + " in "
        + wait.operation()
        + " for "
        + wait.awaited()
        + wait.place().map(place -> ", at " + readable(place)).orElse("");
  }

  /** Without the module and the loader of the class. */
  static String readable(StackTraceElement place) {
    return place.getClassName()
        + "."
        + place.getMethodName()
        + "("
        + (place.getFileName() == null ? "unknown file" : place.getFileName())
        + (place.getLineNumber() > 0 ? ":" + place.getLineNumber() : "")
        + ")";
  }

  // ---- durations

  private static final List<String> UNITS = List.of(" ns", " µs", " ms", " s");

  /** Returns the two largest units, or one unit with a few digits; rounded down. */
  static String readable(Duration duration) {
    if (duration.toDays() > 0) {
      return duration.toDays() + " d" + rest(duration.toHoursPart(), " h");
    }
    if (duration.toHours() > 0) {
      return duration.toHours() + " h" + rest(duration.toMinutesPart(), " min");
    }
    if (duration.toMinutes() > 0) {
      return duration.toMinutes() + " min" + rest(duration.toSecondsPart(), " s");
    }
    return duration.isZero() ? "0 s" : lessThanAMinute(duration.toNanos());
  }

  private static String rest(int count, String unit) {
    return count == 0 ? "" : " " + count + unit;
  }

  private static String lessThanAMinute(long nanos) {
    long count = nanos;
    long thousandths = 0;
    int unit = 0;
    for (; count >= 1000; unit++) {
      thousandths = count % 1000;
      count /= 1000;
    }
    long tenths = thousandths / 100;
    return count + (tenths == 0 || count >= 100 ? "" : "." + tenths) + UNITS.get(unit);
  }
}
