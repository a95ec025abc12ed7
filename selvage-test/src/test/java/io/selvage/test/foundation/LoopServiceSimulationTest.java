package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import io.selvage.service.LoopService;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Loops that others call: each call is run or refused, and its caller is told which. */
class LoopServiceSimulationTest {

  private static LoopService loop(List<String> uncaught) {
    return LoopService.virtual("loop")
        .onUncaught((name, thrown) -> uncaught.add(name + ": " + thrown.getMessage()));
  }

  @Test
  void callsRunOneAtATimeAndTheirResultsReturn() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start().awaitStarted();
          int[] balance = {0};
          List<Integer> results = new ArrayList<>();
          IOException failure = new IOException("of the call");
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 3; i++) {
                  group.fork(
                      () ->
                          results.add(
                              service.callSync(
                                  () -> {
                                    int seen = balance[0];
                                    new CloseSignal().close(); // a step that is no switch
                                    balance[0] = seen + 1;
                                    return service.callSync(() -> balance[0]); // on the loop
                                  })));
                }
                group.launch(() -> service.runSoon(() -> balance[0] += 10));
                group.fork(
                    () ->
                        assertThat(
                                Explored.thrownBy(
                                    () ->
                                        service.callSync(
                                            () -> {
                                              throw failure;
                                            },
                                            ofSeconds(1))))
                            .isSameAs(failure));
              });
          service.stop();
          service.awaitStopped();
          assertThat(balance[0]).isBetween(3, 13); // a stop may come before runSoon has begun
          assertThat(results).doesNotHaveDuplicates().hasSize(3);
          assertThat(service.isFailed()).isFalse();
          assertThat(uncaught).isEmpty();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void noCallHangsHoweverItRacesWithStop() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start();
          int[] ran = {0};
          int[] returned = {0};
          TaskGroup.run(
              group -> {
                for (int i = 0; i < 2; i++) {
                  boolean limited = i == 0;
                  group.launch(
                      () -> {
                        try {
                          for (int n = 0; n < 3; n++) {
                            int got =
                                limited
                                    ? service.callSync(() -> count(ran), ofSeconds(1))
                                    : service.callSync(() -> count(ran));
                            returned[0] += got;
                          }
                        } catch (ClosedResourceException e) {
                          assertThat(e).hasMessageContaining("enough");
                        }
                      });
                }
                group.launch(
                    () -> {
                      try {
                        Task<Integer> task = service.submit(() -> count(ran));
                        Throwable thrown = Explored.thrownBy(task::join);
                        if (thrown == null) {
                          returned[0]++;
                        } else {
                          assertThat(thrown).isInstanceOf(TaskCancelledException.class);
                        }
                      } catch (ClosedResourceException e) {
                        assertThat(e).hasMessageContaining("enough");
                      }
                    });
                service.stop("enough");
                service.awaitStopped();
              });
          assertThat(returned[0]).isEqualTo(ran[0]);
          assertThat(service.isFailed()).isFalse();
          assertThat(service.taskGroup().running()).isZero();
          assertThat(uncaught).isEmpty();
          assertThat(run.elapsed()).isZero();
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
  }

  private static int count(int[] ran) {
    ran[0]++;
    return 1;
  }

  @Test
  void aCallWhoseCallerLeavesNeverBeginsOrGoesOnAndReportsItsFailure() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start().awaitStarted();
          boolean[] began = {false};
          TaskGroup.run(
              group -> {
                group.launch(() -> service.runSoon(() -> Selvage.sleep(ofSeconds(1))));
                Throwable thrown =
                    Explored.thrownBy(
                        () ->
                            service.callSync(
                                () -> {
                                  began[0] = true;
                                  Selvage.sleep(ofSeconds(1));
                                  throw new IOException("late");
                                },
                                ofSeconds(1)));
                if (thrown instanceof TimeoutException) {
                  assertThat(thrown)
                      .hasMessageEndingWith(
                          began[0]
                              ? "; it has begun and goes on"
                              : "; it had not begun and never will");
                } else {
                  assertThat(thrown).isInstanceOf(IOException.class).hasMessage("late");
                }
                boolean reported = thrown instanceof TimeoutException && began[0];
                Selvage.sleep(ofSeconds(5));
                service.stop();
                service.awaitStopped();
                if (reported) {
                  assertThat(uncaught).hasSize(1).allMatch(each -> each.endsWith(": late"));
                } else {
                  assertThat(uncaught).isEmpty();
                }
              });
        };
    Explored.inManyOrders(1_000, scenario);
    Explored.inAllOrders(2, scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void aStopCancelsTheCallsThatRunAndTheirCallersAreTold() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start().awaitStarted();
          List<Throwable> told = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork(() -> told.add(Explored.thrownBy(() -> hangIn(service))));
                group.fork(
                    () ->
                        told.add(
                            Explored.thrownBy(
                                () -> service.callSync(() -> hangIn(service), ofSeconds(9)))));
                Selvage.sleep(ofSeconds(1));
                service.stop("enough");
                service.awaitStopped();
              });
          assertThat(told)
              .hasSize(2)
              .allMatch(each -> each instanceof ClosedResourceException)
              .allMatch(each -> each.getMessage().equals("service 'loop' takes no calls: enough"));
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          assertThat(uncaught).isEmpty();
        };
    Explored.inManyOrders(scenario);
  }

  @Test
  void whatACallThrowsBehindItsCallerIsReportedAtOnce() {
    Explored.inManyOrders(
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start().awaitStarted();
          assertThatThrownBy(
                  () ->
                      service.callSync(
                          () -> {
                            Selvage.sleep(ofSeconds(2));
                            throw new IOException("late");
                          },
                          ofSeconds(1)))
              .isInstanceOf(TimeoutException.class)
              .hasMessageEndingWith("; it has begun and goes on");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          Selvage.sleep(ofSeconds(1));
          run.awaitAllBlocked();
          assertThat(uncaught).containsExactly("loop/callSync: late");
          service.stop();
          service.awaitStopped();
          assertThat(uncaught).hasSize(1);
        });
  }

  @Test
  void aCallThatHasNotBegunWhenItsCallerLeavesNeverWill() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start().awaitStarted();
          CancelScope around = CancelScope.create();
          List<String> events = new ArrayList<>();
          TaskGroup.run(
              group -> {
                Task<Boolean> caller =
                    group.fork(
                        () ->
                            around.run(
                                () ->
                                    service.callSync(
                                        () -> {
                                          events.add("begun");
                                          return events.size();
                                        })));
                group.launch(
                    () -> {
                      around.cancel();
                      events.add("cancelled");
                    });
                boolean completed = caller.join();
                int known = events.size();
                if (completed) {
                  assertThat(events).contains("begun");
                }
                Selvage.sleep(ofSeconds(1));
                if (!events.subList(0, known).contains("begun") && !completed) {
                  assertThat(events).containsOnly("cancelled");
                }
                service.stop();
                service.awaitStopped();
              });
          assertThat(uncaught).isEmpty();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aFailingTaskFailsTheServiceAndAllItsCallers() {
    Scenario scenario =
        run -> {
          IOException failure = new IOException("x");
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start().awaitStarted();
          List<Throwable> told = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork(() -> told.add(Explored.thrownBy(() -> hangIn(service))));
                group.fork(() -> told.add(Explored.thrownBy(() -> hangIn(service))));
                service
                    .taskGroup()
                    .fork(
                        "bad",
                        () -> {
                          throw failure;
                        });
                service.awaitStopped();
              });
          assertThat(service.failure().orElseThrow())
              .isInstanceOf(TaskFailedException.class)
              .hasCause(failure);
          assertThat(told)
              .hasSize(2)
              .allMatch(
                  each ->
                      each instanceof BrokenResourceException
                          || each instanceof ClosedResourceException);
          assertThatThrownBy(() -> service.submit(() -> 1))
              .isInstanceOf(BrokenResourceException.class);
          assertThat(uncaught).hasSize(1);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  private static Object hangIn(LoopService service) throws InterruptedException {
    return service.callSync(
        () -> {
          new CloseSignal().await();
          return 1;
        });
  }

  @Test
  void aStopWithGraceLetsTheTasksEndAndCancelsThemExactlyThen() {
    Explored.inManyOrders(
        run -> {
          List<String> events = new ArrayList<>();
          LoopService service =
              LoopService.virtual(
                      "loop",
                      self -> {
                        self.taskGroup()
                            .launch(
                                () -> {
                                  Selvage.sleep(ofSeconds(1));
                                  events.add("short");
                                });
                        self.taskGroup()
                            .launch(
                                () -> {
                                  try {
                                    Selvage.sleep(ofSeconds(9));
                                  } finally {
                                    events.add("long");
                                  }
                                });
                        self.started();
                        self.scope().await();
                        events.add("body");
                      })
                  .start()
                  .awaitStarted();
          service.stop("enough", ofSeconds(2));
          service.awaitStopped();
          assertThat(events).containsExactly("body", "short", "long");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
          assertThat(service.isFailed()).isFalse();
        });
  }

  @Test
  void stoppedBeforeItsStartItEndsAndSaysSo() {
    Explored.inAllOrders(
        2,
        run -> {
          LoopService service = LoopService.virtual("loop");
          TaskGroup.run(
              group -> {
                group.fork(() -> service.start());
                group.fork(() -> service.stop("enough"));
                Task<Throwable> waiter = group.fork(() -> Explored.thrownBy(service::awaitStarted));
                service.awaitStopped();
                if (waiter.join() != null) {
                  assertThat(waiter.join()).isInstanceOf(ClosedResourceException.class);
                }
              });
          assertThat(service.isFailed()).isFalse();
        });
  }

  @Test
  void everyCallerIsToldWhoeverIsCancelledWherever() {
    Scenario scenario =
        run -> {
          List<String> uncaught = new ArrayList<>();
          LoopService service = loop(uncaught).start();
          Channel<String> inside = Channel.unbounded();
          int[] live = {0};
          int[] callers = {0};
          try {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 3; i++) {
                    int n = i;
                    group.launch(
                        "caller" + n,
                        () -> {
                          callers[0]++;
                          try {
                            if (n == 0) {
                              int got = service.callSync(() -> work(inside, live));
                              assertThat(got).isOne();
                            } else if (n == 1) {
                              int got = service.callSync(() -> work(inside, live), ofSeconds(1));
                              assertThat(got).isOne();
                            } else {
                              int got = service.submit(() -> work(inside, live)).join();
                              assertThat(got).isOne();
                            }
                          } catch (TimeoutException
                              | ClosedResourceException
                              | TaskCancelledException e) {
                            assertThat(e).isNotNull();
                          } finally {
                            callers[0]--;
                          }
                        });
                  }
                  Selvage.sleep(ofSeconds(2));
                });
          } finally {
            service.stop("over");
            CancelScope.shieldUnlimited().run(() -> service.awaitStopped());
            assertThat(callers[0]).isZero();
            assertThat(live[0]).isZero();
            assertThat(service.taskGroup().running()).isZero();
            assertThat(service.isFailed()).isFalse();
            assertThat(uncaught).isEmpty();
            assertThat(inside.stats().waitingReceivers()).isZero();
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhereBut("loop/main", scenario);
  }

  private static int work(Channel<String> inside, int[] live) throws InterruptedException {
    live[0]++;
    try {
      inside.send("x");
      Selvage.sleep(ofSeconds(1));
      String unused = inside.receive();
      return 1;
    } finally {
      live[0]--;
    }
  }
}
