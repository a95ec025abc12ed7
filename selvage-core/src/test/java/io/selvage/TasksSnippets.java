package io.selvage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The examples of {@link Tasks} and what belongs to it, compiled; TasksSnippetsTest runs them. */
final class TasksSnippets {
  private TasksSnippets() {}

  static String fetch(String from) throws IOException, InterruptedException {
    if (from.startsWith("broken")) {
      throw new IOException(from);
    }
    Selvage.checkpoint();
    return "page of " + from;
  }

  static List<String> tasks() throws InterruptedException {
    // @start region="tasks"
    List<String> both = Tasks.all(() -> fetch("a"), () -> fetch("b")); // in this order
    String fastest = Tasks.race(() -> fetch("near"), () -> fetch("far")); // the other is cancelled
    String any = Tasks.firstSuccess(() -> fetch("broken"), () -> fetch("mirror"));
    List<String> pages = Tasks.map(List.of("a", "b", "c"), 2, url -> fetch(url)); // two at a time
    // @end
    return List.of(both.toString(), fastest.substring(0, 4), any, pages.getLast());
  }

  static List<String> map(List<String> urls) throws InterruptedException {
    // @start region="map"
    List<String> pages = Tasks.map(urls, 8, url -> fetch(url));
    // @end
    return pages;
  }

  static List<String> mapBlocking(List<Path> files) throws InterruptedException {
    // @start region="mapBlocking"
    List<String> texts = Tasks.mapBlocking(files, 4, file -> Files.readString(file));
    // @end
    return texts;
  }

  static String outcome(String url) throws InterruptedException {
    // @start region="outcome"
    Outcome<String> outcome = Tasks.callIsolated(() -> fetch(url));
    String line =
        switch (outcome) {
          case Outcome.Success<String>(String page) -> page;
          case Outcome.Failure<String>(Exception cause) -> "no page, because of " + cause;
        };
    // @end
    return line;
  }

  static List<String> lazy() throws InterruptedException {
    return TaskGroup.call(
        group -> {
          // @start region="lazy"
          Lazy<String> config = group.lazy("config", () -> fetch("config"));
          Task<String> site = group.fork("site", () -> "site with " + config.join());
          Task<String> feed = group.fork("feed", () -> "feed with " + config.join()); // the same
          // @end
          return Tasks.joinAll(site, feed);
        });
  }

  static String joinAll(List<String> urls) throws InterruptedException {
    return TaskGroup.call(
        group -> {
          // @start region="joinAll"
          List<Task<String>> pages = new ArrayList<>();
          for (String url : urls) {
            pages.add(group.fork(url, () -> fetch(url)));
          }
          String joined = String.join(", ", Tasks.joinAll(pages)); // in this order
          // @end
          return joined;
        });
  }

  static List<String> asCompleted(List<String> urls) throws InterruptedException {
    List<String> log = new ArrayList<>();
    TaskGroup.run(
        group -> {
          List<Task<String>> tasks = new ArrayList<>();
          for (String url : urls) {
            tasks.add(group.fork(url, () -> fetch(url)));
          }
          // @start region="asCompleted"
          CompletionOrder<String> pages = Tasks.asCompleted(tasks);
          String first = pages.await(0).join(); // whichever was first
          for (int k = 1; k < pages.size(); k++) {
            log.add(pages.await(k).name());
          }
          pages.forEach(page -> log.add(page.join())); // once more, in the same order
          // @end
          log.add(first);
        });
    return log;
  }
}
