package io.selvage.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.function.ThrowingConsumer;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A wait that could only hang, as the task waits for itself, is refused and says why. */
@ExtendWith(LeakCheck.class)
class OwnWaitTest {

  /** Runs this in a task of an executor; directly, and in a task of a group that it opens. */
  private static void inOwnTask(ThrowingConsumer<GroupExecutor, Exception> body) throws Exception {
    Kind.VIRTUAL.complete(
        () ->
            TaskGroup.options()
                .withName("work")
                .run(
                    group -> {
                      GroupExecutor executor = GroupExecutor.of(group);
                      Callable<Boolean> direct =
                          () -> {
                            body.accept(executor);
                            return true;
                          };
                      assertThat(executor.submit(direct).get()).isTrue();
                      Callable<Boolean> below =
                          () -> TaskGroup.call(inner -> inner.fork(direct).join());
                      assertThat(executor.submit(below).get()).isTrue();
                      executor.close();
                      assertThat(executor.isTerminated()).isTrue();
                    }));
  }

  @Test
  void closeOfTheOwnExecutorIsRefused() throws Exception {
    inOwnTask(
        executor -> {
          assertThatThrownBy(executor::close)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith(
                  "close of the executor of group 'work' called by its own task")
              .hasMessageEndingWith(
                  "which it would wait for; call shutdown() there, or close from outside");
          assertThat(executor.isShutdown()).isFalse();
        });
  }

  @Test
  void toAwaitTheOwnExecutorForEverIsRefused() throws Exception {
    inOwnTask(
        executor -> {
          assertThatThrownBy(() -> executor.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("called by its own task");
          assertThat(executor.awaitTermination(1, TimeUnit.NANOSECONDS)).isFalse();
        });
  }

  @Test
  void theOwnFutureIsNotWaitedFor() throws Exception {
    Kind.VIRTUAL.complete(
        () ->
            TaskGroup.run(
                group -> {
                  GroupExecutor executor = GroupExecutor.of(group);
                  AtomicReference<Future<Boolean>> own = new AtomicReference<>();
                  Callable<Boolean> body =
                      () -> {
                        while (own.get() == null) {
                          Thread.onSpinWait();
                        }
                        assertThatThrownBy(() -> own.get().get())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("called by that task itself");
                        return true;
                      };
                  own.set(executor.submit(body));
                  assertThat(own.get().get()).isTrue();
                }));
  }

  @Test
  void anotherTaskMayClose() throws Exception {
    Kind.VIRTUAL.complete(
        () ->
            TaskGroup.run(
                group -> {
                  GroupExecutor executor = GroupExecutor.of(group);
                  GroupExecutor other = GroupExecutor.of(group);
                  Callable<Boolean> closing =
                      () -> {
                        other.close();
                        return other.isTerminated();
                      };
                  assertThat(executor.submit(closing).get()).isTrue();
                }));
  }
}
