package io.selvage.guide;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.Outcome;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** The code of docs/guide/tasks.md; GuideTest compares it. */
final class TasksChapter {
  private TasksChapter() {}

  record Page(String title, int visits) {}

  static Page group(Callable<String> loadTitle, Callable<Integer> countVisits)
      throws InterruptedException {
    // @start region="group"
    Page page =
        TaskGroup.call(
            group -> {
              Task<String> title = group.fork("title", loadTitle);
              Task<Integer> visits = group.fork("visits", countVisits);
              group.launch("log", () -> System.getLogger("page").log(DEBUG, "page asked for"));
              return new Page(title.join(), visits.join());
            });
    // @end
    return page;
  }

  private static final System.Logger.Level DEBUG = System.Logger.Level.DEBUG;

  static List<String> options(List<String> urls) throws InterruptedException {
    // @start region="options"
    List<Task<String>> pages = new ArrayList<>();
    TaskGroup.options()
        .withName("load")
        .withLimit(4) // at most 4 tasks run at the same time
        .withTimeout(ofSeconds(30)) // then the group is cancelled
        .run(
            group -> {
              for (String url : urls) {
                pages.add(group.fork(url, () -> fetch(url)));
              }
            });
    // @end
    return Tasks.joinAll(pages);
  }

  // @start region="load"
  static String load(String url) throws IOException, InterruptedException {
    try {
      return TaskGroup.call(group -> group.fork(url, () -> fetch(url)).join());
    } catch (TaskFailedException e) {
      e.rethrow(IOException.class); // throws it, if that is what the task has thrown
      throw e; // another failure
    }
  }

  // @end

  static List<String> collect(List<String> urls) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    // @start region="collect"
    try {
      TaskGroup.options()
          .withPolicy(FailurePolicy.COLLECT) // all tasks run to their end
          .run(
              group -> {
                for (String url : urls) {
                  group.launch(url, () -> fetch(url));
                }
              });
    } catch (TaskFailedException e) {
      for (TaskFailedException.Failure failure : e.details()) {
        lines.add(failure.name() + ": " + failure.thrown().getMessage());
      }
    }
    // @end
    return lines;
  }

  static String outcome(String url) throws InterruptedException {
    // @start region="outcome"
    Outcome<String> outcome = Tasks.callIsolated(() -> fetch(url));
    String line =
        switch (outcome) {
          case Outcome.Success<String>(String page) -> page;
          case Outcome.Failure<String>(Exception cause) -> "no page: " + cause.getMessage();
        };
    // @end
    return line;
  }

  static String unsupervised(String url) throws InterruptedException {
    // @start region="unsupervised"
    String page =
        TaskGroup.call(
            group -> {
              Task<String> task = group.forkUnsupervised("cache", () -> fetch(url));
              try {
                return task.join();
              } catch (TaskFailedException e) {
                return "no page"; // the group goes on
              }
            });
    // @end
    return page;
  }

  interface Store {
    void copy() throws IOException, SQLException, InterruptedException;
  }

  // @start region="twoKindsAny"
  static void copyOrThrow(Store store) throws Exception {
    CancelScope.failAfter(ofSeconds(30)).run(() -> store.copy());
  }

  // @end

  // @start region="twoKindsWrapped"
  static void copyWrapped(Store store) throws SQLException, InterruptedException, TimeoutException {
    CancelScope.failAfter(ofSeconds(30))
        .run(
            () -> {
              try {
                store.copy();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  // @end

  // @start region="twoKindsNamed"
  static void copyNamed(Store store)
      throws IOException, SQLException, InterruptedException, TimeoutException {
    ThrowingRunnable<Exception> body = () -> store.copy();
    try {
      CancelScope.failAfter(ofSeconds(30)).run(body);
    } catch (IOException | SQLException | InterruptedException | TimeoutException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("not declared by copy", e);
    }
  }

  // @end

  static String fetch(String url) throws IOException, InterruptedException {
    if (url.startsWith("broken")) {
      throw new IOException("cannot read " + url);
    }
    if (url.equals("endless")) {
      Selvage.sleep(ofHours(1));
    }
    Selvage.checkpoint();
    return "page of " + url;
  }
}
