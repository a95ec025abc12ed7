package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.service.Actor;
import io.selvage.service.CloseSignal;
import io.selvage.service.Mailbox;
import io.selvage.service.PriorityMailbox;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mailboxes and actors: no message is lost that no handler has begun. */
class ActorSimulationTest {

  enum Kind {
    SERIALIZED,
    CONCURRENT,
    CONCURRENT_ON_A_LOOP;

    Actor<Integer> of(Mailbox<Integer> mailbox, Actor.ConcurrentHandler<Integer> handler) {
      return switch (this) {
        case SERIALIZED -> Actor.of(mailbox, message -> handler.handle(message, null));
        case CONCURRENT -> Actor.concurrent(mailbox, TaskGroup.options(), handler);
        case CONCURRENT_ON_A_LOOP ->
            Actor.concurrent(mailbox, TaskGroup.options().withLimit(1), handler);
      };
    }

    /** A handler that sleeps and, in the middle of that, releases its baton. */
    Actor<Integer> noting(Mailbox<Integer> mailbox, List<Integer> begun, List<Integer> ended) {
      return of(
          mailbox,
          (message, baton) -> {
            begun.add(message);
            try {
              Selvage.sleep(ofSeconds(1));
              if (baton != null) {
                baton.release();
              }
              Selvage.sleep(ofSeconds(1));
            } finally {
              ended.add(message);
            }
          });
    }
  }

