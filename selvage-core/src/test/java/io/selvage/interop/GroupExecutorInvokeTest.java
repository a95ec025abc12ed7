package io.selvage.interop;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Several commands handed to a group at once, as to an executor. */
class GroupExecutorInvokeTest extends GroupExecutorFixture {
  @Test
  void invokeAllRunsAllAndReturnsTheirFuturesInOrder() throws Exception {
    TaskGroup.run(
        group -> {
          List<Future<String>> all =
              GroupExecutor.of(group)
                  .invokeAll(List.of(() -> "a", () -> failWith(failure), () -> "c"));
          assertThat(all).allMatch(Future::isDone);
          assertThat(all.get(0).resultNow()).isEqualTo("a");
          assertThat(all.get(1).exceptionNow()).isSameAs(failure);
          assertThat(all.get(2).resultNow()).isEqualTo("c");
        });
  }

  @Test
  void invokeAllCancelsWhatIsNotDoneInTimeAndWaitsForTheCleanUp() throws Exception {
    TaskGroup.run(
        group -> {
          List<Future<String>> all =
              GroupExecutor.of(group).invokeAll(List.of(this::sleep), 1, TimeUnit.MILLISECONDS);
          assertThat(all.getFirst().isCancelled()).isTrue();
          assertThat(log).hasSize(begun.getCount() == 0 ? 1 : 0); // if it has begun
        });
  }

  @Test
  void aCancelledInvokeAllCancelsItsTasksAndWaitsForTheCleanUp() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          CancelScope scope = CancelScope.create();
          Running<Boolean> caller =
              Kind.VIRTUAL.start(() -> scope.run(() -> executor.invokeAll(List.of(this::sleep))));
          Threads.await(begun);
          scope.cancel();
          assertThat(caller.get()).isFalse();
          assertThat(log).containsExactly("cleaned up");
        });
  }

  @Test
  void invokeAnyReturnsTheFirstResultAndCancelsTheOthers() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          String first =
              executor.invokeAny(
                  List.of(
                      () -> failWith(failure),
                      this::sleep,
                      () -> {
                        Threads.await(begun);
                        return "first";
                      }));
          assertThat(first).isEqualTo("first");
          assertThat(log).containsExactly("cleaned up");
          assertThat(executor.<String>invokeAny(List.of(() -> null), 1, TimeUnit.DAYS)).isNull();
          Selvage.throwIfCancelled();
        });
  }

  @Test
  void invokeAnyOfFailuresOnlyFailsWithAllOfThem() throws Exception {
    IOException other = new IOException("of the other one");
    Callable<String> fails = () -> failWith(other);
    TaskGroup.run(
        group ->
            assertThatThrownBy(
                    () ->
                        GroupExecutor.of(group).invokeAny(List.of(() -> failWith(failure), fails)))
                .isInstanceOf(ExecutionException.class)
                .satisfies(
                    thrown -> {
                      List<Throwable> all = new ArrayList<>(List.of(thrown.getSuppressed()));
                      all.add(thrown.getCause());
                      assertThat(all).containsExactlyInAnyOrder(failure, other);
                    }));
  }

  @Test
  void invokeAnyHasATimeLimitAndWantsATask() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          assertThatThrownBy(
                  () -> executor.invokeAny(List.of(this::sleep), 1, TimeUnit.MILLISECONDS))
              .isInstanceOf(TimeoutException.class);
          assertThat(log).hasSize(begun.getCount() == 0 ? 1 : 0); // if it has begun
          assertThatThrownBy(() -> executor.invokeAny(List.of()))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }
}
