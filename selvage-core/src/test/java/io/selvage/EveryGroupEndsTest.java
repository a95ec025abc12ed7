package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Checks.taskFailureOf;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads.Kind;
import io.selvage.channel.Channel;
import io.selvage.observe.Dump;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A group whose tasks fail ends, whatever they do, and nothing is reported twice. */
@ExtendWith(LeakCheck.class)
class EveryGroupEndsTest {
  private final IOException failure = new IOException("meant: original");

  // ---- everything ends

  @Test
  void aParentThatCatchesTheFailureOfItsChildDoesNotHideItFromTheGroup() {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g ->
                        g.launch(
                            () -> {
                              Task<?> child = g.fork("child", () -> failWith(failure));
                              try {
                                child.join();
                              } catch (TaskFailedException | CancelledException e) {
                                seen.set(e); // whichever comes first
                              }
                            })));
    assertThat(thrown.getCause()).isSameAs(failure);
    assertThat(seen.get()).isNotNull();
  }

  @Test
  void tasksThatHadNotBegunWhenAnotherFailedNeverRunAnyOfTheirCode() {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.options()
                    .withLimit(1)
                    .run(
                        g ->
                            g.fork(
                                () -> {
                                  for (int i = 0; i < 5; i++) {
                                    g.fork(() -> ran.add("begun")); // waits for the turn
                                  }
                                  throw failure;
                                })));
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(ran).isEmpty();
  }

  @Test
  void cleanUpMayWaitInsideOfAShieldOnly() {
    List<String> done = Collections.synchronizedList(new ArrayList<>());
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch runs = new CountDownLatch(1);
                      g.launch(
                          () -> {
                            try {
                              runs.countDown();
                              Selvage.sleep(LONG);
                            } finally {
                              assertThatThrownBy(() -> Selvage.sleep(Duration.ofNanos(1)))
                                  .isInstanceOf(CancelledException.class);
                              done.add("without waiting");
                              CancelScope.shield(LONG)
                                  .run(
                                      () -> {
                                        Selvage.sleep(Duration.ofNanos(1));
                                        done.add("after a wait");
                                      });
                            }
                          });
                      g.fork(
                          () -> {
                            Threads.await(runs);
                            throw failure;
                          });
                    }));
    assertThat(thrown.failures()).containsExactly(failure);
    assertThat(done).containsExactly("without waiting", "after a wait");
  }

  @Test
  void aCatchOfRuntimeExceptionsCatchesNoCancellation() throws Exception {
    Task<?>[] task = new Task<?>[1];
    TaskGroup.run(
        g -> {
          CountDownLatch runs = new CountDownLatch(1);
          task[0] =
              g.launch(
                  () -> {
                    try {
                      runs.countDown();
                      Selvage.sleep(LONG);
                    } catch (RuntimeException e) {
                      throw new AssertionError("caught by mistake", e);
                    }
                  });
          Threads.await(runs);
          g.cancel("meant");
        });
    assertThat(task[0].state()).isEqualTo(Task.State.CANCELLED);
  }

  @Test
  void anErrorThatMeansToStopTheProgramEndsAllAndLeavesTheGroup() {
    ThreadDeathLike stop = new ThreadDeathLike();
    AtomicReference<CancelledException> seen = new AtomicReference<>();
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch runs = new CountDownLatch(1);
                      g.launch(
                          () -> {
                            runs.countDown();
                            sleepUntilCancelled(seen::set);
                          });
                      g.fork(
                          () -> {
                            Threads.await(runs);
                            throw stop;
                          });
                    }));
    assertThat(thrown.failures()).containsExactly(stop);
    assertThat(seen.get()).isNotNull();
  }

  private static final class ThreadDeathLike extends Error {
    private static final long serialVersionUID = 1L;
  }

  // ---- misuse

  @Test
  void misuseInsideOfATaskIsAFailureAsAnyOther() {
    AtomicReference<CancelledException> seen = new AtomicReference<>();
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch runs = new CountDownLatch(1);
                      g.launch(
                          () -> {
                            runs.countDown();
                            sleepUntilCancelled(seen::set);
                          });
                      g.launch(
                          "misuse",
                          () -> {
                            Threads.await(runs);
                            Selvage.sleep(Duration.ofSeconds(-1));
                          });
                    }));
    assertThat(thrown).hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(thrown).hasMessageContaining("task 'group/misuse' failed");
    assertThat(thrown.failures()).hasSize(1);
    assertThat(seen.get()).isNotNull();
  }

  @Test
  void aCycleThatIsNotCaughtFailsTheGroupAndEndsTheOtherTasks() {
    AtomicReference<Task<?>> first = new AtomicReference<>();
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.run(
                    g -> {
                      CountDownLatch known = new CountDownLatch(1);
                      first.set(
                          g.launch(
                              "a",
                              () -> {
                                Threads.await(known);
                                g.fork("b", () -> first.get().join()).join();
                              }));
                      g.launch("busy", () -> Selvage.sleep(LONG));
                      known.countDown();
                    }));
    assertThat(thrown.getCause())
        .isInstanceOf(JoinCycleException.class)
        .hasMessageContaining("group/a -> ")
        .hasMessageContaining("group/b -> ");
    assertThat(thrown.failures())
        .as("at least one of the two sees the cycle, and both if they close it at once")
        .hasSizeBetween(1, 2)
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(JoinCycleException.class));
  }

  @Test
  void waitingForWhatNeverHappensIsNoCycleAndCanBeEnded() throws Exception {
    List<Task<?>> tasks = new ArrayList<>();
    TaskGroup.run(
        g -> {
          Channel<String> silent = Channel.unbounded();
          tasks.add(g.fork("receiver", () -> silent.receive()));
          tasks.add(g.fork("joiner", () -> tasks.getFirst().join()));
          Threads.awaitCondition(
              "both wait", () -> Dump.take().text().contains("Task.join for Task[group/receiver"));
          assertThat(tasks).noneMatch(Task::isDone);
          g.cancel("meant");
        });
    assertThat(tasks).allMatch(task -> task.state() == Task.State.CANCELLED);
  }

  // ---- many at once

  @ParameterizedTest
  @EnumSource
  void tenTasksThatFailAtTheSameMomentAreEachReportedOnce(Kind kind) {
    for (int round = 0; round < 20; round++) {
      CyclicBarrier together = new CyclicBarrier(10);
      Set<Throwable> begun =
          Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
      TaskFailedException thrown =
          taskFailureOf(
              () ->
                  kind.options()
                      .run(
                          g -> {
                            for (int i = 0; i < 10; i++) {
                              IllegalStateException own = new IllegalStateException("meant: " + i);
                              g.fork(
                                  () -> {
                                    together.await();
                                    begun.add(own);
                                    throw own;
                                  });
                            }
                          }));
      assertThat(thrown.failures())
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(begun);
      assertThat(thrown.failures()).hasSizeGreaterThan(1);
      assertThat(thrown.getCause()).isSameAs(thrown.failures().getFirst());
      assertThat(thrown.misbehaved()).isEmpty();
    }
  }
}
