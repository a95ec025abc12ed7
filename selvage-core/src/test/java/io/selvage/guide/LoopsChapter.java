package io.selvage.guide;

import static java.time.Duration.ofMillis;

import io.selvage.Loop;
import io.selvage.LoopStall;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.sync.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The code of docs/guide/loops.md; GuideTest compares it. */
final class LoopsChapter {
  private LoopsChapter() {}

  static Map<String, Integer> count(List<String> words) throws InterruptedException {
    // @start region="loop"
    Map<String, Integer> counts = new HashMap<>(); // no lock: only tasks of the loop touch it
    Loop loop = new Loop("counter");
    loop.run(
        () -> {
          for (String word : words) {
            loop.launch(
                () -> {
                  Selvage.sleep(ofMillis(1)); // the others run meanwhile
                  counts.put(word, counts.getOrDefault(word, 0) + 1);
                });
          }
        }); // ends when all tasks have ended
    // @end
    return counts;
  }

  static String blocking(Path file) throws IOException, InterruptedException {
    Loop loop = new Loop("files");
    // @start region="blocking"
    String text =
        loop.call(
            () -> {
              Task<String> other = loop.fork("other", () -> "the loop goes on");
              String content = Selvage.callBlocking(() -> Files.readString(file));
              return content + ", " + other.join();
            });
    // @end
    return text;
  }

  static int submit() throws InterruptedException {
    Event done = new Event();
    int[] requests = {0};
    Loop loop = new Loop("server");
    return loop.call(
        () -> {
          Thread thread = Thread.ofVirtual().unstarted(() -> otherThread(loop, requests, done));
          thread.start();
          done.await();
          thread.join();
          return requests[0];
        });
  }

  @SuppressWarnings("InterruptedExceptionSwallowed")
  private static void otherThread(Loop loop, int[] requests, Event done) {
    try {
      // @start region="submit"
      Task<Integer> number = loop.submit(() -> ++requests[0]); // from any thread
      loop.execute(() -> requests[0] *= 10); // without a result
      System.getLogger("server").log(System.Logger.Level.DEBUG, "request {0}", number.join());
      // @end
      loop.execute(done::set);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static Loop watchdog(Consumer<String> log) {
    // @start region="watchdog"
    Loop loop =
        Loop.options()
            .withName("server")
            .withWatchdog(ofMillis(200), (LoopStall stall) -> log.accept(stall.message()))
            .create();
    // @end
    return loop;
  }
}
