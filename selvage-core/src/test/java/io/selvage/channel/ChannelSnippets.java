package io.selvage.channel;

import io.selvage.TaskGroup;
import java.util.List;

/** The examples in the documentation of this package. */
final class ChannelSnippets {
  private ChannelSnippets() {}

  static void latest(List<String> log) throws InterruptedException {
    // @start region="latest"
    Latest<String> config = new Latest<>("v1");
    TaskGroup.run(
        group -> {
          Latest.Watcher<String> watcher = config.watch();
          group.launch(
              "worker",
              () -> {
                String seen = "";
                while (!seen.equals("v3")) {
                  seen = watcher.next(); // the current one first, then each change
                  log.add(seen);
                }
              });
          config.set("v2");
          config.set("v3"); // a slow watcher skips v2
        });
    // @end region="latest"
  }

  static void broadcast(List<String> log) throws InterruptedException {
    // @start region="broadcast"
    Broadcast<String> news = Broadcast.bounded(16);
    TaskGroup.run(
        group -> {
          for (String reader : List.of("ann", "bob")) {
            Subscription<String> subscription = news.subscribe();
            group.launch(
                reader,
                () -> {
                  try (subscription) {
                    subscription.forEach(item -> log.add(reader + " reads " + item));
                  }
                });
          }
          news.send("hello");
          news.close();
        });
    // @end region="broadcast"
  }
}
