package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import io.selvage.service.Mailbox;
import io.selvage.service.Service;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The heap is full at each place of the services where memory is needed near a step that cannot be
 * taken back: everything ends, no thread waits in vain, and a failure stays one. A run that hangs
 * fails by itself.
 */
class ServiceExhaustionTest {
  private static final int RUNS = 200;

  private static SimulationOptions full(String place, double probability) {
    return Simulation.options().withFault("heap: " + place, probability);
  }

  private static void sleepForEver(Service self) throws InterruptedException {
    self.started();
    while (true) {
      Selvage.sleep(ofSeconds(1000));
    }
  }

  private static @Nullable Throwable thrownBy(ThrowingRunnable<? extends Exception> action) {
    return Explored.thrownBy(
        () -> {
          action.run();
          return null;
        });
  }

  /** A service whose thread cannot begin its work has failed, and tells the waiting threads. */
  @ParameterizedTest
  @ValueSource(strings = {"Task.begin", "Service.run"})
  void aServiceWhoseThreadFailsBeforeItsBodyEndsAsAFailedOne(String place) {
    full(place, 1)
        .explore(
            RUNS,
            () -> {
              List<String> told = new ArrayList<>();
              ThreadService thread =
                  ThreadService.virtual("thread", ServiceExhaustionTest::sleepForEver)
                      .onUncaught((name, thrown) -> told.add(name));
              LoopService loop =
                  LoopService.virtual("loop", ServiceExhaustionTest::sleepForEver)
                      .onUncaught((name, thrown) -> told.add(name));
              for (Service service : List.of(thread, loop)) {
                service.start();
                service.awaitStopped();
                assertThat(thrownBy(service::awaitStarted))
                    .hasCauseInstanceOf(OutOfMemoryError.class);
                assertThat(service.isFailed()).isTrue();
                assertThat(service.scope().isFailed()).isTrue();
              }
              assertThat(told).containsExactly("thread", "loop");
            });
  }

  @Test
  void aServiceThatEndsTooEarlyHasFailedAlsoIfNoExceptionCanBeMade() {
    full("Service.end: never started", 0.5)
        .explore(
            RUNS,
            () -> {
              ThreadService silent =
                  ThreadService.virtual("silent", self -> {}).onUncaught((name, thrown) -> {});
              silent.start().awaitStopped();
              assertThat(silent.isFailed()).isTrue();
              assertThat(thrownBy(silent::awaitStarted)).hasCause(silent.failure().orElseThrow());
            });
  }

  @Test
  void aSecondFailureThatCannotBeKeptLeavesTheFirst() {
    full("Service: suppress", 1)
        .explore(
            RUNS,
            () -> {
              IllegalStateException first = new IllegalStateException("first");
              ThreadService service =
                  ThreadService.virtual(
                          "x",
                          self -> {
                            self.started();
                            self.fail(first);
                            throw new IllegalStateException("second");
                          })
                      .onUncaught((name, thrown) -> {});
              service.start().awaitStopped();
              assertThat(service.failure()).containsSame(first);
              assertThat(first.getSuppressed()).isEmpty();
            });
  }

  /** Its thread runs already, so the start succeeds without memory to wait with. */
  @Test
  void theStartOfALoopDoesNotFailOnceItsThreadRuns() {
    full("LoopService.start: wait", 1)
        .explore(
            RUNS,
            () -> {
              LoopService loop = LoopService.virtual("loop");
              assertThat(loop.start().callSync(() -> 42)).isEqualTo(42);
              loop.stop();
              loop.awaitStopped();
            });
  }

