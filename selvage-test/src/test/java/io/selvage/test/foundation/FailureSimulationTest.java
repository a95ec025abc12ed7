package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelledException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskFailedException.Failure;
import io.selvage.TaskGroup;
import io.selvage.service.CloseSignal;
import io.selvage.test.foundation.Explored.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Failures arrive once, in order, with names and with the whole story, whatever the order of steps.
 */
class FailureSimulationTest {

  private static TaskFailedException failed(GroupOptions options, TaskGroup.VoidBody<?> body) {
    Throwable thrown =
        Explored.thrownBy(
            () -> {
              options.run(body);
              return null;
            });
    assertThat(thrown).isInstanceOf(TaskFailedException.class);
    return (TaskFailedException) thrown;
  }

  private static GroupOptions limitedTo(int limit) {
    return limit == 0 ? TaskGroup.options() : TaskGroup.options().withLimit(limit);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void ofTenThatFailAtOnceAllAreReportedOnceTheFirstFirst(int limit) {
    Scenario scenario =
        run -> {
          List<Throwable> order = new ArrayList<>();
          TaskFailedException thrown =
              failed(
                  limitedTo(limit),
                  group -> {
                    for (int i = 0; i < 10; i++) {
                      String name = "t" + i;
                      group.fork(
                          name,
                          () -> {
                            Selvage.checkpoint();
                            IOException own = new IOException("group/" + name);
                            order.add(own); // no step from here to the end of the task
                            throw own;
                          });
                    }
                  });
          assertThat(thrown.failures()).containsExactlyElementsOf(order);
          assertThat(thrown.getCause()).isSameAs(order.getFirst());
          assertThat(thrown.getSuppressed())
              .containsExactlyElementsOf(order.subList(1, order.size()));
          assertThat(thrown.details())
              .allMatch(each -> each.name().equals(each.thrown().getMessage()))
              .noneMatch(Failure::whileCancelled);
          assertThat(thrown.misbehaved()).isEmpty();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  /** Does some work, then ends in its own way; notes what it has done. */
  private static final class Naughty {
    final List<String> returned = new ArrayList<>();
    final List<String> threw = new ArrayList<>();

    private static boolean isTold() {
      try {
        Selvage.checkpoint();
        Selvage.checkpoint();
        return false;
      } catch (InterruptedException e) {
        return true;
      }
    }

    void returns(String name) {
      if (isTold()) {
        returned.add("group/" + name);
      }
    }

    void fails(String name) throws IOException {
      if (isTold()) {
        threw.add("group/" + name);
      }
      throw new IOException("group/" + name);
    }

    void behaves() throws InterruptedException {
      new CloseSignal().await();
    }
  }

  @Test
  void exactlyTheTasksAreNamedThatMisbehavedAfterTheyWereTold() {
    Scenario scenario =
        run -> {
          Naughty naughty = new Naughty();
          TaskFailedException thrown =
              failed(
                  TaskGroup.options(),
                  group -> {
                    group.launch("a", () -> naughty.returns("a"));
                    group.launch("b", () -> naughty.returns("b"));
                    group.launch("c", () -> naughty.fails("c"));
                    group.launch("d", () -> naughty.fails("d"));
                    group.launch("e", naughty::behaves);
                  });
          assertThat(thrown.misbehaved()).containsExactlyInAnyOrderElementsOf(naughty.returned);
          assertThat(thrown.details().stream().filter(Failure::whileCancelled).map(Failure::name))
              .containsExactlyInAnyOrderElementsOf(naughty.threw);
          assertThat(thrown.details())
              .extracting(Failure::name)
              .isSubsetOf("group/c", "group/d")
              .doesNotHaveDuplicates();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }

  @Test
  void alsoIfTheyAreCancelledOneByOne() {
    Explored.cancelledEverywhere(
        run -> {
          Naughty naughty = new Naughty();
          Throwable thrown =
              Explored.thrownBy(
                  () -> {
                    TaskGroup.run(
                        group -> {
                          group.launch("a", () -> naughty.returns("a"));
                          Task<?> last = group.launch("c", () -> naughty.fails("c"));
                          last.join();
                        });
                    return null;
                  });
          if (thrown instanceof TaskFailedException failed) {
            assertThat(failed.misbehaved()).containsExactlyElementsOf(naughty.returned);
            assertThat(failed.details())
                .singleElement()
                .matches(each -> each.name().equals("group/c"))
                .matches(each -> each.whileCancelled() == !naughty.threw.isEmpty());
          }
        });
  }

  // ---- chains of joins

  private static void fourth() throws IOException, InterruptedException {
    Selvage.checkpoint();
    throw new IOException("original");
  }

  private static void third(TaskGroup group) throws InterruptedException {
    group.launch("fourth", () -> fourth()).join();
  }

  private static void second(TaskGroup group) throws InterruptedException {
    group.launch("third", () -> third(group)).join();
  }

  private static void first(TaskGroup group) throws InterruptedException {
    group.launch("second", () -> second(group)).join();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void theStoryOfAChainOfJoinsIsWholeInAllOrders(int limit) {
    Scenario scenario =
        run -> {
          TaskFailedException thrown =
              failed(limitedTo(limit), group -> group.launch("first", () -> first(group)));
          assertThat(thrown.failures()).hasSize(1);
          assertThat(
                  Stream.concat(
                          Arrays.stream(Objects.requireNonNull(thrown.getCause()).getStackTrace()),
                          Arrays.stream(thrown.getStackTrace()))
                      .map(StackTraceElement::getMethodName))
              .containsSubsequence("fourth", "third", "second", "first", "forked", "third");
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(2, scenario);
  }

  @Test
  void aFailureThatIsPassedOnByWhoeverJoinsIsOne() {
    Scenario scenario =
        run -> {
          IOException original = new IOException("original");
          int[] passed = {0};
          TaskFailedException thrown =
              failed(
                  TaskGroup.options(),
                  group -> {
                    Task<?> bad =
                        group.fork(
                            "bad",
                            () -> {
                              Selvage.checkpoint();
                              throw original;
                            });
                    for (int i = 0; i < 3; i++) {
                      group.launch(
                          () -> {
                            try {
                              bad.join();
                            } catch (TaskFailedException | CancelledException e) {
                              passed[0]++;
                              throw e;
                            }
                          });
                    }
                  });
          assertThat(passed[0]).isLessThanOrEqualTo(3);
          assertThat(thrown.failures()).containsExactly(original);
          assertThat(thrown.details()).containsExactly(new Failure("group/bad", original, false));
          assertThat(thrown.misbehaved()).isEmpty();
        };
    Explored.inManyOrders(scenario);
    Explored.inAllOrders(1, scenario);
  }
}
