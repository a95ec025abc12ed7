package io.selvage.test.guide;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import io.selvage.sync.Lock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

/** The code of docs/guide/recipes.md; GuideTest compares it. */
final class RecipesChapter {
  private RecipesChapter() {}

  interface Fetcher {
    String fetch(String url) throws IOException, InterruptedException;
  }

  // @start region="pipeline"
  static List<String> pipeline(List<String> urls, Fetcher fetcher) throws InterruptedException {
    Channel<String> todo = Channel.unbounded();
    Channel<String> pages = Channel.unbounded();
    return TaskGroup.call(
        group -> {
          group.launch(
              "workers",
              () -> {
                TaskGroup.run(
                    workers -> {
                      for (int i = 0; i < 4; i++) {
                        workers.launch(() -> todo.forEach(url -> pages.send(fetcher.fetch(url))));
                      }
                    });
                pages.close(); // all workers have ended: no page will come any more
              });
          for (String url : urls) {
            todo.send(url);
          }
          todo.close(); // the only sender closes
          List<String> received = new ArrayList<>();
          pages.forEach(received::add);
          return received;
        });
  }

  // @end

  // @start region="retry"
  static <T> T retry(int attempts, Duration first, RandomGenerator random, Attempt<T> attempt)
      throws IOException, InterruptedException {
    Duration pause = first;
    for (int i = 1; i < attempts; i++) {
      try {
        return attempt.run();
      } catch (IOException e) { // only what may be better next time; never InterruptedException
        Selvage.sleep(pause.plusMillis(random.nextLong(1 + pause.toMillis())));
        pause = pause.multipliedBy(2);
      }
    }
    return attempt.run(); // the last failure is thrown
  }

  interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  // @end

  // @start region="hedge"
  static <T> T hedge(Duration delay, Callable<T> request) throws InterruptedException {
    return Tasks.firstSuccess(
        request,
        () -> {
          Selvage.sleep(delay); // cancelled if the first request is quicker
          return request.call();
        });
  }

  // @end

  static void fixedDelay(ThrowingRunnable<Exception> work) throws Exception {
    // @start region="fixedDelay"
    while (true) {
      work.run();
      Selvage.sleep(ofSeconds(10)); // from the end of one to the start of the next
    }
    // @end
  }

  static void fixedRate(ThrowingRunnable<Exception> work) throws Exception {
    // @start region="fixedRate"
    Deadline next = Deadline.after(ZERO);
    while (true) {
      work.run();
      next = next.plus(ofSeconds(10));
      if (next.isExpired()) {
        next = Deadline.after(ZERO); // too slow: skip what was missed
      }
      Selvage.sleep(next.remaining()); // from start to start
    }
    // @end
  }

  // @start region="rateLimit"
  static final class RateLimit {
    private final Lock turns = new Lock();
    private final Duration interval;
    private Deadline next = Deadline.after(ZERO);

    RateLimit(Duration interval) {
      this.interval = interval;
    }

    void await() throws InterruptedException {
      try (Lock.Guard turn = turns.acquire()) { // first come, first served
        Selvage.sleep(next.remaining());
        next = Deadline.after(interval);
      }
    }
  }

  // @end

  static List<String> limited(List<String> urls, Fetcher fetcher) throws InterruptedException {
    // @start region="rateLimitUse"
    RateLimit tenPerSecond = new RateLimit(ofMillis(100));
    List<String> pages =
        Tasks.map(
            urls,
            url -> {
              tenPerSecond.await();
              return fetcher.fetch(url);
            });
    // @end
    return pages;
  }
}
