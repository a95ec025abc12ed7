package io.selvage.test.foundation;

import static io.selvage.test.foundation.QuietServices.quiet;
import static io.selvage.test.foundation.QuietServices.serving;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.service.CloseSignal;
import io.selvage.service.Service;
import io.selvage.service.ServiceFailedException;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Services: each waiting thread is told of the start and of the end, and a stop keeps its time. */
class ServiceSimulationTest {

  @Test
  void aThreadThatWaitsForItsStartOrEndIsToldHoweverTheyRace() {
    Scenario scenario =
        run -> {
          List<String> events = new ArrayList<>();
          ThreadService service =
              quiet(
                  "s",
                  self -> {
                    events.add("begun");
                    self.started();
                    try {
                      self.scope().await();
                    } finally {
                      events.add("over");
                    }
                  });
          TaskGroup.run(
              group -> {
                group.fork("start", service::start);
                Task<Throwable> ready =
                    group.fork("ready?", () -> Explored.thrownBy(service::awaitStarted));
                group.launch("stopped?", () -> service.awaitStopped());
                group.fork("stop", () -> service.stop("enough"));
                Throwable notReady = ready.join();
                if (notReady != null) {
                  assertThat(notReady)
                      .isInstanceOf(ClosedResourceException.class)
                      .hasMessage("service 's' was stopped before it was ready: enough");
                }
                assertThat(service.isReady()).isEqualTo(notReady == null);
              });
          assertThat(events).containsExactly("begun", "over");
          assertThat(service.isStopped()).isTrue();
          assertThat(service.isFailed()).isFalse();
          assertThat(service.scope().reason()).hasValue("enough");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aFailureReachesTheWaitingThreadAndTheHandlerBeforeTheEnd() {
    Scenario scenario =
        run -> {
          for (boolean ready : new boolean[] {true, false}) {
            IOException failure = new IOException("x");
            List<String> uncaught = new ArrayList<>();
            ThreadService service =
                ThreadService.virtual(
                        "s",
                        self -> {
                          if (ready) {
                            self.started();
                          }
                          throw failure;
                        })
                    .onUncaught((name, thrown) -> uncaught.add(name + " " + thrown.getMessage()));
            TaskGroup.run(
                group -> {
                  Task<Throwable> waiter =
                      group.fork(() -> Explored.thrownBy(service::awaitStarted));
                  group.launch(
                      () -> {
                        service.awaitStopped();
                        assertThat(uncaught).containsExactly("s x");
                      });
                  service.start();
                  Throwable told = waiter.join();
                  if (!ready || told != null) {
                    assertThat(told).isInstanceOf(ServiceFailedException.class).hasCause(failure);
                  }
                  service.awaitStopped();
                  assertThatThrownBy(service::awaitStarted).hasCause(failure);
                });
            assertThat(service.scope().cause()).containsSame(failure);
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aFailureFromOutsideAStopAndTheEndAgree() {
    Scenario scenario =
        run -> {
          IOException failure = new IOException("x");
          ThreadService service = serving("s").start();
          List<Boolean> first = new ArrayList<>();
          TaskGroup.run(
              group -> {
                group.fork("fail", () -> assertThat(service.fail(failure)).isTrue());
                group.fork("stop", () -> first.add(service.stop("enough")));
                group.fork("ready?", () -> Explored.thrownBy(service::awaitStarted));
                service.awaitStopped();
              });
          assertThat(service.failure()).containsSame(failure);
          assertThat(service.scope().isFailed()).isEqualTo(!first.getFirst());
          assertThatThrownBy(service::awaitStarted).hasCause(failure);
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void endingWithoutStartedIsAFailureUnlessItWasStopped() {
    Explored.inAllOrders(
        2,
        run -> {
          ThreadService service = quiet("s", self -> Selvage.checkpoint()).start();
          TaskGroup.run(
              group -> {
                Task<Throwable> waiter = group.fork(() -> Explored.thrownBy(service::awaitStarted));
                group.fork(() -> service.stop("enough"));
                service.awaitStopped();
                Throwable told = waiter.join();
                if (service.isFailed()) {
                  assertThat(told).isInstanceOf(ServiceFailedException.class);
                } else {
                  assertThat(told).isInstanceOf(ClosedResourceException.class);
                }
              });
        });
  }

  @Test
  void aThreadThatWaitsForTheStartIsToldOfAStopAtOnceAndOfAClosedScopeAtTheEnd() {
    Explored.inManyOrders(
        run -> {
          for (boolean byHand : new boolean[] {false, true}) {
            Duration begun = run.elapsed();
            ThreadService service =
                quiet(
                    "s",
                    self -> {
                      try {
                        self.scope().await();
                      } finally { // a long way down
                        CancelScope.shield(ofSeconds(100)).run(() -> Selvage.sleep(ofSeconds(5)));
                      }
                    });
            TaskGroup.run(
                group -> {
                  group.launch(
                      () -> {
                        assertThatThrownBy(service::awaitStarted)
                            .isInstanceOf(ClosedResourceException.class);
                        assertThat(run.elapsed().minus(begun)).isEqualTo(ofSeconds(byHand ? 6 : 1));
                      });
                  service.start();
                  Selvage.sleep(ofSeconds(1));
                  boolean first =
                      byHand ? service.scope().close("by hand") : service.stop("enough");
                  assertThat(first).isTrue();
                  service.awaitStopped();
                });
            assertThat(run.elapsed().minus(begun)).isEqualTo(ofSeconds(6));
          }
        });
  }

  @Test
  void aStopWithoutGraceEndsALoopThatOnlySleepsWithoutTakingTime() {
    Scenario scenario =
        run -> {
          List<ThreadService> services = new ArrayList<>();
          for (String name : List.of("a", "b")) {
            services.add(
                quiet(
                    name,
                    self -> {
                      self.started();
                      while (true) {
                        Selvage.sleep(ofSeconds(1000));
                      }
                    }));
          }
          try (ServiceGroup group = ServiceGroup.of(services.get(0), services.get(1)).start()) {
            services.get(1).stop("enough");
            services.get(1).awaitStopped();
            assertThat(group).isNotNull();
          }
          assertThat(services).allMatch(Service::isStopped).noneMatch(Service::isFailed);
          assertThat(run.elapsed()).isZero();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void afterTheGracePeriodTheBodyIsCancelledExactlyThen() {
    Explored.inManyOrders(
        run -> {
          List<Duration> left = new ArrayList<>();
          ThreadService service =
              quiet(
                      "s",
                      self -> {
                        self.started();
                        self.scope().await();
                        left.add(CancelScope.effectiveDeadline().remaining());
                        new CloseSignal().await();
                      })
                  .start()
                  .awaitStarted();
          service.stop("enough", ofSeconds(9));
          Selvage.sleep(ofSeconds(1));
          TaskGroup.run(
              group -> {
                group.fork(() -> service.stop("sooner", ofSeconds(3)));
                group.fork(() -> service.stop("later", ofSeconds(5)));
              });
          assertThat(service.awaitStopped(ofSeconds(2))).isFalse();
          service.awaitStopped();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(4));
          assertThat(left).containsExactly(ofSeconds(9));
          assertThat(service.isFailed()).isFalse();
        });
  }

  @Test
  void aGracePeriodThatRacesWithTheEndCancelsOrDoesNot() {
    Scenario scenario =
        run -> {
          List<String> events = new ArrayList<>();
          ThreadService service =
              quiet(
                      "s",
                      self -> {
                        self.started();
                        self.scope().await();
                        try {
                          Selvage.sleep(ofSeconds(2));
                          events.add("done");
                        } catch (CancelledException e) {
                          events.add("cancelled");
                          throw e;
                        }
                      })
                  .start()
                  .awaitStarted();
          service.stop("enough", ofSeconds(2));
          service.awaitStopped();
          assertThat(events).hasSize(1);
          assertThat(service.isFailed()).isFalse();
        };
    Explored.inManyOrders(scenario);
    Explored.withDelays(ofSeconds(1), scenario);
  }

  @Test
  void waitsForItAreExactlyAsLongAsAsked() {
    Explored.inManyOrders(
        run -> {
          ThreadService service =
              quiet(
                      "s",
                      self -> {
                        Selvage.sleep(ofSeconds(3));
                        self.started();
                        self.scope().await();
                      })
                  .start();
          assertThatThrownBy(() -> service.awaitStarted(ofSeconds(1)))
              .isInstanceOf(TimeoutException.class);
          assertThat(run.elapsed()).isEqualTo(ofSeconds(1));
          assertThat(service.awaitStopped(ofSeconds(1))).isFalse();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(2));
          service.awaitStarted(ofSeconds(2));
          assertThat(run.elapsed()).isEqualTo(ofSeconds(3));
          service.stop();
          assertThat(service.joinOrLog(ofSeconds(1))).isTrue();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(3));
        });
  }
}
