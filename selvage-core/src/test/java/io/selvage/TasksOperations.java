package io.selvage;

import static io.selvage.Operation.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Fixture.End;
import io.selvage.Fixture.InGroupWithATask;
import io.selvage.function.ThrowingConsumer;
import java.util.List;

/**
 * The operations of {@link Tasks} and what belongs to it that wait, for {@link
 * CancelEverywhereTest}. Those that run calls happen when a scope is closed.
 */
final class TasksOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("Tasks.all", () -> Fixture.ofBodies(TasksOperations::all)),
          waiting("Tasks.race", () -> Fixture.ofBodies(TasksOperations::race)),
          waiting("Tasks.firstSuccess", () -> Fixture.ofBodies(TasksOperations::firstSuccess)),
          waiting("Tasks.map", () -> Fixture.ofBodies(TasksOperations::map)),
          waiting(
              "Tasks.map, waiting for room", () -> Fixture.ofBodies(TasksOperations::mapWithLimit)),
          waiting("Tasks.mapBlocking", () -> Fixture.ofBodies(TasksOperations::mapBlocking)),
          waiting("Tasks.callIsolated", () -> Fixture.ofBodies(TasksOperations::isolate)),
          waiting("Tasks.joinAll", () -> new OfATask(Tasks::joinAll)),
          waiting(
              "CompletionOrder.await",
              () -> new OfATask(tasks -> Tasks.asCompleted(tasks).await(0))),
          waiting(
              "CompletionOrder.forEach",
              () -> new OfATask(tasks -> Tasks.asCompleted(tasks).forEach(Task::join))),
          waiting(
              "CompletionOrder.awaitAll",
              () -> new OfATask(tasks -> Tasks.asCompleted(tasks).awaitAll())),
          waiting("Lazy.join", JoinLazy::new));

  private TasksOperations() {}

  private static void all(End end) throws InterruptedException {
    assertThat(Tasks.all(() -> closed(end), () -> closed(end))).containsExactly(true, true);
  }

  private static void race(End end) throws InterruptedException {
    boolean won = Tasks.race(() -> closed(end), TasksOperations::never);
    assertThat(won).isTrue();
  }

  private static void firstSuccess(End end) throws InterruptedException {
    boolean won = Tasks.firstSuccess(() -> closed(end), TasksOperations::never);
    assertThat(won).isTrue();
  }

  private static void map(End end) throws InterruptedException {
    assertThat(Tasks.map(List.of(end, end), TasksOperations::closed)).containsExactly(true, true);
  }

  private static void mapWithLimit(End end) throws InterruptedException {
    List<End> items = List.of(end, end, end);
    assertThat(Tasks.map(items, 1, TasksOperations::closed)).containsExactly(true, true, true);
  }

  private static void mapBlocking(End end) throws InterruptedException {
    List<End> items = List.of(end, end);
    assertThat(Tasks.mapBlocking(items, 2, TasksOperations::closed)).containsExactly(true, true);
  }

  private static void isolate(End end) throws InterruptedException {
    Outcome<Boolean> outcome =
        Tasks.callIsolatedGroup(group -> group.fork(() -> closed(end)).join());
    assertThat(outcome).isEqualTo(new Outcome.Success<>(true));
  }

  private static boolean closed(End end) throws InterruptedException {
    end.await();
    return true;
  }

  private static boolean never() throws InterruptedException {
    Selvage.sleep(Threads.LONG);
    return false;
  }

  /** A wait for tasks, one of which ends when it is told to. */
  private static final class OfATask extends InGroupWithATask {
    private final ThrowingConsumer<List<Task<String>>, Exception> operation;
    private final List<Task<String>> tasks = List.of(group.get().fork(this::resultAtTheEnd));

    OfATask(ThrowingConsumer<List<Task<String>>, Exception> operation) {
      this.operation = operation;
    }

    @Override
    void perform() throws Exception {
      operation.accept(tasks);
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(Tasks.joinAll(tasks)).containsExactly("result");
    }
  }

  private static final class JoinLazy extends InGroupWithATask {
    private final Lazy<String> lazy = group.get().lazy("lazy", this::resultAtTheEnd);

    @Override
    void perform() throws Exception {
      assertThat(lazy.join()).isEqualTo("result");
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(lazy.join()).isEqualTo("result");
    }
  }
}
