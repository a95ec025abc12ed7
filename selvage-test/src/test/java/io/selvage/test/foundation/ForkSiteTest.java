package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.interop.GroupExecutor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The places of forks in the stack traces of failures, for a program outside of the library's own
 * packages: the place is taken once for each lambda.
 */
class ForkSiteTest {

  private static Stream<String> methods(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getMethodName);
  }

  private static Throwable failure(Callable<?> use) {
    Throwable thrown = catchThrowable(use::call);
    assertThat(thrown).isInstanceOf(TaskFailedException.class);
    return thrown;
  }

  private static String fails() {
    throw new IllegalStateException("meant: a task of a test fails");
  }

  private static Object lambda() throws Exception {
    return TaskGroup.call(
        group -> {
          group.fork(() -> fails());
          return "body";
        });
  }

  private static Object firstCaller() throws Exception {
    return lambda();
  }

  private static Object secondCaller() throws Exception {
    return lambda();
  }

  @Test
  void theForkOfALambdaIsTakenOnceForAllGroups() {
    assertThat(methods(failure(ForkSiteTest::firstCaller))).contains("lambda", "firstCaller");
    Throwable second = failure(ForkSiteTest::secondCaller);
    assertThat(forkOf(second)).containsSubsequence("lambda", "firstCaller");
  }

  /** The frames of the fork, which are the last part of the stack trace. */
  private static List<String> forkOf(Throwable thrown) {
    List<String> methods = methods(thrown).toList();
    return methods.subList(methods.indexOf("forked"), methods.size());
  }

  /** A body with a class of its own can be forked anywhere. */
  private static final class Named implements Callable<String> {
    @Override
    public String call() {
      return fails();
    }
  }

  private static Object here() throws Exception {
    return TaskGroup.call(group -> group.fork(new Named()));
  }

  private static Object there() throws Exception {
    return TaskGroup.call(group -> group.fork(new Named()));
  }

  @Test
  void theForkOfANamedClassIsTakenInEachGroup() {
    assertThat(forkOf(failure(ForkSiteTest::here))).contains("here").doesNotContain("there");
    assertThat(forkOf(failure(ForkSiteTest::there))).contains("there").doesNotContain("here");
  }

  private static Object mapHere() throws Exception {
    return Tasks.map(List.of("a", "b"), 2, item -> fails());
  }

  private static Object mapThere() throws Exception {
    return Tasks.map(List.of("a", "b"), 2, item -> fails());
  }

  private static Object executeHere() throws Exception {
    return TaskGroup.call(
        group -> {
          GroupExecutor.of(group).execute(() -> fails());
          return "body";
        });
  }

  private static Object executeThere() throws Exception {
    return TaskGroup.call(
        group -> {
          GroupExecutor.of(group).execute(() -> fails());
          return "body";
        });
  }

  /** The library forks lambdas of its own there, on behalf of different callers. */
  @Test
  void theForksOfTheLibraryItselfNameTheirCallers() {
    assertThat(forkOf(failure(ForkSiteTest::mapHere))).contains("mapHere");
    assertThat(forkOf(failure(ForkSiteTest::mapThere))).contains("mapThere");
    assertThat(forkOf(failure(ForkSiteTest::executeHere))).contains("executeHere");
    assertThat(forkOf(failure(ForkSiteTest::executeThere))).contains("executeThere");
  }
}
