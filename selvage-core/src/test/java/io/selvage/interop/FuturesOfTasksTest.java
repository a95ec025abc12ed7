package io.selvage.interop;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.never;
import static io.selvage.Bodies.sleepThenCleanUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.LeakCheck;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A task that is shown as a {@link CompletableFuture}. */
@ExtendWith(LeakCheck.class)
class FuturesOfTasksTest {
  @Test
  void aFutureEndsWithTheResultOfItsTask() throws Exception {
    TaskGroup.run(
        group -> {
          Task<String> task = group.fork(() -> "value");
          assertThat(Futures.toFuture(task).get(20, TimeUnit.SECONDS)).isEqualTo("value");
          task.join();
          assertThat(Futures.toFuture(task)).as("it has ended").isCompletedWithValue("value");
        });
  }

  @Test
  void aFutureFailsWithTheOriginalException() throws Exception {
    IOException failure = new IOException("of the task");
    TaskGroup.run(
        group -> {
          CompletableFuture<String> failed = Futures.fork(group, "fails", () -> failWith(failure));
          assertThatThrownBy(() -> failed.get(20, TimeUnit.SECONDS))
              .isInstanceOf(ExecutionException.class)
              .cause()
              .isSameAs(failure);
        });
  }

  @Test
  void aWaiterForTheFutureOfATaskGetsTheSameObject() throws Exception {
    IOException failure = new IOException("of the task");
    TaskGroup.run(
        group ->
            assertThat(
                    catchThrowable(
                        () ->
                            Futures.await(
                                Futures.fork(group, "fails", () -> failWith(failure)),
                                IOException.class)))
                .isSameAs(failure));
  }

  @Test
  void whatDependsOnAFutureHasRunBeforeTheGroupEnds() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<String> seen = new AtomicReference<>();
    TaskGroup.run(
        group -> {
          Task<String> task =
              group.fork(
                  () -> {
                    Threads.await(go);
                    return "value";
                  });
          Futures.toFuture(task).thenAccept(seen::set);
          go.countDown();
        });
    assertThat(seen).hasValue("value");
  }

  // ---- cancellation

  @Test
  void cancellingTheFutureCancelsTheTaskWithAllBelowItAndTheGroupWaitsForTheCleanUp()
      throws Exception {
    List<String> log = new ArrayList<>();
    Event begun = new Event();
    TaskGroup.VoidBody<Exception> below =
        inner ->
            inner.launch(
                () -> {
                  begun.set();
                  sleepThenCleanUp(() -> log.add("inner"));
                });
    Callable<Object> nested =
        () -> {
          try {
            TaskGroup.run(below);
          } finally {
            log.add("outer");
          }
          return null;
        };
    CompletableFuture<Object> cancelled =
        TaskGroup.call(
            group -> {
              CompletableFuture<Object> made = Futures.fork(group, "nested", nested);
              begun.await();
              assertThat(made.cancel(true)).isTrue();
              assertThat(made).isCancelled();
              return made;
            });
    assertThat(log).containsExactly("inner", "outer");
    assertThat(cancelled).isCancelled();
  }

  @Test
  void completingTheFutureFromOutsideCancelsTheTask() throws Exception {
    TaskGroup.run(
        group -> {
          List<Task<String>> tasks = new ArrayList<>();
          List<CompletableFuture<String>> futures = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            Task<String> task = group.fork(() -> never());
            tasks.add(task);
            futures.add(Futures.toFuture(task));
          }
          futures.get(0).complete("from outside");
          futures.get(1).completeExceptionally(new IOException("from outside"));
          futures.get(2).orTimeout(1, TimeUnit.MILLISECONDS);
          futures.get(3).obtrudeValue("from outside");
          for (Task<String> task : tasks) {
            assertThatThrownBy(task::join)
                .isInstanceOf(TaskCancelledException.class)
                .hasMessageContaining("completed from outside");
          }
        });
  }

  @Test
  void theFutureOfACancelledTaskIsCancelled() throws Exception {
    CompletableFuture<String> cancelled =
        TaskGroup.call(
            group -> {
              Task<String> task = group.fork(() -> never());
              CompletableFuture<String> made = Futures.toFuture(task);
              task.cancel();
              return made;
            });
    assertThat(cancelled).isCancelled();
  }

  @Test
  void theFutureOfABodyInACancelledGroupIsCancelled() throws Exception {
    TaskGroup.run(
        group -> {
          group.cancel();
          assertThat(Futures.fork(group, "never", () -> "never")).isCancelled();
        });
  }
}
