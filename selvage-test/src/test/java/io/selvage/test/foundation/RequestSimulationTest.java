package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestFailedException;
import io.selvage.service.RequestRegistry;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Requests: a caller gets a reply exactly if this reply was accepted. */
class RequestSimulationTest {
  /** What the side that asks has got, and what the side that replies believes. */
  private static final class Ledger {
    final RequestRegistry<Integer, String> registry = new RequestRegistry<>();
    final boolean[] accepted = new boolean[4];
    final boolean[] failed = new boolean[4];
    final Object[] got = new Object[4];

    void ask(int key, boolean limited) throws InterruptedException {
      try {
        got[key] =
            limited
                ? registry.request(key, handle -> {}, ofSeconds(1))
                : registry.request(key, handle -> {});
      } catch (TimeoutException | RequestFailedException | ClosedResourceException e) {
        got[key] = e;
      } catch (CancelledException e) {
        got[key] = e;
        throw e;
      }
    }

    void reply(int key) {
      accepted[key] = registry.resolve(key, "reply " + key);
    }

    void fail(int key) {
      failed[key] = registry.fail(key, new IOException("fail " + key));
    }

    void check() {
      for (int key = 0; key < got.length; key++) {
        if (accepted[key]) {
          assertThat(got[key]).isEqualTo("reply " + key);
        } else {
          assertThat(got[key]).matches(each -> !(each instanceof String));
        }
        if (failed[key]) {
          assertThat(got[key])
              .isInstanceOfSatisfying(
                  RequestFailedException.class, e -> assertThat(e).hasMessageContaining("fail"));
        }
      }
      assertThat(registry.size()).isZero();
    }
  }

  private static Scenario exchange(boolean limited, boolean closes) {
    return run -> {
      Ledger ledger = new Ledger();
      try {
        TaskGroup.run(
            group -> {
              for (int i = 0; i < ledger.got.length; i++) {
                int key = i;
                group.launch("ask" + key, () -> ledger.ask(key, limited));
              }
              group.launch(
                  "replier",
                  () -> {
                    Selvage.sleep(ofSeconds(1));
                    for (int key = 0; key < 3; key++) {
                      ledger.reply(key);
                      Selvage.checkpoint();
                    }
                  });
              if (closes) {
                group.launch(
                    "closer",
                    () -> {
                      Selvage.sleep(ofSeconds(1));
                      ledger.fail(3);
                      ledger.registry.close("over");
                    });
              }
              if (!limited) {
                Selvage.sleep(ofSeconds(2));
                ledger.registry.failAll(new IOException("fail the rest"));
                ledger.registry.close("a delayed reply comes too late");
              }
            });
      } finally {
        ledger.check();
      }
    };
  }

  @Test
  void aReplyIsAcceptedIfAndOnlyIfItsRequesterGetsIt() {
    for (boolean limited : new boolean[] {false, true}) {
      for (boolean closes : new boolean[] {false, true}) {
        Explored.inManyOrders(exchange(limited, closes));
        Explored.withDelays(ofSeconds(1), exchange(limited, closes));
        Explored.cancelledEverywhere(exchange(limited, closes));
      }
    }
  }

  @Test
  void aRegistrationThatRacesWithACloseIsFailedOrRefused() {
    Scenario scenario =
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          List<Object> outcomes = new ArrayList<>();
          boolean[] accepted = {false};
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      Object[] reply = new Object[1];
                      Throwable thrown =
                          Explored.thrownBy(() -> reply[0] = registry.request("key", h -> {}));
                      outcomes.add(thrown == null ? reply[0] : thrown);
                    });
                group.fork(() -> accepted[0] = registry.resolve("key", 7));
                group.fork(() -> registry.fail(new IOException("broken")));
              });
          assertThat(registry.size()).isZero();
          assertThat(outcomes.getFirst().equals(7)).isEqualTo(accepted[0]);
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aKeyCanBeUsedAgainAsSoonAsItsReplyIsThereAndStaleHandlesTouchNothing() {
    Scenario scenario =
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          List<Integer> replies = new ArrayList<>();
          List<ReplyHandle<String, Integer>> handles = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.launch(
                    () -> {
                      for (int i = 0; i < 3; i++) {
                        replies.add(registry.request("key", handles::add));
                      }
                    });
                for (int i = 0; i < 3; i++) {
                  int n = i;
                  run.awaitAllBlocked();
                  handles.forEach(
                      handle -> {
                        if (handle != handles.getLast()) {
                          assertThat(handle.resolve(-1)).isFalse();
                          assertThat(registry.remove(handle)).isFalse();
                        }
                      });
                  assertThat(registry.resolve("key", n)).isTrue();
                }
              });
          assertThat(replies).containsExactly(0, 1, 2);
          assertThat(registry.size()).isZero();
        };
    Explored.inManyOrders(scenario);
  }

  @Test
  void anAwaitedHandleAgreesWithItsReplierWhoeverIsCancelledWherever() {
    Scenario scenario =
        run -> {
          RequestRegistry<String, Integer> registry = new RequestRegistry<>();
          ReplyHandle<String, Integer> handle = registry.register("key");
          List<Optional<Integer>> got = new ArrayList<>();
          boolean[] accepted = {false};
          boolean[] removed = {false};
          boolean[] begun = {false};
          try {
            TaskGroup.run(
                group -> {
                  group.launch(
                      "waiter",
                      () -> {
                        begun[0] = true;
                        try {
                          got.add(Optional.of(handle.await(ofSeconds(1))));
                        } catch (TimeoutException | ClosedResourceException e) {
                          got.add(Optional.empty());
                        }
                      });
                  group.launch(
                      "replier",
                      () -> {
                        Selvage.sleep(ofSeconds(1));
                        accepted[0] = handle.resolve(7);
                      });
                  group.launch(
                      "remover",
                      () -> {
                        Selvage.sleep(ofSeconds(1));
                        removed[0] = handle.remove();
                      });
                });
          } finally {
            assertThat(accepted[0] && removed[0]).isFalse();
            if (accepted[0]) {
              // a caller that is cancelled on entry leaves the reply where it is
              assertThat(handle.isPending()).isFalse();
              assertThat(got).isSubsetOf(Optional.of(7));
            } else {
              assertThat(got).isSubsetOf(Optional.empty());
            }
            if (begun[0] || accepted[0] || removed[0]) {
              assertThat(registry.size()).isZero();
            }
          }
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
    Explored.cancelledEverywhere(scenario);
  }
}
