package io.selvage.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.observe.Dump.Activity;
import io.selvage.observe.Dump.Node;
import io.selvage.observe.Dump.ThreadNode;
import io.selvage.observe.Dump.Wait;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds things in dumps. */
final class Dumps {
  private Dumps() {}

  static Stream<Node> all(List<Node> nodes) {
    return nodes.stream().flatMap(node -> Stream.concat(Stream.of(node), all(node.children())));
  }

  static Optional<ThreadNode> thread(Thread thread) {
    String before = thread.getName();
    if (before.startsWith("test-")) {
      thread.setName("dump-" + thread.threadId()); // all of them have the same
    }
    if (!before.equals("main")) {
      return named(io.selvage.kernel.Threads.nameOf(thread));
    }
    thread.setName("dump-main"); // the main threads of simulations have that name, too
    try {
      return named("dump-main");
    } finally {
      thread.setName(before);
    }
  }

  private static Optional<ThreadNode> named(String name) {
    return Dump.take().roots().stream()
        .filter(ThreadNode.class::isInstance)
        .map(ThreadNode.class::cast)
        .filter(node -> node.name().equals(name))
        .findFirst();
  }

  static ThreadNode me() {
    return thread(Thread.currentThread()).orElseThrow();
  }

  static boolean waitsIn(Activity activity, String operation) {
    return activity.waiting().map(Wait::operation).filter(operation::equals).isPresent();
  }

  static Node only(Node node) {
    assertThat(node.children()).hasSize(1);
    return node.children().getFirst();
  }
}
