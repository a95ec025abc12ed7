package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelledException;
import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.test.Simulation;
import io.selvage.test.foundation.Explored.Simulated;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The heap is full while the failures of a group are kept and told: it fails all the same. */
class FailureExhaustionTest {
  private static final List<String> POINTS =
      List.of(
          "heap: ScopeCause",
          "heap: FailureSet.put",
          "heap: Task.end: failure",
          "heap: TaskGroup.end: failures",
          "heap: TaskGroup.end: judge",
          "heap: TaskGroup.end: outcome");

  /** What goes wrong in a group; none of these may return. */
  private enum Failing {
    TWO_TASKS {
      @Override
      void run(TaskGroup group) {
        group.fork("a", () -> fail("a"));
        group.fork("b", () -> fail("b"));
      }
    },
    A_NESTED_GROUP {
      @Override
      void run(TaskGroup group) {
        group.launch("nests", () -> TaskGroup.run(inner -> inner.fork("a", () -> fail("a"))));
      }
    },
    A_TASK_THAT_THE_BODY_JOINS {
      @Override
      void run(TaskGroup group) throws InterruptedException {
        Task<?> task = group.fork("a", () -> fail("a"));
        var unused = task.join();
      }
    },
    A_TASK_THAT_ANOTHER_JOINS {
      @Override
      void run(TaskGroup group) {
        Task<?> task = group.fork("a", () -> fail("a"));
        group.fork("b", () -> task.join());
      }
    },
    THE_BODY_BESIDE_A_TASK {
      @Override
      void run(TaskGroup group) {
        group.fork("a", () -> fail("a"));
        var unused = fail("body");
      }
    },
    CLEAN_UP_AFTER_A_CANCEL {
      @Override
      void run(TaskGroup group) throws InterruptedException {
        Task<?> task =
            group.launch(
                "a",
                () -> {
                  try (AutoCloseable resource = () -> fail("a")) {
                    Selvage.sleep(Duration.ofHours(1));
                  }
                });
        while (task.state() == Task.State.PENDING) {
          Selvage.checkpoint();
        }
        group.cancel("meant");
      }
    };

    abstract void run(TaskGroup group) throws InterruptedException;
  }

  private static Object fail(String what) {
    throw new Simulated(what);
  }

  @ParameterizedTest
  @EnumSource
  void theGroupFails(Failing failing) {
    for (FailurePolicy policy : FailurePolicy.values()) {
      for (String point : POINTS) {
        for (double probability : new double[] {0.5, 1}) {
          Simulation.options()
              .withName("FailureExhaustionTest.theGroupFails")
              .withFault(point, probability)
              .explore(
                  20,
                  () -> {
                    Throwable thrown = null;
                    try {
                      TaskGroup.options()
                          .withPolicy(policy)
                          .withUncaughtHandler((name, failure) -> {})
                          .run(failing::run);
                    } catch (Throwable t) {
                      thrown = t;
                    }
                    assertThat(thrown).as("%s, %s", policy, point).isNotNull();
                    assertThat(thrown).isNotInstanceOf(CancelledException.class);
                    assertThat(Selvage.isCancelled()).isFalse();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                  });
        }
      }
    }
  }

  /** Each of the places is passed; otherwise what is above shows nothing. */
  @Test
  void thePlacesAreThere() {
    for (String point : POINTS) {
      Set<String> met = new HashSet<>();
      for (Failing failing : Failing.values()) {
        Simulation.options()
            .withName("FailureExhaustionTest.thePlacesAreThere")
            .withFault(point, 1)
            .explore(
                5,
                () -> {
                  try {
                    TaskGroup.options().withUncaughtHandler((name, e) -> {}).run(failing::run);
                  } catch (Throwable thrown) {
                    if (mentions(thrown, "simulated: " + point.substring("heap: ".length()))) {
                      met.add(point);
                    }
                  }
                });
      }
      if (!point.equals("heap: ScopeCause") && !point.equals("heap: Task.end: failure")) {
        assertThat(met).as(point).isNotEmpty();
      }
    }
  }

  private static boolean mentions(Throwable thrown, String message) {
    return message.equals(thrown.getMessage())
        || (thrown instanceof TaskFailedException failed
            && failed.failures().stream().anyMatch(each -> mentions(each, message)))
        || Arrays.stream(thrown.getSuppressed()).anyMatch(each -> mentions(each, message));
  }

  @Test
  void aRaceThatFailsDoesNotSucceed() {
    for (String point : POINTS) {
      Simulation.options()
          .withName("FailureExhaustionTest.aRaceThatFailsDoesNotSucceed")
          .withFault(point, 0.5)
          .explore(
              100,
              () -> {
                Throwable thrown = null;
                try {
                  var unused = Tasks.race(() -> fail("a"), () -> fail("b"));
                } catch (Throwable t) {
                  thrown = t;
                }
                assertThat(thrown).as(point).isNotNull();
              });
    }
  }
}
