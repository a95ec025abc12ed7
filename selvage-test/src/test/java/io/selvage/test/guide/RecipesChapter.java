package io.selvage.test.guide;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.channel.Channel;
import io.selvage.channel.Receiver;
import io.selvage.function.ThrowingRunnable;
import io.selvage.select.Select;
import io.selvage.sync.Lock;
import io.selvage.time.Interval;
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
    Channel<String> todo = Channel.bounded(10);
    Channel<String> pages = Channel.bounded(10);
    return TaskGroup.call(
        group -> {
          group.launch(
              "source",
              () -> {
                for (String url : urls) {
                  todo.send(url); // waits while 10 are in the channel
                }
                todo.close(); // the only sender closes
              });
          group.launch(
              "workers",
              () -> {
                todo.forEachParallel(4, url -> pages.send(fetcher.fetch(url)));
                pages.close(); // all workers have ended: no page will come any more
              });
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
    Interval interval = Interval.every(ofSeconds(10));
    while (true) {
      interval.tick(); // the first one comes at once
      work.run();
    }
    // @end
  }

  static void asked(ThrowingRunnable<Exception> work, Receiver<String> requests) throws Exception {
    // @start region="periodOrRequest"
    Interval interval = Interval.every(ofSeconds(10));
    while (true) {
      Select.first(
          requests.onReceive().run(name -> work.run()), // at once
          interval.onTick().run(tick -> work.run()));
    }
    // @end
  }

  // @start region="batch"
  static List<String> batch(Receiver<String> items, int most, Duration patience)
      throws InterruptedException {
    List<String> batch = new ArrayList<>();
    batch.add(items.receive()); // the time begins with the first item
    Deadline end = Deadline.after(patience);
    boolean more = true;
    while (more && batch.size() < most) {
      more =
          Select.first(
              items.onReceiveOrEnd().call(item -> item != null && batch.add(item)),
              Select.after(end.remaining()).call(() -> false));
    }
    return batch;
  }

  // @end

  // @start region="rateLimit"
  static final class RateLimit {
    private final Lock turns = new Lock();
    private final Interval starts;

    RateLimit(Duration interval) {
      starts = Interval.every(interval);
    }

    void await() throws InterruptedException {
      try (Lock.Guard turn = turns.acquire()) { // first come, first served
        starts.tick();
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
