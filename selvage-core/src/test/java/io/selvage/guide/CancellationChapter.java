package io.selvage.guide;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.sync.Event;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** The code of docs/guide/cancellation.md; GuideTest compares it. */
final class CancellationChapter {
  private CancellationChapter() {}

  static String moveOn(Duration limit) throws InterruptedException {
    // @start region="moveOn"
    Optional<String> answer = CancelScope.moveOnAfter(limit).call(() -> ask());
    String shown = answer.orElse("no answer yet"); // empty: the time was over first
    // @end
    return shown;
  }

  static String failAfter(Duration limit) throws InterruptedException {
    // @start region="failAfter"
    try {
      return CancelScope.failAfter(limit).call(() -> ask());
    } catch (TimeoutException e) {
      return "too slow: " + e.getMessage();
    }
    // @end
  }

  static String cancel(Event asked) throws InterruptedException {
    // @start region="cancel"
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              "watch",
              () -> {
                asked.await();
                scope.cancel("the user has asked for it"); // from any thread
              });
          boolean complete = scope.run(() -> ask());
          if (!complete) {
            // this code runs: the scope has caught the cancellation
            asked.clear();
          }
        });
    // @end
    return scope.reason().orElseThrow();
  }

  interface Line extends AutoCloseable {
    void hangUp() throws InterruptedException;

    @Override
    void close();
  }

  // @start region="cleanUp"
  static void talk(Line line) throws InterruptedException {
    try (line) { // close never waits: it needs no shield
      try {
        Selvage.sleep(ofHours(1));
      } finally {
        CancelScope.shield(ofSeconds(5)).run(() -> line.hangUp()); // waits, for 5 s at most
      }
    }
  }

  // @end

  // @start region="computation"
  static long sum(long[] numbers) throws InterruptedException {
    long sum = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (i % 10_000 == 0) {
        Selvage.checkpoint(); // throws if this thread is cancelled
      }
      sum += numbers[i];
    }
    return sum;
  }

  // @end

  // @start region="deadline"
  static String both(Callable<String> first, Callable<String> second) throws Exception {
    Deadline deadline = Deadline.after(ofSeconds(20));
    Optional<String> one = CancelScope.moveOnAt(deadline).call(first::call);
    Optional<String> two = CancelScope.moveOnAt(deadline).call(second::call); // the rest of it
    return one.orElse("-") + " " + two.orElse("-");
  }

  // @end

  static List<Boolean> scopeGroup() throws InterruptedException {
    // @start region="scopeGroup"
    ScopeGroup requests = new ScopeGroup(); // shared with a signal handler, for example
    boolean first = requests.run(() -> Selvage.checkpoint()); // true
    requests.cancelForGood("shutting down"); // those that run, and those that begin later
    boolean second = requests.run(() -> Selvage.checkpoint()); // false
    requests.clear();
    // @end
    return List.of(first, second);
  }

  private static String ask() throws InterruptedException {
    Selvage.sleep(ofHours(1));
    return "answer";
  }
}
