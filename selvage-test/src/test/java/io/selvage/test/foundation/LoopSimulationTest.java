package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Loops: one task at a time, all or nothing, whichever task calls and cancels. */
class LoopSimulationTest {

  @Test
  void betweenTwoOperationsATaskIsAlone() {
    Scenario scenario =
        run -> {
          Loop loop = new Loop();
          int[] counter = {0};
          loop.run(
              () -> {
                for (int i = 0; i < 3; i++) {
                  loop.launch(
                      () -> {
                        for (int k = 0; k < 2; k++) {
                          int seen = counter[0];
                          new CloseSignal().close(); // a step that is no switch
                          counter[0] = seen + 1;
                          Selvage.checkpoint();
                        }
                      });
                }
              });
          assertThat(counter[0]).isEqualTo(6);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void calledFromOutsideWhileItEndsACallIsRunOrRefusedOrCancelled() {
    Scenario scenario =
        run -> {
          Loop loop = new Loop();
          List<String> ran = new ArrayList<>();
          CloseSignal running = new CloseSignal();
          TaskGroup.run(
              outside -> {
                outside.launch(
                    "owner",
                    () ->
                        loop.run(
                            () -> {
                              running.close();
                              Selvage.checkpoint();
                            }));
                for (int i = 0; i < 2; i++) {
                  outside.launch(
                      "caller",
                      () -> {
                        running.await();
                        try {
                          Task<Boolean> task = loop.submit(() -> ran.add("call"));
                          assertThat(task.join()).isTrue();
                        } catch (IllegalStateException refused) {
                          ran.add("refused");
                        }
                      });
                }
              });
          assertThat(ran).hasSize(2);
          assertThat(loop.isRunning()).isFalse();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void ofTwoThreadsThatRunTheSameLoopAtOnceOneIsRefused() {
    Scenario scenario =
        run -> {
          Loop loop = new Loop();
          List<String> outcomes = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.launch(
                      () -> {
                        try {
                          loop.call(() -> outcomes.add("ran"));
                        } catch (IllegalStateException e) {
                          outcomes.add("refused");
                        }
                      });
                }
              });
          assertThat(outcomes).hasSize(2).contains("ran");
          assertThat(loop.isRunning()).isFalse();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void whicheverTaskFailsFirstTheOthersAreCancelledAndNoFailureIsLost() {
    Scenario scenario =
        run -> {
          Loop loop = new Loop();
          IOException main = new IOException("main");
          IOException other = new IOException("other");
          Throwable thrown =
              Explored.thrownBy(
                  () -> {
                    loop.call(
                        () -> {
                          loop.fork(
                              () -> {
                                Selvage.sleep(ofSeconds(1));
                                throw other;
                              });
                          loop.launch(() -> Selvage.sleep(ofSeconds(100)));
                          Selvage.sleep(ofSeconds(1));
                          throw main;
                        });
                    return null;
                  });
          if (thrown == main) {
            assertThat(List.of(main.getSuppressed())).doesNotContain(main);
          } else {
            TaskFailedException failed = (TaskFailedException) thrown;
            assertThat(failed.failures()).doesNotHaveDuplicates().startsWith(other);
          }
          assertThat(run.elapsed()).isLessThan(ofSeconds(100));
        };
    assertThat(Explored.inManyOrders(scenario)).isNotNull();
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void cancelledAnywhereItEndsAndCanBeRunAgain() {
    Explored.cancelledEverywhere(
        run -> {
          Loop loop = new Loop();
          Channel<String> channel = Channel.unbounded();
          List<String> received = new ArrayList<>();
          TaskGroup.run(
              group ->
                  group.launch(
                      "owner",
                      () -> {
                        try {
                          loop.run(
                              () -> {
                                loop.launch("idle", () -> Selvage.sleep(ofSeconds(1)));
                                channel.trySend("item");
                                loop.launch(
                                    "nested",
                                    () -> new Loop("inner").run(() -> Selvage.checkpoint()));
                                received.add(channel.receive());
                              });
                        } finally {
                          assertThat(loop.isRunning()).isFalse();
                        }
                      }));
          int sent = (int) channel.stats().sent();
          assertThat(received.size() + channel.drain().size()).isEqualTo(sent);
          CancelScope.shieldUnlimited()
              .run(() -> assertThat(runAgain(loop)).isIn(42, "cancelled by the test"));
        });
  }

  private static Object runAgain(Loop loop) throws InterruptedException {
    try {
      return loop.<Integer, RuntimeException>call(() -> 42);
    } catch (TaskCancelledException e) {
      return "cancelled by the test"; // which cancels each task, the main body, too
    }
  }

  @Test
  void theLastTaskOfAGroupDoesNotWakeAnOwnerThatHasSeenItsEnd() {
    Scenario scenario =
        run -> {
          List<String> log = new ArrayList<>();
          TaskGroup.options()
              .withLimit(2)
              .run(
                  limited ->
                      limited.launch(
                          "owner",
                          () -> {
                            TaskGroup.run(inner -> inner.launch(() -> {}));
                            Selvage.sleep(ofSeconds(1));
                            log.add("slept");
                          }));
          assertThat(log).containsExactly("slept");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }
}
