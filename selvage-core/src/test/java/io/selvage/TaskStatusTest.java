package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepThenFail;
import static io.selvage.Bodies.sleepUntilCancelled;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link TaskGroup#start} promises. */
@ExtendWith(LeakCheck.class)
class TaskStatusTest {
  private final IOException failure = new IOException("disk");
  private final List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());

  private GroupOptions options() {
    return TaskGroup.options().withUncaughtHandler((name, e) -> uncaught.add(e));
  }

  @ParameterizedTest
  @EnumSource
  void startReturnsTheValueAndTheTaskRunsOn(Kind kind) throws Exception {
    AtomicBoolean ranOn = new AtomicBoolean();
    kind.options()
        .run(
            g -> {
              CountDownLatch go = new CountDownLatch(1);
              String value =
                  g.start(
                      "server",
                      status -> {
                        assertThat(status.isStarted()).isFalse();
                        status.started("ready");
                        assertThat(status.isStarted()).isTrue();
                        Threads.await(go);
                        ranOn.set(true);
                      });
              assertThat(value).isEqualTo("ready");
              assertThat(g.running()).isEqualTo(1);
              go.countDown();
            });
    assertThat(ranOn).isTrue();
  }

  @Test
  void aFailureBeforeStartedBelongsToTheCallerOnly() throws Exception {
    options()
        .run(
            g -> {
              assertThatThrownBy(() -> g.start("server", status -> failWith(failure)))
                  .isInstanceOf(TaskFailedException.class)
                  .hasMessageContaining("group/server")
                  .cause()
                  .isSameAs(failure);
              Selvage.checkpoint();
            });
    assertThat(uncaught).isEmpty();
  }

  @Test
  void endingWithoutStartedIsAnIllegalStateAndTheGroupGoesOn() throws Exception {
    options()
        .run(
            g -> {
              assertThatThrownBy(() -> g.start("server", status -> {}))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("without calling started")
                  .hasMessageContaining("group/server");
              Selvage.checkpoint();
            });
  }

  @Test
  void startedTwiceIsRefusedInTheTask() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    options()
        .run(
            g ->
                assertThat(
                        g.<String>start(
                            "server",
                            status -> {
                              status.started("first");
                              try {
                                status.started("second");
                              } catch (IllegalStateException e) {
                                seen.set(e);
                              }
                            }))
                    .isEqualTo("first"));
    assertThat(seen.get()).hasMessageContaining("twice").hasMessageContaining("group/server");
  }

  @Test
  void aNullValueIsRefused() throws Exception {
    options()
        .run(
            g ->
                assertThatThrownBy(() -> g.start("server", status -> status.started(null)))
                    .isInstanceOf(TaskFailedException.class)
                    .hasCauseInstanceOf(NullPointerException.class));
  }

  @ParameterizedTest
  @EnumSource
  void aFailureAfterStartedFailsTheGroup(Kind kind) {
    for (int round = 0; round < 50; round++) {
      assertThatThrownBy(
              () ->
                  kind.options()
                      .run(
                          g -> {
                            assertThat(
                                    g.<String>start(
                                        "server",
                                        status -> {
                                          status.started("ready");
                                          throw failure;
                                        }))
                                .isEqualTo("ready");
                            Selvage.sleep(LONG);
                          }))
          .isInstanceOf(TaskFailedException.class)
          .cause()
          .isSameAs(failure);
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancellingTheCallerCancelsTheTaskAndJoinsIt(Kind kind) throws Exception {
    AtomicReference<String> reason = new AtomicReference<>();
    AtomicBoolean ended = new AtomicBoolean();
    TaskGroup.StartBody<String> server =
        status -> {
          try {
            sleepUntilCancelled(e -> reason.set(e.reason()));
          } finally {
            ended.set(true);
          }
        };
    kind.options()
        .run(
            g -> {
              CancelScope limit = CancelScope.moveOnAfter(Duration.ofMillis(2));
              assertThat(limit.run(() -> g.start("server", server))).isFalse();
              assertThat(ended.get() || reason.get() == null).isTrue();
              awaitCondition("it is counted out", () -> g.running() == 0);
              Selvage.checkpoint();
            });
  }

  @Test
  void aStartedThatComesAfterTheCallerHasGoneDoesNoHarm() throws Exception {
    AtomicBoolean late = new AtomicBoolean();
    CountDownLatch runs = new CountDownLatch(1);
    TaskGroup.StartBody<String> server =
        status -> {
          runs.countDown();
          try {
            Selvage.sleep(LONG);
          } catch (CancelledException e) {
            status.started("late");
            late.set(true);
          }
        };
    options()
        .run(
            g -> {
              CancelScope scope = CancelScope.create();
              Running<Boolean> caller =
                  Kind.VIRTUAL.start(() -> scope.run(() -> g.start("server", server)));
              Threads.await(runs);
              awaitBlocked(caller.thread());
              scope.cancel();
              assertThat(caller.get()).isFalse();
            });
    assertThat(late).isTrue();
    assertThat(uncaught).isEmpty();
  }

  @Test
  void aFailureOfTheTaskWhoseCallerWasCancelledIsNotLost() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CountDownLatch runs = new CountDownLatch(1);
    TaskGroup.StartBody<String> server =
        status -> {
          runs.countDown();
          sleepThenFail(failure);
        };
    options()
        .run(
            g -> {
              CancelScope scope = CancelScope.create();
              Running<Boolean> caller =
                  Kind.VIRTUAL.start(
                      () ->
                          scope.run(
                              () -> seen.set(catchThrowable(() -> g.start("server", server)))));
              Threads.await(runs);
              awaitBlocked(caller.thread());
              scope.cancel();
              assertThat(caller.get()).isTrue();
            });
    assertThat(seen.get()).isInstanceOf(CancelledException.class);
    assertThat(seen.get().getSuppressed()).containsExactly(failure);
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptOfTheCallerCancelsTheTaskAndGoesOn(Kind kind) throws Exception {
    options()
        .run(
            g -> {
              CountDownLatch runs = new CountDownLatch(1);
              AtomicBoolean cancelled = new AtomicBoolean();
              Running<String> caller =
                  kind.start(
                      () ->
                          g.start(
                              "server",
                              status -> {
                                runs.countDown();
                                sleepUntilCancelled(e -> cancelled.set(true));
                              }));
              Threads.await(runs);
              awaitBlocked(caller.thread());
              caller.thread().interrupt();
              assertThat(caller.failure()).isExactlyInstanceOf(InterruptedException.class);
              assertThat(cancelled).isTrue();
              Selvage.checkpoint();
            });
  }

  @Test
  void aTaskThatIsCancelledWithItsGroupBeforeStartedSaysSoToACallerFromOutside() throws Exception {
    options()
        .run(
            g -> {
              CountDownLatch runs = new CountDownLatch(1);
              Running<String> caller =
                  Kind.VIRTUAL.start(
                      () ->
                          g.start(
                              "server",
                              status -> {
                                runs.countDown();
                                Selvage.sleep(LONG);
                              }));
              Threads.await(runs);
              g.cancel("enough");
              assertThat(caller.failure())
                  .isInstanceOfSatisfying(
                      TaskCancelledException.class,
                      e -> assertThat(e.reason()).isEqualTo("enough"));
            });
  }

  @Test
  void aCallerInsideOfTheCancelledGroupIsCancelledItself() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    options()
        .run(
            g -> {
              group.set(g);
              g.cancel("enough");
              g.start("server", status -> ran.set(true));
            });
    assertThat(ran).isFalse();
    assertThat(group.get().scope().cancelledCaught()).isTrue();
  }

  @Test
  void startedFromAnotherThreadOfTheTaskCounts() throws Exception {
    options()
        .run(
            g ->
                assertThat(
                        g.<String>start(
                            "server",
                            status -> Kind.PLATFORM.complete(() -> status.started("ready"))))
                    .isEqualTo("ready"));
    awaitCondition("nothing is uncaught", uncaught::isEmpty);
  }
}
