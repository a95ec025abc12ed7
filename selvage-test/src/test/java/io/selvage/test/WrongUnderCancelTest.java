package io.selvage.test;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.service.ThreadService;
import io.selvage.test.SimulationFailure.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Programs that are wrong when they are cancelled, and go well otherwise: each is found, and the
 * message says what is wrong (decision 0037).
 */
@Timeout(60)
class WrongUnderCancelTest {

  private static SimulationFailure failureOf(ThrowingRunnable<Exception> program) {
    return failureOf(Simulation.options(), program);
  }

  private static SimulationFailure failureOf(
      SimulationOptions options, ThrowingRunnable<Exception> program) {
    assertThat(Simulation.run(0, program).seed()).as("it goes well").isZero();
    SimulationFailure failure =
        Failures.thrownBy(() -> options.withStepLimit(2_000).cancelEverywhere(0, program));
    assertThat(failure).as("it is found").isNotNull();
    assertThat(failure).hasMessageContaining("cancelled before step ");
    return failure;
  }

  private static int nap(int seconds) throws InterruptedException {
    Selvage.sleep(ofSeconds(seconds));
    return seconds;
  }

  // ---- swallowing it

  @Test
  void aLoopThatGoesOnIsToldWhy() {
    SimulationFailure failure =
        failureOf(
            () -> {
              for (int done = 0; done < 3; ) {
                try {
                  nap(1);
                  done++;
                } catch (InterruptedException e) {
                  // tries again
                }
              }
            });
    assertThat(failure.kind()).isEqualTo(Kind.STEP_LIMIT);
    assertThat(failure).hasMessageContaining("a loop that catches that comes to no end");
  }

