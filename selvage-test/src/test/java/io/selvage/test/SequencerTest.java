package io.selvage.test;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SequencerTest {
  private static final int TASKS = 3;
  private static final int POSITIONS = 12;

  private static List<Integer> positionsOf(int task) {
    return IntStream.range(0, POSITIONS).filter(i -> i % TASKS == task).boxed().toList();
  }

  /** Each task has every third position; all write to one list, which is not thread-safe. */
  private static List<Integer> inTurn(GroupOptions options) throws InterruptedException {
    Sequencer sequencer = new Sequencer();
    List<Integer> entered = new ArrayList<>();
    options.run(
        group -> {
          for (int task = 0; task < TASKS; task++) {
            List<Integer> mine = positionsOf(task);
            group.launch(
                () -> {
                  for (int position : mine) {
                    if (position % 2 == 0) {
                      sequencer.at(
                          position,
                          () -> {
                            Selvage.checkpoint();
                            entered.add(position);
                          });
                    } else {
                      try (var inside = sequencer.await(position)) {
                        entered.add(inside.number());
                        Selvage.checkpoint();
                      }
                    }
                  }
                });
          }
        });
    return entered;
  }

  private static final List<Integer> ALL = IntStream.range(0, POSITIONS).boxed().toList();

  @Test
  void positionsAreEnteredInOrder() {
    Simulation.explore(500, () -> assertThat(inTurn(TaskGroup.options())).isEqualTo(ALL));
  }

  static Stream<GroupOptions> kinds() {
    return Stream.of(
        TaskGroup.options(),
        TaskGroup.options().withPlatformThreads(),
        TaskGroup.options().withLimit(1));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  @Timeout(20)
  void positionsAreEnteredInOrderOnRealThreads(GroupOptions options) throws Exception {
    for (int i = 0; i < 50; i++) {
      assertThat(inTurn(options)).isEqualTo(ALL);
    }
  }

  @Test
  void aPositionIsUsedOnce() throws Exception {
    Sequencer sequencer = new Sequencer();
    sequencer.at(0, () -> {});
    assertThatThrownBy(() -> sequencer.await(0))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("position 0 was used before, by " + Thread.currentThread());
    sequencer.at(1, () -> {}); // the refusal changed nothing
  }

  @Test
  void aPositionThatIsWaitedForIsUsed() {
    Simulation.explore(
        50,
        () -> {
          Sequencer sequencer = new Sequencer();
          int[] refused = {0};
          List<String> entered = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.launch(
                      () -> {
                        try {
                          sequencer.at(1, () -> entered.add("one"));
                        } catch (IllegalStateException e) {
                          refused[0]++;
                        }
                      });
                }
                sequencer.at(0, () -> entered.add("zero"));
              });
          assertThat(entered).containsExactly("zero", "one");
          assertThat(refused[0]).isEqualTo(1);
        });
  }

  @Test
  void positionsBeginAtZero() {
    assertThatThrownBy(() -> new Sequencer().await(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("position must be >= 0, was -1");
  }

  @Test
  void aPositionIsLeftOnce() throws Exception {
    Sequencer sequencer = new Sequencer();
    Sequencer.Position first = sequencer.await(0);
    first.close();
    first.close();
    assertThat(sequencer).hasToString("Sequencer[position 1 next]");
    assertThat(first).hasToString("position 0 of Sequencer[position 1 next]");
  }

  @Test
  void noTaskWaitsBehindACancelledWait() {
    Simulation.explore(
        200,
        () -> {
          Sequencer sequencer = new Sequencer();
          List<Integer> entered = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork(
                    () ->
                        assertThatThrownBy(() -> sequencer.at(3, () -> entered.add(3)))
                            .isInstanceOf(BrokenResourceException.class)
                            .hasMessage(
                                "position 3 is never reached: position 2 was abandoned, its wait"
                                    + " was cut short")
                            .hasCauseInstanceOf(CancelledException.class));
                group.launch(() -> sequencer.at(1, () -> entered.add(1)));
                assertThat(
                        CancelScope.moveOnAfter(ofSeconds(1))
                            .run(() -> sequencer.at(2, () -> entered.add(2))))
                    .isFalse();
                // Those before it go on.
                sequencer.at(0, () -> entered.add(0));
              });
          assertThat(entered).containsExactly(0, 1);
          assertThat(sequencer).hasToString("Sequencer[position 2 next, position 2 abandoned]");
          assertThatThrownBy(() -> sequencer.await(4)).isInstanceOf(BrokenResourceException.class);
        });
  }

  @Test
  void aTaskThatIsCancelledBeforeItWaitsAbandonsItsPosition() throws Exception {
    Sequencer sequencer = new Sequencer();
    CancelScope cancelled = CancelScope.create();
    cancelled.cancel();
    assertThat(cancelled.run(() -> sequencer.at(0, () -> {}))).isFalse();
    assertThatThrownBy(() -> sequencer.await(1))
        .isInstanceOf(BrokenResourceException.class)
        .hasMessageContaining("position 0 was abandoned");
  }

  @Test
  void aDuplicateThatIsCancelledAbandonsNothing() throws Exception {
    Sequencer sequencer = new Sequencer();
    Sequencer.Position first = sequencer.await(0);
    CancelScope cancelled = CancelScope.create();
    cancelled.cancel();
    assertThat(cancelled.run(() -> sequencer.at(0, () -> {}))).isFalse();
    first.close();
    sequencer.at(1, () -> {});
  }

  @Test
  void noTaskWaitsBehindABodyThatFailed() {
    Simulation.explore(
        200,
        () -> {
          Sequencer sequencer = new Sequencer();
          IOException failure = new IOException("disk full");
          TaskGroup.run(
              group -> {
                group.fork(
                    () ->
                        assertThatThrownBy(() -> sequencer.await(1))
                            .isInstanceOf(BrokenResourceException.class)
                            .hasMessage(
                                "position 1 is never reached: position 0 was abandoned, its body"
                                    + " failed")
                            .hasCause(failure));
                assertThatThrownBy(
                        () ->
                            sequencer.at(
                                0,
                                () -> {
                                  throw failure;
                                }))
                    .isSameAs(failure);
              });
        });
  }

  @Test
  void aBlockThatFailedHasLeftItsPosition() throws Exception {
    Sequencer sequencer = new Sequencer();
    assertThatThrownBy(
            () -> {
              try (var inside = sequencer.await(0)) {
                throw new IOException("in " + inside.number());
              }
            })
        .hasMessage("in 0");
    sequencer.at(1, () -> {});
  }

  /** A cancelled task abandons its position a moment before the tasks behind it are cancelled. */
  @Test
  void aTaskThatIsCancelledWithItsGroupIsToldOnlyThat() {
    Simulation.explore(
        500,
        () -> {
          Sequencer sequencer = new Sequencer();
          List<Throwable> badNews = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 1; i <= 3; i++) {
                  int position = i;
                  group.launch(
                      () -> {
                        try {
                          sequencer.at(position, () -> {});
                        } catch (BrokenResourceException e) {
                          badNews.add(e);
                        }
                      });
                }
                group.cancel();
              });
          assertThat(badNews).isEmpty();
        });
  }

  @Test
  void aPositionThatNoTaskReachesIsADeadlock() {
    assertThatThrownBy(() -> Simulation.run(1, () -> new Sequencer().at(1, () -> {})))
        .isInstanceOfSatisfying(
            SimulationFailure.class,
            e -> assertThat(e.kind()).isEqualTo(SimulationFailure.Kind.DEADLOCK))
        .hasMessageContaining("Sequencer.await");
  }

  @Test
  void cancelledAnywhereTheOrderIsKept() {
    for (long seed = 0; seed < 20; seed++) {
      Simulation.options()
          .cancelEverywhere(
              seed,
              run -> {
                Sequencer sequencer = new Sequencer();
                List<Integer> entered = new ArrayList<>();
                try {
                  TaskGroup.run(
                      group -> {
                        for (int task = 0; task < TASKS; task++) {
                          int first = task;
                          // a task that had not begun would keep the others waiting
                          boolean unused =
                              group.start(
                                  "task",
                                  status -> {
                                    status.started(true);
                                    for (int i = first; i < 6; i += TASKS) {
                                      int position = i;
                                      sequencer.at(position, () -> entered.add(position));
                                    }
                                  });
                        }
                      });
                } catch (TaskFailedException e) {
                  assertThat(e).hasCauseInstanceOf(BrokenResourceException.class);
                } catch (TaskCancelledException e) {
                  // one that had not begun
                } finally {
                  assertThat(entered).isEqualTo(ALL.subList(0, entered.size()));
                  assertThat(sequencer.waiting()).isZero();
                }
              });
    }
  }
}
