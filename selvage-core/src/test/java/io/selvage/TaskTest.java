package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class TaskTest {
  private final IOException failure = new IOException("disk");

  @ParameterizedTest
  @EnumSource
  void goesFromPendingOverRunningToSucceeded(Kind kind) throws Exception {
    kind.options()
        .withLimit(1)
        .run(
            g -> {
              CountDownLatch go = new CountDownLatch(1);
              Task<?> first = g.launch(() -> Threads.await(go));
              Task<String> second = g.fork(() -> "value");
              awaitCondition("it runs", () -> first.state() == Task.State.RUNNING);
              assertThat(second.state()).isEqualTo(Task.State.PENDING);
              assertThat(second.isDone()).isFalse();
              go.countDown();
              assertThat(second.join()).isEqualTo("value");
              assertThat(second.state()).isEqualTo(Task.State.SUCCEEDED);
              assertThat(second.isDone()).isTrue();
              assertThat(second.toString()).isEqualTo("Task[group/2, SUCCEEDED]");
            });
  }

  @Test
  void theResultStaysBehindTheGroupAndCanBeJoinedManyTimes() throws Exception {
    AtomicReference<Task<String>> task = new AtomicReference<>();
    TaskGroup.run(g -> task.set(g.fork(() -> "value")));
    assertThat(task.get().resultNow()).isEqualTo("value");
    for (int i = 0; i < 3; i++) {
      assertThat(task.get().join()).isEqualTo("value");
    }
  }

  @Test
  void aResultMayBeNull() throws Exception {
    TaskGroup.run(
        g -> {
          assertThat(g.fork(() -> (String) null).join()).isNull();
          assertThat(g.launch(() -> {}).join()).isNull();
        });
  }

  @ParameterizedTest
  @EnumSource
  void manyJoinAtOnce(Kind kind) throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch go = new CountDownLatch(1);
          Task<String> task =
              g.fork(
                  () -> {
                    Threads.await(go);
                    return "value";
                  });
          List<Running<String>> joiners = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            joiners.add(kind.start(task::join));
          }
          for (Running<String> joiner : joiners) {
            awaitBlocked(joiner.thread());
          }
          go.countDown();
          for (Running<String> joiner : joiners) {
            assertThat(joiner.get()).isEqualTo("value");
          }
        });
  }

  @Test
  void joiningAFailedTaskThrowsEachTimeWithTheSameCause() {
    AtomicReference<Task<?>> task = new AtomicReference<>();
    assertThatThrownBy(() -> TaskGroup.run(g -> task.set(g.fork("bad", () -> failWith(failure)))))
        .isInstanceOf(TaskFailedException.class);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> task.get().join())
          .isInstanceOfSatisfying(
              TaskFailedException.class, e -> assertThat(e.failures()).containsExactly(failure))
          .hasMessageContaining("group/bad")
          .cause()
          .isSameAs(failure);
    }
    assertThatThrownBy(() -> task.get().resultNow()).isInstanceOf(TaskFailedException.class);
    assertThat(task.get().failureNow()).isSameAs(failure);
    assertThat(task.get().state()).isEqualTo(Task.State.FAILED);
  }

  @Test
  void joiningACancelledTaskSaysThatTheTaskWasCancelledNotTheJoiner() throws Exception {
    TaskGroup.run(
        g -> {
          Task<?> task = g.launch("sleeper", () -> Selvage.sleep(LONG));
          assertThat(task.cancel("enough")).isTrue();
          assertThatThrownBy(task::join)
              .isInstanceOfSatisfying(
                  TaskCancelledException.class, e -> assertThat(e.reason()).isEqualTo("enough"))
              .hasMessageContaining("group/sleeper");
          Selvage.checkpoint();
        });
  }

  @ParameterizedTest
  @EnumSource
  void cancellingTheJoinerLeavesTheTaskAlone(Kind kind) throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch go = new CountDownLatch(1);
          Task<String> task =
              g.fork(
                  () -> {
                    Threads.await(go);
                    Selvage.checkpoint();
                    return "value";
                  });
          CancelScope scope = CancelScope.create();
          Running<Boolean> joiner = kind.start(() -> scope.run(() -> task.join()));
          awaitCondition("it joins", scope::isActive);
          awaitBlocked(joiner.thread());
          scope.cancel();
          assertThat(joiner.get()).isFalse();
          go.countDown();
          assertThat(task.join()).isEqualTo("value");
        });
  }

  @Test
  void joinThrowsOnEntryWhenTheJoinerIsCancelledThoughTheResultIsThere() throws Exception {
    TaskGroup.run(
        g -> {
          Task<Integer> task = g.fork(() -> 1);
          task.join();
          CancelScope scope = CancelScope.create();
          assertThat(
                  scope.run(
                      () -> {
                        scope.cancel();
                        task.join();
                      }))
              .isFalse();
          assertThat(scope.cancelledCaught()).isTrue();
        });
  }

  @Test
  void askingTooEarlyIsRefusedWithTheState() throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch go = new CountDownLatch(1);
          Task<?> task = g.launch("slow", () -> Threads.await(go));
          assertThatThrownBy(task::resultNow)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has not ended");
          assertThatThrownBy(task::failureNow).isInstanceOf(IllegalStateException.class);
          go.countDown();
          task.join();
          assertThatThrownBy(task::failureNow)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("SUCCEEDED");
        });
  }

  @ParameterizedTest
  @EnumSource
  void cancelReachesTheTaskAndAllBelowItButNotItsSiblings(Kind kind) throws Exception {
    List<String> cancelled = Collections.synchronizedList(new ArrayList<>());
    kind.options()
        .run(
            g -> {
              CountDownLatch waits = new CountDownLatch(1);
              CountDownLatch go = new CountDownLatch(1);
              Task<?> task =
                  g.launch(
                      () ->
                          kind.options()
                              .run(
                                  h ->
                                      h.launch(
                                          () -> {
                                            waits.countDown();
                                            sleepUntilCancelled(e -> cancelled.add(e.reason()));
                                          })));
              Task<?> sibling =
                  g.launch(
                      () -> {
                        Threads.await(go);
                        Selvage.checkpoint();
                      });
              Threads.await(waits);
              assertThat(task.cancel("enough")).isTrue();
              assertThat(task.cancel("again")).isFalse();
              awaitCondition("it ends", task::isDone);
              go.countDown();
              sibling.join();
            });
    assertThat(cancelled).containsExactly("enough");
  }

  @Test
  void cancelOfATaskThatHasEndedReturnsFalse() throws Exception {
    TaskGroup.run(
        g -> {
          Task<?> task = g.launch(() -> {});
          task.join();
          assertThat(task.cancel()).isFalse();
          assertThat(task.state()).isEqualTo(Task.State.SUCCEEDED);
          assertThatThrownBy(() -> task.cancel(null)).isInstanceOf(NullPointerException.class);
        });
  }

  @Test
  void aTaskThatIsCancelledBeforeItBeginsNeverRuns() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    TaskGroup.options()
        .withLimit(1)
        .run(
            g -> {
              CountDownLatch go = new CountDownLatch(1);
              g.launch(() -> Threads.await(go));
              Task<?> task = g.launch(() -> ran.set(true));
              assertThat(task.state()).isEqualTo(Task.State.PENDING);
              assertThat(task.cancel("never")).isTrue();
              go.countDown();
              assertThatThrownBy(task::join).isInstanceOf(TaskCancelledException.class);
              assertThat(task.state()).isEqualTo(Task.State.CANCELLED);
            });
    assertThat(ran).isFalse();
  }

  @Test
  void aCancelledTaskThatEndsWithAResultHasSucceeded() throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch runs = new CountDownLatch(1);
          CountDownLatch go = new CountDownLatch(1);
          Task<String> task =
              g.fork(
                  () -> {
                    runs.countDown();
                    Threads.await(go);
                    return "all the same";
                  });
          Threads.await(runs);
          task.cancel();
          go.countDown();
          assertThat(task.join()).isEqualTo("all the same");
          assertThat(task.state()).isEqualTo(Task.State.SUCCEEDED);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theJoinerOfAFailedTaskGetsItsFailureAndNotTheCancellationThatFollows(Kind kind) {
    for (int round = 0; round < 100; round++) {
      AtomicReference<Throwable> seen = new AtomicReference<>();
      assertThatThrownBy(
              () ->
                  kind.options()
                      .run(
                          g -> {
                            Task<?> bad = g.fork(() -> failWith(failure));
                            try {
                              bad.join();
                            } catch (Throwable t) {
                              seen.set(t);
                              throw t;
                            }
                          }))
          .isInstanceOf(TaskFailedException.class);
      // On entry the cancellation may have been there first.
      assertThat(seen.get()).isInstanceOfAny(TaskFailedException.class, CancelledException.class);
    }
  }

  // ---- unsupervised

  @Test
  void theFailureOfAnUnsupervisedTaskBelongsToItsJoiner() throws Exception {
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    TaskGroup.options()
        .withUncaughtHandler((name, e) -> uncaught.add(e))
        .run(
            g -> {
              Task<?> task = g.forkUnsupervised("bad", () -> failWith(failure));
              assertThatThrownBy(task::join).cause().isSameAs(failure);
              Selvage.checkpoint();
            });
    assertThat(uncaught).isEmpty();
  }

  @Test
  void anUnobservedFailureOfAnUnsupervisedTaskGoesToTheHandlerWithItsName() throws Exception {
    List<String> uncaught = Collections.synchronizedList(new ArrayList<>());
    TaskGroup.options()
        .withUncaughtHandler((name, e) -> uncaught.add(name + ": " + e.getMessage()))
        .run(g -> g.forkUnsupervised("bad", () -> failWith(failure)));
    assertThat(uncaught).containsExactly("group/bad: disk");
  }

  @Test
  void noneOfManyUnobservedFailuresIsLost() throws Exception {
    List<String> uncaught = Collections.synchronizedList(new ArrayList<>());
    TaskGroup.options()
        .withUncaughtHandler((name, e) -> uncaught.add(name))
        .run(
            g -> {
              for (int i = 0; i < 200; i++) {
                g.forkUnsupervised("bad" + i, () -> failWith(failure));
              }
            });
    assertThat(uncaught).hasSize(200).doesNotHaveDuplicates();
  }
}