  /** Each place of a whole life of a group, one or several at once. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 1})
  void aGroupLeavesNoServiceBehindThatItHasStarted(double probability) {
    for (String place :
        List.of(
            "ServiceGroup.begin",
            "ServiceGroup.start: end",
            "ServiceGroup.end",
            "Task.begin",
            "TaskGroup.fork: task",
            "TaskGroup.fork: thread",
            "TaskGroup.end: wait",
            "TaskGroup.end: judge",
            "TaskGroup.end: outcome",
            "ScopeCause")) {
      full(place, probability).explore(50, () -> liveAndEnd(false));
      full(place, probability).explore(50, () -> liveAndEnd(true));
    }
    Simulation.options().withFaults(probability).explore(RUNS, () -> liveAndEnd(true));
  }

  private static void liveAndEnd(boolean withOneThatRuns) throws InterruptedException {
    ThreadService a = quiet(ThreadService.virtual("a", ServiceExhaustionTest::sleepForEver));
    LoopService loop = quiet(LoopService.virtual("loop", ServiceExhaustionTest::sleepForEver));
    ThreadService started = quiet(ThreadService.virtual("started", self -> self.scope().await()));
    ServiceGroup group = ServiceGroup.of(a, loop);
    if (withOneThatRuns) {
      started.start();
      group.add(started); // its start is refused
    }
    Throwable thrown =
        thrownBy(
            () -> {
              try (group) {
                group.start().awaitStarted(ofSeconds(10));
              }
            });
    for (Service service : List.of(a, loop)) {
      if (service.isStarted()) {
        assertThat(service.scope().isClosed()).as("%s after %s", service, thrown).isTrue();
        service.awaitStopped(); // hangs if it was left running
      }
    }
    started.stop();
    if (started.isStarted()) {
      started.awaitStopped();
    }
  }

  private static ThreadService quiet(ThreadService service) {
    return service.onUncaught((name, thrown) -> {});
  }

  private static LoopService quiet(LoopService service) {
    return service.onUncaught((name, thrown) -> {});
  }

  /** A caller that leaves takes its call back if it has not begun; otherwise the call goes on. */
  @Test
  void aCallWhoseCallerCannotWaitIsTakenBackOrReportsItself() {
    full("LoopService.callSync: wait", 1)
        .explore(
            RUNS,
            () -> {
              List<String> told = new ArrayList<>();
              AtomicInteger ran = new AtomicInteger();
              LoopService loop =
                  LoopService.virtual("loop")
                      .onUncaught((name, thrown) -> told.add(thrown.getMessage()));
              loop.start();
              for (boolean limited : new boolean[] {true, false}) {
                ThrowingRunnable<Exception> call =
                    () -> {
                      if (limited) {
                        loop.callSync(() -> failing(ran), ofSeconds(1));
                      } else {
                        loop.callSync(() -> failing(ran));
                      }
                    };
                assertThat(thrownBy(call)).isInstanceOf(OutOfMemoryError.class);
              }
              loop.stop();
              loop.awaitStopped();
              assertThat(told).hasSize(ran.get()).allMatch("call"::equals);
              assertThat(loop.isFailed()).isFalse();
            });
  }

  private static int failing(AtomicInteger ran) {
    ran.incrementAndGet();
    throw new IllegalStateException("call");
  }

  @Test
  void theExceptionOfACallCountsAlsoWithoutTheMemoryForItsPlace() {
    full("LoopService.callSync: place", 1)
        .explore(
            RUNS,
            () -> {
              LoopService loop = LoopService.virtual("loop").start();
              AtomicInteger ran = new AtomicInteger();
              assertThat(thrownBy(() -> loop.callSync(() -> failing(ran))))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessage("call");
              loop.stop();
              loop.awaitStopped();
            });
  }

  /** The handler of a message cannot begin: no other one may be lost, and the run must end. */
  @Test
  void aConcurrentActorEndsAlsoIfTheTaskOfAMessageCannotBegin() {
    for (var policy : GroupOptions.FailurePolicy.values()) {
      full("Task.begin", 0.3)
          .explore(
              RUNS,
              () -> {
                Mailbox<Integer> mailbox = new Mailbox<>();
                List<Integer> handled = new ArrayList<>();
                Actor<Integer> actor =
                    Actor.concurrent(
                        mailbox,
                        TaskGroup.options()
                            .withName("actor")
                            .withPolicy(policy)
                            .withUncaughtHandler((name, thrown) -> {}),
                        (message, baton) -> handled.add(message));
                for (int i = 0; i < 5; i++) {
                  actor.submit(i);
                }
                actor.close();
                Throwable thrown = thrownBy(actor::run);
                handled.addAll(mailbox.drain());
                assertThat(handled)
                    .as("handled or left, %s", thrown)
                    .containsExactly(0, 1, 2, 3, 4);
              });
    }
  }

  @Test
  void aCloseThatFailsHasStoppedAll() {
    full("ServiceGroup.end", 1)
        .explore(
            RUNS,
            () -> {
              ThreadService a =
                  quiet(ThreadService.virtual("a", ServiceExhaustionTest::sleepForEver));
              ServiceGroup group = ServiceGroup.of(a).start().awaitStarted();
              assertThat(thrownBy(group::close)).isInstanceOf(OutOfMemoryError.class);
              assertThat(CancelScope.current()).isEmpty();
              a.awaitStopped();
            });
  }
}