  @Test
  void aTaskThatClaimsItsWorkIsDoneIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              List<Integer> done = new ArrayList<>();
              CancelScope.moveOnAfter(ofSeconds(9))
                  .run(
                      () -> {
                        try {
                          done.add(nap(1));
                        } catch (InterruptedException e) {
                          // as if it had been done
                        }
                      });
              assertThat(done).containsExactly(1);
            });
    assertThat(failure.kind()).isEqualTo(Kind.FAILED);
    assertThat(failure).hasCauseInstanceOf(AssertionError.class).hasMessageContaining("main");
  }

  @Test
  void anExceptionOfItsOwnIsAFailureAlsoUnderALimit() {
    SimulationFailure failure =
        failureOf(
            () ->
                CancelScope.moveOnAfter(ofSeconds(1))
                    .run(
                        () -> {
                          try {
                            nap(9);
                          } catch (InterruptedException e) {
                            if (!CancelScope.currentCancelled().orElseThrow().timedOut()) {
                              throw new IllegalStateException("not prepared for it");
                            }
                            throw e;
                          }
                        }));
    assertThat(failure).hasCauseInstanceOf(IllegalStateException.class);
  }

  // ---- leaking the flag

  @Test
  void aFlagThatIsLeftSetIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              try {
                TaskGroup.call(group -> group.fork("task", () -> nap(1)).join());
              } catch (TaskCancelledException e) {
                Thread.currentThread().interrupt(); // no code has interrupted this thread
              }
            });
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure)
        .hasMessageContaining("with its interrupt flag set")
        .hasMessageContaining("group/task");
  }

  @Test
  void aFlagThatIsLeftSetBesideTheExceptionIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              try {
                TaskGroup.call(group -> group.fork("task", () -> nap(1)).join());
              } catch (TaskCancelledException e) {
                Thread.currentThread().interrupt();
                throw e;
              }
            });
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("with its interrupt flag set");
  }

  // ---- losing, leaving, hanging

  @Test
  void anItemThatIsLostUnderALimitIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              Channel<String> from = Channel.unbounded();
              Channel<String> to = Channel.unbounded();
              from.send("item");
              try {
                CancelScope.moveOnAfter(ofSeconds(5))
                    .run(
                        () -> {
                          String item = from.receive();
                          nap(1);
                          to.send(item);
                        });
              } finally {
                assertThat(from.stats().queued() + to.stats().queued()).as("items").isEqualTo(1);
              }
            });
    assertThat(failure).hasCauseInstanceOf(AssertionError.class).hasMessageContaining("items");
  }

  @Test
  void aServiceThatIsLeftBehindIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              ThreadService service =
                  ThreadService.virtual(
                      "service",
                      self -> {
                        self.started();
                        self.scope().await();
                      });
              service.start();
              nap(1);
              service.stop("the end", Duration.ofDays(1)); // not in a finally block
            });
    assertThat(failure.kind()).isEqualTo(Kind.LEAK);
    assertThat(failure).hasMessageContaining("these wait for ever").hasMessageContaining("service");
  }

  /** A receiver that waits for the item of a sender that may be cancelled. */
  private static SimulationFailure failureOfReceiving(
      ThrowingConsumer<Channel<String>, Exception> receiver) {
    return failureOf(
        () ->
            TaskGroup.run(
                group -> {
                  Channel<String> channel = Channel.unbounded();
                  group.launch(
                      "sender",
                      () -> {
                        nap(1);
                        channel.send("item");
                      });
                  receiver.accept(channel);
                }));
  }

  @Test
  void aReceiverWhoseSenderIsGoneHangs() {
    SimulationFailure failure = failureOfReceiving(Channel::receive);
    assertThat(failure.kind()).isEqualTo(Kind.DEADLOCK);
    assertThat(failure).hasMessageContaining("group/sender").hasMessageContaining("receive");
  }

  @Test
  void aLimitThatRunsOutBecauseTheOtherIsGoneIsTold() {
    SimulationFailure failure =
        failureOfReceiving(
            channel ->
                assertThat(CancelScope.failAfter(ofSeconds(5)).call(channel::receive))
                    .isEqualTo("item"));
    assertThat(failure).hasCauseInstanceOf(TimeoutException.class);
    assertThat(failure).hasMessageContaining("group/sender");
  }

  // ---- failures beside it

  @Test
  void aFailureThatNoOtherTaskCanMakeUpForIsTold() {
    SimulationFailure failure =
        failureOf(
            () ->
                Tasks.firstSuccess(
                    () -> {
                      throw new IOException("one of two");
                    },
                    () -> nap(1)));
    assertThat(failure).hasCauseInstanceOf(TaskFailedException.class);
    assertThat(failure).hasMessageContaining("one of two");
  }

  @Test
  void aFailureBesideACancelledTaskIsFound() {
    SimulationFailure failure =
        failureOf(
            () ->
                TaskGroup.run(
                    group -> {
                      Task<Integer> inner = group.fork("inner", () -> nap(1));
                      group.launch(
                          "outer",
                          () -> {
                            try {
                              inner.join();
                            } catch (TaskCancelledException e) {
                              throw new IOException("not prepared for it");
                            }
                          });
                      inner.join();
                    }));
    assertThat(failure).hasMessageContaining("not prepared for it");
  }

  private interface CleanUp extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  @Test
  void aFailureOfTheCleanUpIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              boolean[] done = {false};
              try (CleanUp cleanUp =
                  () -> {
                    if (!done[0]) {
                      throw new IOException("the clean-up");
                    }
                  }) {
                assertThat(cleanUp).isNotNull();
                nap(1);
                done[0] = true;
              }
            });
    assertThat(failure).hasMessageContaining("java.io.IOException: the clean-up");
    assertThat(failure.getCause().getSuppressed()).hasOnlyElementsOfType(IOException.class);
  }

  @Test
  void aFailureBehindALimitIsFound() {
    SimulationFailure failure =
        failureOf(
            () -> {
              CancelScope.moveOnAfter(ofSeconds(1)).run(() -> nap(9));
              try {
                nap(1);
              } catch (InterruptedException e) {
                throw new IOException("it must complete");
              }
            });
    assertThat(failure).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void theCancellationOfAScopeOfItsOwnMustNotLeaveABodyThatIsNotCancelled() {
    SimulationFailure failure =
        failureOf(
            Simulation.options().withCancelTargets(name -> name.equals("group/task")),
            () -> {
              List<InterruptedException> kept = new ArrayList<>();
              CancelScope scope = CancelScope.create();
              scope.run(
                  () -> {
                    scope.cancel("mine");
                    try {
                      nap(1);
                    } catch (InterruptedException e) {
                      kept.add(e);
                    }
                  });
              TaskGroup.run(
                  group -> {
                    try {
                      group.fork("task", () -> nap(1)).join();
                    } catch (TaskCancelledException e) {
                      throw kept.getFirst();
                    }
                  });
            });
    assertThat(failure).hasMessageContaining("mine");
  }

  @Test
  void beforeTheCancelNothingIsExcused() {
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .cancelEverywhere(
                        0,
                        () -> {
                          TaskGroup.run(
                              group -> {
                                Task<Integer> task = group.fork(() -> nap(1));
                                task.cancel("mine");
                                task.join();
                              });
                        }));
    assertThat(failure).hasMessageContaining("mine");
    assertThat(failure.getMessage()).doesNotContain("cancelled before step ");
  }
}
