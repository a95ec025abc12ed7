package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.never;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Outcome.Failure;
import io.selvage.Outcome.Success;
import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class IsolateTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());
  private final IOException disk = new IOException("disk");

  private static Exception causeOf(Outcome<?> outcome) {
    return switch (outcome) {
      case Success<?> success -> throw new AssertionError(success);
      case Failure<?>(Exception cause) -> cause;
    };
  }

  @Test
  void aResultIsASuccess() throws Exception {
    Outcome<Integer> outcome = Tasks.callIsolated(() -> 3);
    assertThat(outcome).isEqualTo(new Success<>(3));
    assertThat(outcome.isSuccess()).isTrue();
    assertThat(outcome.orElse(4)).isEqualTo(3);
    assertThat(outcome.orElseThrow()).isEqualTo(3);
    assertThat(Tasks.<Object>callIsolated(() -> null)).isEqualTo(new Success<>(null));
  }

  @Test
  void whatTheBodyThrowsIsAFailureTheObjectItself() throws Exception {
    Outcome<Integer> outcome = Tasks.callIsolated(() -> failWith(disk));
    assertThat(causeOf(outcome)).isSameAs(disk);
    assertThat(outcome.isSuccess()).isFalse();
    assertThat(outcome.orElse(4)).isEqualTo(4);
    assertThatThrownBy(outcome::orElseThrow).isInstanceOf(TaskFailedException.class).hasCause(disk);
  }

  @Test
  void aTimeoutInsideIsAFailureAsAnyOther() throws Exception {
    Outcome<Integer> outcome =
        Tasks.callIsolated(() -> CancelScope.failAfter(Duration.ofMillis(1)).call(() -> never()));
    assertThat(causeOf(outcome)).isInstanceOf(TimeoutException.class);
  }

  @Test
  void aFailedTaskCancelsTheOthersInsideAndNoTaskOutside() throws Exception {
    Loop loop = new Loop();
    loop.run(
        () -> {
          Task<Integer> outside =
              loop.fork(
                  () -> {
                    Selvage.checkpoint();
                    return 1;
                  });
          Outcome<Object> outcome =
              Tasks.callIsolatedGroup(
                  group -> {
                    group.fork(() -> endlessly("inside"));
                    group.fork("bad", () -> failWith(disk));
                    return "never seen";
                  });
          assertThat(causeOf(outcome))
              .isInstanceOf(TaskFailedException.class)
              .hasMessageContaining("'isolate/bad'")
              .hasCause(disk);
          assertThatThrownBy(outcome::orElseThrow).hasCause(disk);
          assertThat(outside.join()).isEqualTo(1);
        });
    assertThat(log).containsExactly("inside cancelled");
  }

  private Object endlessly(String name) throws InterruptedException {
    try {
      Selvage.sleep(LONG);
      return "slept for an hour";
    } catch (CancelledException e) {
      log.add(name + " cancelled");
      throw e;
    }
  }

  @Test
  void severalFailuresAreReturnedTogether() throws Exception {
    IOException second = new IOException("second");
    Outcome<Object> outcome =
        Tasks.callIsolatedGroup(
            group -> {
              CloseSignal inside = new CloseSignal();
              group.launch(
                  () -> {
                    try {
                      inside.close();
                      Selvage.sleep(LONG);
                    } finally {
                      failWith(second);
                    }
                  });
              group.fork(
                  () -> {
                    inside.await();
                    throw disk;
                  });
              return "never seen";
            });
    assertThat(((TaskFailedException) causeOf(outcome)).failures()).containsExactly(disk, second);
  }

  @Test
  void itWaitsForWhatItsBodyForkedInTheBackground() throws Exception {
    Outcome<String> outcome =
        Tasks.callIsolatedGroup(
            group -> {
              group.launch(
                  () -> {
                    Selvage.checkpoint();
                    log.add("background");
                  });
              return "body";
            });
    log.add("behind");
    assertThat(outcome).isEqualTo(new Success<>("body"));
    assertThat(log).containsExactly("background", "behind");
  }

  @Test
  void insideAndOutsideGoOnTogether() throws Exception {
    Loop loop = new Loop();
    Channel<Integer> ping = Channel.unbounded();
    Channel<Integer> pong = Channel.unbounded();
    loop.run(
        () -> {
          loop.launch(
              () -> {
                for (int i = 0; i < 5; i++) {
                  pong.send(ping.receive() + 1);
                }
              });
          Outcome<Integer> outcome =
              Tasks.callIsolated(
                  () -> {
                    int last = 0;
                    for (int i = 0; i < 5; i++) {
                      ping.send(last);
                      last = pong.receive();
                    }
                    assertThat(loop.isOnLoop()).isTrue();
                    return last;
                  });
          assertThat(outcome).isEqualTo(new Success<>(5));
        });
  }

  @Test
  void anOuterCancelReachesTheTasksInsideAndIsThrown() throws Exception {
    CancelScope scope = CancelScope.create();
    boolean completed =
        scope.run(
            () -> {
              Outcome<Object> unused =
                  Tasks.callIsolatedGroup(
                      group -> {
                        group.fork(
                            () -> {
                              scope.cancel();
                              return endlessly("task");
                            });
                        return endlessly("body");
                      });
              log.add("not reached");
            });
    assertThat(completed).isFalse();
    assertThat(log).containsExactlyInAnyOrder("task cancelled", "body cancelled");
  }

  @Test
  void anErrorPassesAndSoDoesAFailedAssertion() {
    AssertionError failed = new AssertionError("as expected");
    assertThatThrownBy(() -> Tasks.callIsolated(() -> failWith(failed))).isSameAs(failed);
    assertThatThrownBy(
            () ->
                Tasks.callIsolatedGroup(
                    group -> {
                      group.launch(
                          () -> TaskGroup.run(inner -> inner.fork(() -> failWith(failed))));
                      return 1;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasRootCause(failed);
  }

  @Test
  void misuseInsideIsAFailureToo() throws Exception {
    AtomicReference<Task<?>> self = new AtomicReference<>();
    CloseSignal known = new CloseSignal();
    Outcome<Object> cycle =
        Tasks.callIsolatedGroup(
            group -> {
              Callable<Object> body =
                  () -> {
                    known.await();
                    return self.get().join();
                  };
              self.set(group.fork("self", body));
              known.close();
              return "never seen";
            });
    assertThat(causeOf(cycle)).hasRootCauseInstanceOf(JoinCycleException.class);
    Loop loop = new Loop();
    loop.run(
        () -> {
          Outcome<Object> entered = Tasks.callIsolated(() -> loop.<Object, Exception>call(() -> 1));
          assertThat(causeOf(entered))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("was entered again");
        });
  }

  @Test
  void aBodyThatCancelsItsOwnGroupHasNoResult() throws Exception {
    Outcome<Object> outcome =
        Tasks.callIsolatedGroup(
            group -> {
              group.cancel("enough");
              return endlessly("body");
            });
    assertThat(causeOf(outcome)).isInstanceOf(TaskCancelledException.class);
  }

  @Test
  void aTaskFromOutsideIsJoinedInsideAndStaysWhereItIs() throws Exception {
    TaskGroup.run(
        group -> {
          CloseSignal go = new CloseSignal();
          Object result = new Object();
          Task<Object> outside =
              group.fork(
                  () -> {
                    go.await();
                    return result;
                  });
          Outcome<Integer> abandoned =
              Tasks.callIsolatedGroup(
                  inner -> {
                    inner.fork(outside::join);
                    throw disk;
                  });
          assertThat(abandoned.isSuccess()).isFalse();
          assertThat(outside.isDone()).isFalse();
          go.close();
          Outcome<Object> first = Tasks.callIsolated(() -> outside.join());
          Outcome<Object> second = Tasks.callIsolated(outside::join);
          assertThat(first.orElseThrow()).isSameAs(result).isSameAs(second.orElseThrow());
        });
  }

  @Test
  void theFailureOfATaskFromOutsideIsReturnedAndStillFailsItsOwnGroup() {
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.options()
                    .withPolicy(GroupOptions.FailurePolicy.COLLECT)
                    .run(
                        group -> {
                          Task<Object> outside = group.fork(() -> failWith(disk));
                          log.add(causeOf(Tasks.callIsolated(outside::join)).getCause());
                        }));
    assertThat(thrown).isInstanceOf(TaskFailedException.class).hasCause(disk);
    assertThat(log).containsExactly(disk);
  }

  @Test
  void aFailureNeedsACause() {
    assertThatThrownBy(() -> new Failure<>(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void theExceptionOfAnOutcomeKeepsTheNamesOfTheTasks() throws Exception {
    Outcome<Object> outcome =
        Tasks.callIsolatedGroup(
            group -> {
              group.fork("bad", () -> failWith(disk));
              Selvage.sleep(LONG);
              return 1;
            });
    assertThatThrownBy(outcome::orElseThrow)
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            thrown ->
                assertThat(thrown.details())
                    .containsExactly(new TaskFailedException.Failure("isolate/bad", disk, false)));
  }
}
