package io.selvage.guide;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.observe.Dump;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The code of docs/guide/observing.md; GuideTest compares it. */
final class ObservingChapter {
  private ObservingChapter() {}

  static String dump() throws InterruptedException {
    // @start region="dump"
    String text =
        TaskGroup.options()
            .withName("server")
            .withTimeout(ofSeconds(30))
            .call(
                group -> {
                  Task<?> reader = group.launch("reader", () -> Selvage.sleep(ofHours(1)));
                  group.fork("writer", () -> reader.join());
                  String now = Dump.take().text();
                  group.cancel("the dump is taken");
                  return now;
                });
    // @end
    return text;
  }

  // @start region="walk"
  static List<String> waitingLongerThan(Duration limit, List<Dump.Node> nodes) {
    List<String> names = new ArrayList<>();
    for (Dump.Node node : nodes) {
      if (node instanceof Dump.TaskNode task
          && task.activity().waiting().filter(it -> it.time().compareTo(limit) > 0).isPresent()) {
        names.add(task.name());
      }
      names.addAll(waitingLongerThan(limit, node.children()));
    }
    return names; // call it with Dump.take().roots()
  }

  // @end

  static void uncaught(BiConsumer<String, Throwable> report) throws InterruptedException {
    // @start region="uncaught"
    TaskGroup.options()
        .withName("cache")
        .withUncaughtHandler((task, failure) -> report.accept(task, failure))
        .run(group -> group.launchUnsupervised("refresh", () -> refresh()));
    // @end
  }

  private static void refresh() {
    throw new IllegalStateException("no connection");
  }
}
