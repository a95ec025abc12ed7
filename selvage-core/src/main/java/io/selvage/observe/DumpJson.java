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
import java.util.Optional;

/** Writes a dump as JSON. */
final class DumpJson {
  private final StringBuilder out = new StringBuilder();
  private boolean first = true; // nothing has been written yet in the innermost object or array

  private DumpJson() {}

  static String of(Dump dump) {
    DumpJson json = new DumpJson();
    json.open('{');
    json.optional("carriers", dump.carriers());
    json.nodes("threads", dump.roots());
    json.close('}');
    return json.out.toString();
  }

  private void nodes(String name, List<Node> nodes) {
    key(name);
    open('[');
    for (Node node : nodes) {
      separate();
      open('{');
      properties(node);
      nodes("children", node.children());
      close('}');
    }
    close(']');
  }

  private void properties(Node node) {
    switch (node) {
      case ThreadNode thread -> {
        string("kind", "thread");
        string("name", thread.name());
        plain("service", thread.service());
        activity(thread.activity());
      }
      case TaskNode task -> {
        string("kind", "task");
        string("name", task.name());
        string("state", task.state().name());
        optional("cancelled", task.cancelled());
        activity(task.activity());
      }
      case ScopeNode scope -> {
        string("kind", "scope");
        plain("shield", scope.shield());
        limits(scope.remaining(), scope.cancelled());
      }
      case GroupNode group -> {
        string("kind", "group");
        string("name", group.name());
        plain("tasks", group.tasks());
        limits(group.remaining(), group.cancelled());
      }
      case MoreNode(String what) -> {
        string("kind", "more");
        string("what", what);
      }
    }
  }

  private void limits(Optional<Duration> remaining, Optional<String> cancelled) {
    plain("remaining", remaining.isPresent() ? remaining.get().toNanos() : "null");
    optional("cancelled", cancelled);
  }

  private void activity(Activity activity) {
    key("activity");
    open('{');
    plain("virtual", activity.virtual());
    string("state", activity.state().name());
    optional("operation", activity.operation());
    plain("awaitsTurn", activity.awaitsTurn());
    if (activity.waiting().isPresent()) {
      wait(activity.waiting().get());
    } else {
      plain("waiting", "null");
    }
    close('}');
  }

  private void wait(Wait wait) {
    key("waiting");
    open('{');
    string("operation", wait.operation());
    string("awaited", wait.awaited());
    plain("time", wait.time().toNanos());
    plain("cancellable", wait.cancellable());
    wait.place()
        .ifPresentOrElse(
            place -> string("place", DumpText.readable(place)), () -> plain("place", "null"));
    close('}');
  }

  // ---- the grammar

  private void open(char bracket) {
    out.append(bracket);
    first = true;
  }

  private void close(char bracket) {
    out.append(bracket);
    first = false;
  }

  private void separate() {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  private void key(String name) {
    separate();
    out.append('"').append(name).append("\":");
  }

  private void plain(String name, Object numberBooleanOrNull) {
    key(name);
    out.append(numberBooleanOrNull);
  }

  private void optional(String name, Optional<String> value) {
    if (value.isPresent()) {
      string(name, value.get());
    } else {
      plain(name, "null");
    }
  }

  private void string(String name, String value) {
    key(name);
    out.append('"');
    TextEscaper.appendJson(out, value);
    out.append('"');
  }
}
