package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.service.CloseScope;
import java.util.List;

/**
 * What {@link Tasks} offers, as operations that happen when a scope is closed. Each looks whether
 * its calls have ended when it has.
 */
final class TasksOperations {
  private TasksOperations() {}

  static void all(CloseScope end) throws InterruptedException {
    assertThat(Tasks.all(() -> closed(end), () -> closed(end))).containsExactly(true, true);
  }

  static void race(CloseScope end) throws InterruptedException {
    boolean won = Tasks.race(() -> closed(end), TasksOperations::never);
    assertThat(won).isTrue();
  }

  static void firstSuccess(CloseScope end) throws InterruptedException {
    boolean won = Tasks.firstSuccess(() -> closed(end), TasksOperations::never);
    assertThat(won).isTrue();
  }

  static void map(CloseScope end) throws InterruptedException {
    assertThat(Tasks.map(List.of(end, end), TasksOperations::closed)).containsExactly(true, true);
  }

  static void mapWithLimit(CloseScope end) throws InterruptedException {
    List<CloseScope> items = List.of(end, end, end);
    assertThat(Tasks.map(items, 1, TasksOperations::closed)).containsExactly(true, true, true);
  }

  static void mapBlocking(CloseScope end) throws InterruptedException {
    List<CloseScope> items = List.of(end, end);
    assertThat(Tasks.mapBlocking(items, 2, TasksOperations::closed)).containsExactly(true, true);
  }

  static void isolate(CloseScope end) throws InterruptedException {
    Outcome<Boolean> outcome = Tasks.isolate(group -> group.fork(() -> closed(end)).join());
    assertThat(outcome).isEqualTo(new Outcome.Success<>(true));
  }

  private static boolean closed(CloseScope end) throws InterruptedException {
    end.await();
    return true;
  }

  private static boolean never() throws InterruptedException {
    Selvage.sleep(Threads.LONG);
    return false;
  }
}