  private static void submitAll(Mailbox<Integer> mailbox, int... messages) {
    for (int message : messages) {
      assertThat(mailbox.submit(message)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void allMessagesAreHandledInTheirOrder(Kind kind) {
    Scenario scenario =
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          List<Integer> begun = new ArrayList<>();
          List<Integer> ended = new ArrayList<>();
          Actor<Integer> actor = kind.noting(mailbox, begun, ended);
          TaskGroup.run(
              group -> {
                group.launch("actor", () -> actor.run());
                group.launch(
                    "sender",
                    () -> {
                      submitAll(mailbox, 1, 2);
                      Selvage.sleep(ofSeconds(1));
                      submitAll(mailbox, 3);
                      actor.close();
                    });
              });
          assertThat(begun).containsExactly(1, 2, 3);
          assertThat(ended).containsExactly(1, 2, 3);
          assertThat(run.elapsed()).isEqualTo(ofSeconds(kind == Kind.SERIALIZED ? 6 : 4));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @ParameterizedTest
  @EnumSource
  void aMessageIsBegunOrStaysWhoeverIsCancelledWherever(Kind kind) {
    Scenario scenario =
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          List<Integer> sent = new ArrayList<>();
          List<Integer> begun = new ArrayList<>();
          List<Integer> ended = new ArrayList<>();
          Actor<Integer> actor = kind.noting(mailbox, begun, ended);
          try {
            TaskGroup.run(
                group -> {
                  group.launch("actor", () -> actor.run());
                  group.launch(
                      "sender",
                      () -> {
                        try {
                          for (int i = 0; i < 3; i++) {
                            if (mailbox.submit(i)) {
                              sent.add(i);
                            }
                            Selvage.checkpoint();
                          }
                        } finally {
                          actor.close();
                        }
                      });
                  Selvage.sleep(ofSeconds(3));
                  actor.close();
                });
          } finally {
            List<Integer> all = new ArrayList<>(begun);
            all.addAll(mailbox.drain());
            assertThat(all).containsExactlyElementsOf(sent);
            assertThat(ended).containsExactlyInAnyOrderElementsOf(begun);
            assertThat(mailbox.stats().waitingReceivers()).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhereBut("group/\\d+", scenario);
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerThatFailsLeavesTheRestAndItCanBeRunAgain(Kind kind) {
    Scenario scenario =
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          List<Integer> begun = new ArrayList<>();
          IOException failure = new IOException("x");
          Actor<Integer> actor =
              kind.of(
                  mailbox,
                  (message, baton) -> {
                    begun.add(message);
                    if (baton != null) {
                      baton.release();
                    }
                    Selvage.checkpoint();
                    if (message == 1) {
                      throw failure;
                    }
                  });
          submitAll(mailbox, 0, 1, 2, 3);
          Throwable thrown =
              Explored.thrownBy(
                  () -> {
                    actor.run();
                    return null;
                  });
          if (kind == Kind.SERIALIZED) {
            assertThat(thrown).isSameAs(failure);
            assertThat(begun).containsExactly(0, 1);
          } else {
            assertThat(thrown).isInstanceOf(TaskFailedException.class).hasCause(failure);
          }
          assertThat(mailbox.isClosed()).isFalse();
          actor.close();
          actor.run();
          assertThat(begun).containsExactly(0, 1, 2, 3);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @ParameterizedTest
  @EnumSource
  void behindAHandlerThatFailsBeforeItsReleaseNoOtherBegins(Kind kind) {
    Explored.inManyOrders(
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          List<Integer> begun = new ArrayList<>();
          Actor<Integer> actor =
              kind.of(
                  mailbox,
                  (message, baton) -> {
                    begun.add(message);
                    Selvage.checkpoint();
                    if (message == 1) {
                      throw new IOException("x");
                    }
                  });
          submitAll(mailbox, 0, 1, 2, 3);
          assertThatThrownBy(actor::run).isNotNull();
          assertThat(begun).containsExactly(0, 1);
          assertThat(mailbox.drain()).containsExactly(2, 3);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aFailedMailboxIsEmptiedAndThenThrown(Kind kind) {
    Explored.inManyOrders(
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          List<Integer> begun = new ArrayList<>();
          List<Integer> ended = new ArrayList<>();
          Actor<Integer> actor = kind.noting(mailbox, begun, ended);
          TaskGroup.run(
              group -> {
                Task<Throwable> running =
                    group.fork(
                        () ->
                            Explored.thrownBy(
                                () -> {
                                  actor.run();
                                  return null;
                                }));
                submitAll(mailbox, 1, 2);
                mailbox.fail(new IOException("x"));
                assertThat(running.join()).isInstanceOf(BrokenResourceException.class);
              });
          assertThat(ended).containsExactly(1, 2);
        });
  }

  @Test
  void whatPrecedesTheReleaseIsSerializedAndTheRestRunsAtTheSameTime() {
    Explored.inManyOrders(
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          int[] before = {0};
          int[] behind = {0};
          int[] most = {0};
          Actor<Integer> actor =
              Actor.concurrent(
                  mailbox,
                  TaskGroup.options(),
                  (message, baton) -> {
                    assertThat(before[0]++).isZero();
                    Selvage.checkpoint();
                    before[0]--;
                    behind[0]++;
                    baton.release();
                    baton.release();
                    Selvage.sleep(ofSeconds(1));
                    most[0] = Math.max(most[0], behind[0]);
                    behind[0]--;
                  });
          submitAll(mailbox, 1, 2, 3);
          actor.close();
          actor.run();
          assertThat(most[0]).isEqualTo(3);
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
        });
  }

  @Test
  void runningItTwiceAtOnceIsRefusedAndAgainIsAllowed() {
    Explored.inAllOrders(
        2,
        run -> {
          Actor<Integer> actor = Actor.of(message -> {});
          List<Throwable> refused = new ArrayList<>();
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  group.launch(
                      () -> {
                        Throwable thrown =
                            Explored.thrownBy(
                                () -> {
                                  actor.run();
                                  return null;
                                });
                        if (thrown != null) {
                          refused.add(thrown);
                        }
                      });
                }
                run.awaitAllBlocked();
                actor.close();
              });
          assertThat(refused).hasSize(1).allMatch(IllegalStateException.class::isInstance);
          actor.run();
        });
  }

  @Test
  void aCancelThatRacesWithTheMessageTakesItOrLeavesIt() {
    Scenario scenario =
        run -> {
          Mailbox<Integer> mailbox = new Mailbox<>();
          List<Integer> got = new ArrayList<>();
          CancelScope scope = CancelScope.moveOnAfter(ofSeconds(1));
          TaskGroup.run(
              group -> {
                Task<Boolean> taker = group.fork(() -> scope.run(() -> got.add(mailbox.get())));
                group.launch(
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      mailbox.submit(1);
                    });
                assertThat(taker.join()).isEqualTo(got.contains(1));
              });
          got.addAll(mailbox.drain());
          assertThat(got).containsExactly(1);
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  // ---- priorities

  @Test
  void theFloorParksAndTheGateConsumesAndNothingElseIsLost() {
    Scenario scenario =
        run -> {
          CloseSignal off = new CloseSignal();
          List<Integer> consumed = new ArrayList<>();
          PriorityMailbox<Integer> mailbox =
              new PriorityMailbox<>(
                  message -> message / 10,
                  message -> {
                    boolean passes = message % 2 == 0;
                    if (!passes) {
                      consumed.add(message);
                    }
                    return passes;
                  });
          List<Integer> handled = new ArrayList<>();
          Actor<Integer> actor = Actor.of(mailbox, handled::add);
          List<Integer> sent = new ArrayList<>();
          mailbox.setFloor(1);
          try {
            TaskGroup.run(
                group -> {
                  group.launch("actor", () -> actor.run());
                  group.launch(
                      "sender",
                      () -> {
                        for (int message : new int[] {10, 11, 22, 23, 34}) {
                          if (mailbox.submit(message)) {
                            sent.add(message);
                          }
                        }
                      });
                  Selvage.sleep(ofSeconds(1));
                  assertThat(handled).doesNotContain(10);
                  mailbox.liftFloor();
                  run.awaitAllBlocked();
                  mailbox.close();
                  off.close();
                });
          } finally {
            mailbox.close();
            List<Integer> all = new ArrayList<>(handled);
            all.addAll(consumed);
            all.addAll(mailbox.drain());
            assertThat(all).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(mailbox.stats().waitingReceivers()).isZero();
          }
          if (off.isClosed()) {
            assertThatThrownBy(mailbox::get).isNotNull();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhere(scenario);
  }
}
