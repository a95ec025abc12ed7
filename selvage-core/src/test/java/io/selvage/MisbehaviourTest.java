package io.selvage;

import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.TaskFailedException.Failure;
import io.selvage.Threads.Kind;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A task that is told that it is cancelled, and does something else than end. */
@ExtendWith(LeakCheck.class)
class MisbehaviourTest {
  private final IOException failure = new IOException("meant: original");

  /** Runs a task that is waiting in {@code body} when its group is cancelled on purpose. */
  private static Task<?> cancelledIn(GroupOptions options, Callable<?> body) throws Exception {
    AtomicReference<Task<?>> task = new AtomicReference<>();
    options.run(
        g -> {
          CountDownLatch runs = new CountDownLatch(1);
          task.set(
              g.fork(
                  "bad",
                  () -> {
                    runs.countDown();
                    return body.call();
                  }));
          Threads.await(runs);
          g.cancel("meant");
        });
    return task.get();
  }

  /** Runs a task that is in {@code body} when another one fails. */
  private TaskFailedException failedBeside(GroupOptions options, Callable<?> body) {
    return catchThrowableOfType(
        TaskFailedException.class,
        () ->
            options.run(
                g -> {
                  CountDownLatch runs = new CountDownLatch(1);
                  g.fork(
                      "bad",
                      () -> {
                        runs.countDown();
                        return body.call();
                      });
                  g.fork(
                      "original",
                      () -> {
                        Threads.await(runs);
                        throw failure;
                      });
                }));
  }

  private static Object swallow() {
    try {
      Selvage.sleep(LONG);
      return "slept";
    } catch (InterruptedException e) {
      return 5;
    }
  }

  // ---- it returns

  @ParameterizedTest
  @EnumSource
  void aTaskThatReturnsAsIfNothingHadHappenedIsNamedInTheExceptionOfItsGroup(Kind kind)
      throws Exception {
    try (LogCapture log = new LogCapture()) {
      TaskFailedException thrown =
          failedBeside(kind.options().withName("g"), MisbehaviourTest::swallow);
      assertThat(thrown.misbehaved()).containsExactly("g/bad");
      assertThat(thrown.failures()).containsExactly(failure);
      assertThat(thrown.getMessage())
          .isEqualTo(
              """
              task 'g/original' failed: java.io.IOException: meant: original
                g/bad returned as if nothing had happened, though it was cancelled\
              """);
      assertThat(thrown.describe()).isEqualTo(thrown.getMessage());
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void ifTheGroupThrowsNothingTheLogIsWarnedInOneLineAndTheResultStands() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Task<?> task = cancelledIn(TaskGroup.options().withName("g"), MisbehaviourTest::swallow);
      assertThat(task.resultNow()).isEqualTo(5);
      assertThat(log.messages())
          .singleElement()
          .asString()
          .startsWith("WARNING")
          .contains("group 'g'", ": g/bad;", "let CancelledException pass")
          .doesNotContain("\n");
    }
  }

  @Test
  void aWarningAboutManyTasksNamesTheFirstHundred() throws Exception {
    try (LogCapture log = new LogCapture()) {
      TaskGroup.run(
          g -> {
            CountDownLatch run = new CountDownLatch(103);
            for (int i = 0; i < 103; i++) {
              g.fork(
                  () -> {
                    run.countDown();
                    return swallow();
                  });
            }
            Threads.await(run);
            g.cancel();
          });
      assertThat(log.messages()).singleElement().asString().contains(" and 3 more;");
    }
  }

  @Test
  void beforeABodyThatThrowsTheLogIsWarned() throws Exception {
    try (LogCapture log = new LogCapture()) {
      assertThatThrownBy(
              () ->
                  TaskGroup.run(
                      g -> {
                        CountDownLatch runs = new CountDownLatch(1);
                        g.fork(
                            "bad",
                            () -> {
                              runs.countDown();
                              return swallow();
                            });
                        Threads.await(runs);
                        throw failure;
                      }))
          .isSameAs(failure);
      assertThat(log.messages()).singleElement().asString().contains("group/bad");
    }
  }

