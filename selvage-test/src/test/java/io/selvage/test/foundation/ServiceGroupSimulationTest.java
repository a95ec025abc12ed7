package io.selvage.test.foundation;

import static io.selvage.test.foundation.QuietServices.quiet;
import static io.selvage.test.foundation.QuietServices.serving;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
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

/** Groups of services start and stop in order, and release each waiting thread. */
class ServiceGroupSimulationTest {

  /** A service that notes its life. */
  private static ThreadService noting(List<String> events, String name, Duration toStop) {
    return quiet(
        name,
        self -> {
          events.add("+" + name);
          self.started();
          try {
            self.scope().await();
          } finally {
            CancelScope.shield(ofSeconds(100)).run(() -> Selvage.sleep(toStop));
            events.add("-" + name);
          }
        });
  }

  @Test
  void aGroupStopsInReverseOrderEachJoinedBeforeTheNext() {
    Scenario scenario =
        run -> {
          List<String> events = new ArrayList<>();
          try (ServiceGroup services =
              ServiceGroup.of(
                      noting(events, "a", ofSeconds(1)),
                      noting(events, "b", ofSeconds(2)),
                      noting(events, "c", Duration.ZERO))
                  .start()
                  .awaitStarted(ofSeconds(1))) {
            assertThat(services).isNotNull();
            assertThat(events).containsExactlyInAnyOrder("+a", "+b", "+c");
            events.clear();
          }
          assertThat(events).containsExactly("-c", "-b", "-a");
          assertThat(run.elapsed()).isEqualTo(ofSeconds(3));
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void membersThatDoNotStopAreCancelledAfterTheGraceOfAll() {
    Explored.inManyOrders(
        run -> {
          List<String> events = new ArrayList<>();
          List<Duration> left = new ArrayList<>();
          ThreadService stubborn =
              quiet(
                  "stubborn",
                  self -> {
                    self.started();
                    self.scope().await();
                    left.add(CancelScope.effectiveDeadline().remaining());
                    try {
                      new CloseSignal().await();
                    } finally {
                      events.add("-stubborn");
                    }
                  });
          try (ServiceGroup services =
              ServiceGroup.of(noting(events, "a", ofSeconds(1)), stubborn)
                  .graceOnClose(ofSeconds(5))) {
            services.start().awaitStarted();
            events.clear();
          }
          assertThat(events).containsExactly("-stubborn", "-a");
          assertThat(left).containsExactly(ofSeconds(5));
          assertThat(run.elapsed()).isEqualTo(ofSeconds(6));
        });
  }

  @Test
  void ifOneDoesNotBecomeReadyAllAreStoppedAndJoinedFirst() {
    Scenario scenario =
        run -> {
          for (boolean fails : new boolean[] {true, false}) {
            Duration begun = run.elapsed();
            List<String> events = new ArrayList<>();
            IOException failure = new IOException("x");
            ThreadService bad =
                quiet(
                    "bad",
                    self -> {
                      if (fails) {
                        throw failure;
                      }
                      self.scope().await();
                    });
            ServiceGroup services =
                ServiceGroup.of(
                        noting(events, "a", ofSeconds(1)), bad, noting(events, "c", ofSeconds(1)))
                    .start();
            Throwable thrown = Explored.thrownBy(() -> services.awaitStarted(ofSeconds(2)));
            if (fails) {
              assertThat(thrown).isInstanceOf(ServiceFailedException.class).hasCause(failure);
            } else {
              assertThat(thrown).isInstanceOf(TimeoutException.class).hasMessageContaining("'bad'");
            }
            assertThat(events).containsSubsequence("-c", "-a").hasSize(4);
            assertThat(run.elapsed().minus(begun)).isEqualTo(ofSeconds(fails ? 2 : 4));
          }
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void stopJoinKeepsItsTimeAndAsksAllToStop() {
    Explored.inManyOrders(
        run -> {
          List<String> events = new ArrayList<>();
          ServiceGroup services =
              ServiceGroup.of(
                      noting(events, "a", ofSeconds(1)),
                      noting(events, "b", ofSeconds(2)),
                      noting(events, "c", ofSeconds(1)))
                  .start()
                  .awaitStarted();
          assertThat(services.stopJoin(ofSeconds(9))).isTrue();
          assertThat(run.elapsed()).isEqualTo(ofSeconds(4));
          assertThat(services.joinOrLog(ofSeconds(1))).isTrue();
        });
  }

  // ---- everything, everywhere

  @Test
  void allWaitingThreadsAreReleasedWhateverCancelComes() {
    Scenario scenario =
        run -> {
          int[] begun = {0};
          int[] released = {0};
          List<Service> all = new ArrayList<>();
          try {
            TaskGroup.run(
                group -> {
                  ThreadService one = serving("one");
                  ThreadService two =
                      quiet(
                          "two",
                          self -> {
                            one.awaitStarted();
                            self.started();
                            self.scope().await();
                            Selvage.sleep(ofSeconds(1));
                          });
                  all.add(one);
                  all.add(two);
                  for (Service each : all) {
                    for (Scenario wait :
                        List.<Scenario>of(
                            r -> each.awaitStarted(),
                            r -> each.awaitStarted(ofSeconds(9)),
                            r -> each.awaitStopped())) {
                      group.launch(
                          () -> {
                            begun[0]++;
                            try {
                              wait.accept(run);
                            } catch (ClosedResourceException e) {
                              // it was stopped before it was ready
                            } finally {
                              released[0]++;
                            }
                          });
                    }
                  }
                  try (ServiceGroup services = ServiceGroup.of(one, two).start()) {
                    services.awaitStarted(ofSeconds(1));
                    Selvage.sleep(ofSeconds(1));
                  }
                });
          } catch (ClosedResourceException e) {
            assertThat(e).isNotNull(); // a member's wait for the start was cancelled
          } finally {
            assertThat(released[0]).isEqualTo(begun[0]);
            assertThat(all).allMatch(each -> each.isStopped() || !each.isStarted());
            assertThat(run.elapsed()).isLessThanOrEqualTo(ofSeconds(2));
          }
        };
    Explored.inManyOrders(scenario);
    Explored.cancelledEverywhere(scenario);
  }
}
