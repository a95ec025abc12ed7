package io.selvage;

import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.TaskFailedException.Failure;
import io.selvage.Threads.Kind;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What leaves a group whose tasks failed: one exception, in which everything is found. */
@ExtendWith(LeakCheck.class)
class FailureViewsTest {
  private final IOException failure = new IOException("meant: original");

  private static TaskFailedException failed(ThrowingRunnable<Exception> body) {
    return catchThrowableOfType(TaskFailedException.class, body::run);
  }

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
  void oneExceptionHasTheOriginalAllOfThemAndWhoseTheyAre(Kind kind) {
    IllegalStateException late = new IllegalStateException("meant: late");
    TaskFailedException thrown =
        failed(
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
              g/late, while it was cancelled: java.lang.IllegalStateException: meant: late""");
  }

  @Test
  void oneFailureIsOneLine() {
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g ->
                        g.fork(
                            "bad",
                            () -> {
                              throw failure;
                            })));
    assertThat(thrown)
        .hasMessage("task 'group/bad' failed: java.io.IOException: meant: original")
        .hasNoSuppressedExceptions();
    assertThat(thrown.describe()).isEqualTo(thrown.getMessage());
    assertThat(thrown.details()).containsExactly(new Failure("group/bad", failure, false));
  }

  @Test
  void theMessageOfManyEndsAndTheDescriptionHasAllOneLineEach() {
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.options()
                    .withPolicy(FailurePolicy.COLLECT)
                    .run(
                        g -> {
                          for (int i = 0; i < 30; i++) {
                            g.fork(
                                () -> {
                                  throw new IOException("two\nlines");
                                });
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
        failed(
            () ->
                TaskGroup.options()
                    .withName("g")
                    .run(
                        g -> {
                          try (AutoCloseable resource =
                              () -> {
                                throw failure;
                              }) {
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
              Task<?> task =
                  g.forkUnsupervised(
                      "bad",
                      () -> {
                        throw failure;
                      });
              TaskFailedException thrown = failed(task::join);
              assertThat(thrown).hasCause(failure).hasNoSuppressedExceptions();
              assertThat(thrown.details())
                  .containsExactly(new Failure("group/bad", failure, false));
            });
  }

  @Test
  void whatFailedInARaceHasTheNamesOfItsTasks() {
    IllegalStateException second = new IllegalStateException("meant: second");
    TaskFailedException thrown =
        failed(
            () ->
                Tasks.firstSuccess(
                    () -> {
                      throw failure;
                    },
                    () -> {
                      throw second;
                    }));
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
              group.fork(
                  "bad",
                  () -> {
                    throw failure;
                  });
              Selvage.sleep(LONG);
              return "never";
            });
    TaskFailedException thrown = failed(outcome::orElseThrow);
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
          failed(
              () ->
                  TaskGroup.options()
                      .withPolicy(policy)
                      .run(
                          g ->
                              g.fork(
                                  () ->
                                      g.fork(
                                              () ->
                                                  g.fork(
                                                          () -> {
                                                            throw failure;
                                                          })
                                                      .join())
                                          .join())));
      assertThat(thrown.failures()).as("%s", policy).containsExactly(failure);
      assertThat(thrown).hasNoSuppressedExceptions();
    }
  }

  @Test
  void whatATaskThrewKeepsItsCauseAndWhatIsSuppressedOnIt() {
    Error cause = new Error("its cause");
    IllegalStateException context = new IllegalStateException("its context");
    failure.initCause(cause);
    failure.addSuppressed(context);
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.run(
                    g ->
                        TaskGroup.run(
                            inner ->
                                inner.fork(
                                    () -> {
                                      throw failure;
                                    }))));
    assertThat(thrown.getCause()).isSameAs(failure);
    assertThat(failure.getCause()).isSameAs(cause);
    assertThat(failure.getSuppressed()).containsExactly(context);
  }

  @Test
  void ofTheFailuresOnOneCancellationNoneIsLostThoughTheFirstTakesNoSuppressedOnes() {
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    Exception closed = new Exception("takes none", null, false, true) {};
    TaskFailedException thrown =
        failed(
            () ->
                TaskGroup.options()
                    .withUncaughtHandler((name, e) -> uncaught.add(e))
                    .run(
                        g -> {
                          CountDownLatch runs = new CountDownLatch(1);
                          g.launch(
                              () -> {
                                try (AutoCloseable second =
                                        () -> {
                                          throw failure;
                                        };
                                    AutoCloseable first =
                                        () -> {
                                          throw closed;
                                        }) {
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