  @Test
  void ifTheMainBodyOfALoopThrowsTheLogIsWarned() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Loop loop = new Loop("l");
      assertThatThrownBy(
              () ->
                  loop.call(
                      () -> {
                        loop.fork("bad", MisbehaviourTest::swallow);
                        Selvage.checkpoint(); // it sleeps now
                        throw failure;
                      }))
          .isSameAs(failure);
      assertThat(log.messages()).singleElement().asString().contains("loop 'l'", ": l/bad;");
    }
  }

  @Test
  void aTaskThatSetsTheFlagAgainBeforeItReturnsBehaves() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Task<?> task =
          cancelledIn(
              TaskGroup.options(),
              () -> {
                Object result = swallow();
                Thread.currentThread().interrupt();
                return result;
              });
      assertThat(task.state()).isEqualTo(Task.State.SUCCEEDED);
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void aTaskThatHadItsResultBeforeItNoticedBehaves() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Task<?> task =
          cancelledIn(
              TaskGroup.options(),
              () -> {
                Threads.awaitCondition("it is cancelled", Selvage::isCancelled);
                return "result";
              });
      assertThat(task.resultNow()).isEqualTo("result");
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void aForeignCallThatEndsBecauseOfTheInterruptBehaves() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Task<?> task =
          cancelledIn(
              TaskGroup.options(),
              () -> {
                Threads.awaitCondition("it is interrupted", Thread::interrupted);
                return "what there was";
              });
      assertThat(task.resultNow()).isEqualTo("what there was");
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void aTaskThatCatchesTheCancellationOfAnInnerScopeBehaves() throws Exception {
    CountDownLatch swallowed = new CountDownLatch(1); // the group is cancelled behind that
    try (LogCapture log = new LogCapture()) {
      TaskFailedException thrown =
          catchThrowableOfType(
              TaskFailedException.class,
              () ->
                  TaskGroup.run(
                      g -> {
                        g.fork(
                            "good",
                            () -> {
                              CancelScope inner = CancelScope.create();
                              inner.run(
                                  () -> {
                                    inner.cancel();
                                    assertThat(swallow()).isEqualTo(5);
                                    swallowed.countDown();
                                    Threads.awaitCondition(
                                        "the group is cancelled", g.scope()::isCancelled);
                                  });
                              return "done";
                            });
                        g.fork(
                            "original",
                            () -> {
                              Threads.await(swallowed);
                              throw failure;
                            });
                      }));
      assertThat(thrown.misbehaved()).isEmpty();
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void aCancellationThatCameThroughAnInnerScopeIsNoticedAllTheSame() {
    TaskFailedException thrown =
        failedBeside(
            TaskGroup.options(),
            () -> {
              try {
                return CancelScope.moveOnAfter(LONG).run(() -> Selvage.sleep(LONG));
              } catch (CancelledException e) {
                return "swallowed";
              }
            });
    assertThat(thrown.misbehaved()).containsExactly("group/bad");
  }

  @Test
  void aCancellationThatIsSwallowedInsideOfAnInnerScopeIsNoticedAllTheSame() {
    TaskFailedException thrown =
        failedBeside(
            TaskGroup.options(),
            () -> {
              CancelScope inner = CancelScope.create();
              inner.run(() -> assertThat(swallow()).isEqualTo(5));
              return Thread.interrupted(); // what the scope hands on to foreign code
            });
    assertThat(thrown.misbehaved()).containsExactly("group/bad");
  }

  @Test
  void aTaskThatGoesOnWaitingIsToldAgainEachTimeAndTheGroupWaitsForIt() {
    AtomicInteger told = new AtomicInteger();
    TaskFailedException thrown =
        failedBeside(
            TaskGroup.options(),
            () -> {
              for (int i = 0; i < 3; i++) {
                try {
                  Selvage.sleep(LONG);
                } catch (CancelledException e) {
                  told.incrementAndGet();
                }
              }
              return null;
            });
    assertThat(told).hasValue(3);
    assertThat(thrown.misbehaved()).containsExactly("group/bad");
  }

  // ---- it throws something else

  @ParameterizedTest
  @EnumSource
  void anotherExceptionIsAFailureAndSaysThatItsTaskWasBeingCancelled(Kind kind) {
    IllegalStateException kaboom = new IllegalStateException("meant: kaboom");
    TaskFailedException thrown =
        failedBeside(
            kind.options(),
            () -> {
              swallow();
              throw kaboom;
            });
    assertThat(thrown.details())
        .containsExactly(
            new Failure("group/original", failure, false), new Failure("group/bad", kaboom, true));
    assertThat(thrown.misbehaved()).isEmpty();
    assertThat(thrown.getMessage())
        .isEqualTo(
            """
            task 'group/original' failed (and 1 more in its group): java.io.IOException: meant: original
              group/bad, while it was cancelled: java.lang.IllegalStateException: meant: kaboom\
            """);
  }

  @Test
  void theMisbehaviourIsThrownIfTheGroupHasNothingElseToThrow() {
    assertThatThrownBy(
            () ->
                cancelledIn(
                    TaskGroup.options(),
                    () -> {
                      swallow();
                      throw failure;
                    }))
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> assertThat(e.details()).containsExactly(new Failure("group/bad", failure, true)))
        .hasMessage(
            "task 'group/bad' failed while it was cancelled: java.io.IOException: meant: original");
  }

  @Test
  void aFailureAfterAnInterruptOfForeignCodeIsToldAsMisbehaviourToo() {
    assertThatThrownBy(
            () ->
                cancelledIn(
                    TaskGroup.options(),
                    () -> {
                      try {
                        Threads.blockInForeignCode();
                      } catch (InterruptedException e) {
                        throw failure;
                      }
                      return null;
                    }))
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> assertThat(e.details()).containsExactly(new Failure("group/bad", failure, true)));
  }

  @Test
  void aFailureBeforeItsTaskCouldNoticeIsAnOrdinaryOne() {
    IllegalStateException own = new IllegalStateException("meant: own");
    TaskFailedException thrown =
        failedBeside(
            TaskGroup.options(),
            () -> {
              Threads.awaitCondition("it is cancelled", Selvage::isCancelled);
              throw own;
            });
    assertThat(thrown.details())
        .containsExactly(
            new Failure("group/original", failure, false), new Failure("group/bad", own, false));
  }

  @Test
  void theJoinerOfAnUnsupervisedTaskIsToldToo() throws Exception {
    TaskGroup.run(
        g -> {
          CountDownLatch runs = new CountDownLatch(1);
          Task<?> task =
              g.forkUnsupervised(
                  "bad",
                  () -> {
                    runs.countDown();
                    swallow();
                    throw failure;
                  });
          Threads.await(runs);
          task.cancel();
          assertThatThrownBy(task::join)
              .hasMessageStartingWith("task 'group/bad' failed while it was cancelled: ")
              .isInstanceOfSatisfying(
                  TaskFailedException.class,
                  e ->
                      assertThat(e.details())
                          .containsExactly(new Failure("group/bad", failure, true)));
        });
  }

  // ---- it throws something that means the same

  @Test
  void anotherExceptionObjectThatMeansCancelledIsACleanEnd() throws Exception {
    CancelledException other =
        new CancelledException(CancelledException.Source.CALL, "of another scope");
    List<Exception> same =
        List.of(
            other,
            new InterruptedException("new"),
            new InterruptedIOException("translated"),
            new IllegalStateException(new InterruptedException("wrapped")));
    try (LogCapture log = new LogCapture()) {
      for (Exception each : same) {
        Task<?> task =
            cancelledIn(
                TaskGroup.options(),
                () -> {
                  swallow();
                  throw each;
                });
        assertThat(task.state()).as("%s", each).isEqualTo(Task.State.CANCELLED);
      }
      assertThat(log.messages()).isEmpty();
    }
  }
}
