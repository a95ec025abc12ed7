package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Checks.taskFailureOf;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.TaskFailedException.Failure;
import io.selvage.Threads.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exception of a group with failed tasks: one object in which all failures are found. */
@ExtendWith(LeakCheck.class)
class FailureViewsTest {
  private final IOException failure = new IOException("meant: original");

  /** Runs until it is cancelled, then fails. */
  private static void failWhenCancelled(CountDownLatch running, RuntimeException failure) {
    running.countDown();
    try {
      Selvage.sleep(LONG);
    } catch (InterruptedException e) {
      throw failure;
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneExceptionHasTheFirstFailureAllFailuresAndTheirTasks(Kind kind) {
    IllegalStateException late = new IllegalStateException("meant: late");
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                kind.options()
                    .withName("g")
                    .run(
                        g -> {
                          CountDownLatch running = new CountDownLatch(2);
                          g.launch("late", () -> failWhenCancelled(running, late));
                          g.launch(
                              "merely cancelled",
                              () -> {
                                running.countDown();
                                Selvage.sleep(LONG);
                              });
                          g.fork(
                              "bad",
                              () -> {
                                Threads.await(running);
                                throw failure;
                              });
                        }));
    assertThat(thrown.getCause()).as("the original").isSameAs(failure);
    assertThat(thrown.failures()).as("the group").containsExactly(failure, late);
    assertThat(thrown.getSuppressed()).as("what is printed").containsExactly(late);
    assertThat(thrown.details())
        .containsExactly(new Failure("g/bad", failure, false), new Failure("g/late", late, true));
    assertThat(thrown.misbehaved()).isEmpty();
    assertThat(thrown.describe())
        .isEqualTo(
            """
            task 'g/bad' failed (and 1 more in its group): java.io.IOException: meant: original
              g/late, while it was cancelled: java.lang.IllegalStateException: meant: late\
            """);
  }

  @Test
  void oneFailureIsOneLine() {
    TaskFailedException thrown =
        taskFailureOf(() -> TaskGroup.run(g -> g.fork("bad", () -> failWith(failure))));
    assertThat(thrown)
        .hasMessage("task 'group/bad' failed: java.io.IOException: meant: original")
        .hasNoSuppressedExceptions();
    assertThat(thrown.describe()).isEqualTo(thrown.getMessage());
    assertThat(thrown.details()).containsExactly(new Failure("group/bad", failure, false));
  }

  @Test
  void theMessageOfManyEndsAndTheDescriptionHasAllOneLineEach() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.options()
                    .withPolicy(FailurePolicy.COLLECT)
                    .run(
                        g -> {
                          for (int i = 0; i < 30; i++) {
                            g.fork(() -> failWith(new IOException("two\nlines")));
                          }
                        }));
    assertThat(thrown.failures()).hasSize(30);
    assertThat(thrown.getMessage().lines().skip(2)).hasSize(11);
    assertThat(thrown.getMessage())
        .contains("(and 29 more in its group)", "two\\nlines")
        .endsWith("\n  and 19 more, see describe()");
    assertThat(thrown.describe().lines().skip(2)).hasSize(29);
  }

  @Test
  void whatTheCleanUpOfTheBodyThrewHasTheNameOfTheGroup() {
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.options()
                    .withName("g")
                    .run(
                        g -> {
                          try (AutoCloseable resource = () -> failWith(failure)) {
                            g.cancel("meant");
                            Selvage.checkpoint();
                          }
                        }));
    assertThat(thrown.details()).containsExactly(new Failure("g", failure, true));
    assertThat(thrown).hasMessageStartingWith("group 'g' failed");
  }

  @Test
  void theExceptionOfAJoinHasTheSameViews() throws Exception {
    TaskGroup.options()
        .withPolicy(FailurePolicy.COLLECT)
        .run(
            g -> {
              Task<?> task = g.forkUnsupervised("bad", () -> failWith(failure));
              TaskFailedException thrown = taskFailureOf(task::join);
              assertThat(thrown).hasCause(failure).hasNoSuppressedExceptions();
              assertThat(thrown.details())
                  .containsExactly(new Failure("group/bad", failure, false));
            });
  }

  @Test
  void theFailuresOfARaceHaveTheNamesOfTheirTasks() {
    IllegalStateException second = new IllegalStateException("meant: second");
    TaskFailedException thrown =
        taskFailureOf(() -> Tasks.firstSuccess(() -> failWith(failure), () -> failWith(second)));
    assertThat(thrown.getCause()).isIn(failure, second);
    assertThat(thrown.details())
        .containsExactlyInAnyOrder(
            new Failure("firstSuccess/1", failure, false),
            new Failure("firstSuccess/2", second, false));
  }

  @Test
  void anOutcomeKeepsTheNames() throws Exception {
    Outcome<Object> outcome =
        Tasks.callIsolatedGroup(
            group -> {
              group.fork("bad", () -> failWith(failure));
              Selvage.sleep(LONG);
              return "never";
            });
    TaskFailedException thrown = taskFailureOf(outcome::orElseThrow);
    assertThat(thrown.getCause()).isSameAs(failure);
    assertThat(thrown.details())
        .singleElement()
        .matches(each -> each.name().endsWith("/bad") && each.thrown() == failure);
    assertThat(thrown.getStackTrace())
        .anyMatch(f -> f.getMethodName().equals("anOutcomeKeepsTheNames"));
  }

  @Test
  void aChainOfTasksThatMerelyJoinedIsOneFailure() {
    for (FailurePolicy policy : FailurePolicy.values()) {
      TaskFailedException thrown =
          taskFailureOf(
              () ->
                  TaskGroup.options()
                      .withPolicy(policy)
                      .run(
                          g ->
                              g.fork(
                                  () ->
                                      g.fork(() -> g.fork(() -> failWith(failure)).join())
                                          .join())));
      assertThat(thrown.failures()).as("%s", policy).containsExactly(failure);
      assertThat(thrown).hasNoSuppressedExceptions();
    }
  }

  @Test
  void theExceptionOfATaskKeepsItsCauseAndItsSuppressedExceptions() {
    Error cause = new Error("its cause");
    IllegalStateException context = new IllegalStateException("its context");
    failure.initCause(cause);
    failure.addSuppressed(context);
    TaskFailedException thrown =
        taskFailureOf(
            () -> TaskGroup.run(g -> TaskGroup.run(inner -> inner.fork(() -> failWith(failure)))));
    assertThat(thrown.getCause()).isSameAs(failure);
    assertThat(failure.getCause()).isSameAs(cause);
    assertThat(failure.getSuppressed()).containsExactly(context);
  }

  @Test
  void noFailureOnACancellationIsLostThoughTheFirstTakesNoSuppressedOnes() {
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    Exception closed = new Exception("takes none", null, false, true) {};
    TaskFailedException thrown =
        taskFailureOf(
            () ->
                TaskGroup.options()
                    .withUncaughtHandler((name, e) -> uncaught.add(e))
                    .run(
                        g -> {
                          CountDownLatch runs = new CountDownLatch(1);
                          g.launch(
                              () -> {
                                try (AutoCloseable second = () -> failWith(failure);
                                    AutoCloseable first = () -> failWith(closed)) {
                                  runs.countDown();
                                  Selvage.sleep(LONG);
                                }
                              });
                          Threads.await(runs);
                          g.cancel("meant");
                        }));
    assertThat(thrown.failures()).containsExactly(closed);
    assertThat(uncaught).containsExactly(failure);
  }
}
