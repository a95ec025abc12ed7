package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads.Kind;
import io.selvage.function.ThrowingRunnable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class TaskGroupTest {
  // ---- running

  @ParameterizedTest
  @EnumSource
  void theGroupEndsWhenAllTasksHave(Kind kind) throws Exception {
    AtomicInteger ended = new AtomicInteger();
    kind.options()
        .run(
            g -> {
              for (int i = 0; i < 20; i++) {
                g.launch(
                    () -> {
                      Selvage.sleep(Duration.ofNanos(1_000));
                      ended.incrementAndGet();
                    });
              }
            });
    assertThat(ended).hasValue(20);
  }

  @ParameterizedTest
  @EnumSource
  void theBodyJoinsItsTasksAndReturnsItsResult(Kind kind) throws Exception {
    int sum =
        kind.options()
            .<Integer, RuntimeException>call(
                g -> {
                  Task<Integer> a = g.fork("a", () -> 3);
                  Task<Integer> b = g.fork("b", () -> 4);
                  return a.join() + b.join();
                });
    assertThat(sum).isEqualTo(7);
    assertThat(TaskGroup.<String, RuntimeException>call(g -> null)).isNull();
  }

  @Test
  void aTaskMayForkIntoItsGroup() throws Exception {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    TaskGroup.run(
        g ->
            g.launch(
                () -> {
                  ran.add("outer");
                  g.fork(() -> ran.add("inner"));
                }));
    assertThat(ran).containsExactly("outer", "inner");
  }

  @Test
  void anotherThreadMayForkIntoARunningGroup() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    TaskGroup.run(g -> Kind.PLATFORM.complete(() -> g.fork(ran::incrementAndGet)));
    assertThat(ran).hasValue(1);
  }

  @Test
  void groupsNest() throws Exception {
    int depth =
        TaskGroup.<Integer, RuntimeException>call(
            g ->
                g.fork(() -> TaskGroup.<Integer, RuntimeException>call(h -> h.fork(() -> 2).join()))
                    .join());
    assertThat(depth).isEqualTo(2);
  }

  @Test
  void tasksHaveTheNameOfTheGroupAndTheirOwnAndSoDoTheirThreads() throws Exception {
    TaskGroup.options()
        .withName("db")
        .run(
            g -> {
              assertThat(g.name()).isEqualTo("db");
              Task<String> named = g.fork("reader", () -> Thread.currentThread().getName());
              assertThat(named.name()).isEqualTo("db/reader");
              assertThat(named.join()).isEqualTo("db/reader");
              assertThat(g.fork(() -> Thread.currentThread().getName()).join()).isEqualTo("db/2");
              assertThat(g.toString()).contains("db");
            });
  }

  @Test
  void runningCountsTheTasksThatHaveNotEnded() throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch go = new CountDownLatch(1);
          assertThat(g.running()).isZero();
          g.launch(() -> Threads.await(go));
          g.launch(() -> Threads.await(go));
          assertThat(g.running()).isEqualTo(2);
          go.countDown();
          awaitCondition("they end", () -> g.running() == 0);
        });
  }

  @Test
  void workBeforeTheForkIsSeenByTheTaskAndItsWorkByTheJoiner() throws Exception {
    for (int round = 0; round < 200; round++) {
      int[] plain = new int[2];
      plain[0] = round;
      TaskGroup.run(
          g -> {
            Task<?> task = g.fork(() -> plain[1] = plain[0] + 1);
            task.join();
          });
      assertThat(plain[1]).isEqualTo(round + 1);
    }
  }

  // ---- misuse

  @Test
  void aGroupThatHasEndedTakesNoTask() throws Exception {
    AtomicReference<TaskGroup> ended = new AtomicReference<>();
    TaskGroup.run(ended::set);
    for (ThrowingRunnable<Exception> fork :
        List.<ThrowingRunnable<Exception>>of(
            () -> ended.get().launch(() -> {}),
            () -> ended.get().fork("name", () -> 1),
            () -> ended.get().forkUnsupervised("name", () -> 1),
            () -> ended.get().start("name", status -> {}))) {
      assertThatThrownBy(fork::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("has ended");
    }
    assertThat(ended.get().running()).isZero();
    assertThat(ended.get().cancel()).isTrue();
    Selvage.checkpoint();
  }

  @Test
  void nullsAreRefused() throws Exception {
    assertThatThrownBy(() -> TaskGroup.run(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> TaskGroup.call(null)).isInstanceOf(NullPointerException.class);
    TaskGroup.run(
        g -> {
          Callable<Integer> none = null;
          for (ThrowingRunnable<Exception> bad :
              List.<ThrowingRunnable<Exception>>of(
                  () -> g.fork(none),
                  () -> g.fork("name", none),
                  () -> g.fork(null, () -> 1),
                  () -> g.launch((ThrowingRunnable<Exception>) null),
                  () -> g.launch("name", (ThrowingRunnable<Exception>) null),
                  () -> g.launch(null, () -> {}),
                  () -> g.forkUnsupervised(null, () -> 1),
                  () -> g.forkUnsupervised("name", null),
                  () -> g.start(null, status -> {}),
                  () -> g.start("name", null),
                  () -> g.cancel(null))) {
            assertThatThrownBy(bad::run).isInstanceOf(NullPointerException.class);
          }
          assertThat(g.running()).isZero();
        });
  }

  @Test
  void aTaskIsNotCountedWhileTheActionsAtItsEndRun() throws Exception {
    List<Long> counted = new ArrayList<>();
    TaskGroup.run(
        g -> {
          CountDownLatch added = new CountDownLatch(1);
          Task<?> task = g.launch(() -> Threads.await(added));
          task.onEnd(() -> counted.add(g.running()));
          assertThat(g.running()).isEqualTo(1);
          added.countDown();
          task.join();
          assertThat(g.running()).isZero();
        });
    assertThat(counted).containsExactly(0L);
  }
}
