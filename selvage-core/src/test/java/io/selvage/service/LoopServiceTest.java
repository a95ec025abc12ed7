package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepThenCleanUp;
import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.service.Services.loop;
import static io.selvage.service.Services.serving;
import static io.selvage.service.Services.stopAndJoin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class LoopServiceTest {
  // ---- the body and its tasks

  @ParameterizedTest
  @EnumSource
  void withoutBodyItIsReadyAtOnceAndServesUntilItIsStopped(Kind kind) throws Exception {
    LoopService service = loop(kind, "loop").start().awaitStarted();
    assertThat(service.awaitStopped(Duration.ofMillis(2))).isFalse();
    assertThat(service.callSync(() -> Thread.currentThread().isVirtual()))
        .isEqualTo(kind == Kind.VIRTUAL);
    stopAndJoin(service);
    assertThat(service.failure()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theBodyIsTheFirstTaskOfItsGroup(Kind kind) throws Exception {
    List<String> names = new CopyOnWriteArrayList<>();
    LoopService service =
        loop(
                kind,
                "svc",
                self -> {
                  names.add(Thread.currentThread().getName());
                  Task<String> child =
                      self.taskGroup().fork("child", () -> Thread.currentThread().getName());
                  names.add(child.join());
                  self.started();
                })
            .start()
            .awaitStarted(PATIENCE);
    service.awaitStopped();
    assertThat(names).containsExactly("svc/main", "svc/child");
  }

  @ParameterizedTest
  @EnumSource
  void bodyTasksAndCallsNeverRunAtOnce(Kind kind) throws Exception {
    int[] counter = {0}; // no lock
    AtomicBoolean inside = new AtomicBoolean();
    LoopService service = serving(kind);
    List<Running<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          kind.start(
              () -> {
                for (int j = 0; j < 50; j++) {
                  service.callSync(
                      () -> {
                        assertThat(inside.compareAndSet(false, true)).isTrue();
                        counter[0]++;
                        inside.set(false);
                        Selvage.checkpoint();
                        return null;
                      });
                }
                return null;
              }));
    }
    for (Running<Void> caller : callers) {
      caller.get();
    }
    assertThat(service.callSync(() -> counter[0])).isEqualTo(200);
    stopAndJoin(service);
  }

  @ParameterizedTest
  @EnumSource
  void aServiceLivesUntilItsChildrenHaveEnded(Kind kind) throws Exception {
    CloseSignal go = new CloseSignal();
    LoopService service =
        loop(
                kind,
                "loop",
                self -> {
                  self.taskGroup().launch("child", () -> go.await());
                  self.started();
                })
            .start()
            .awaitStarted();
    assertThat(service.awaitStopped(Duration.ofMillis(2))).isFalse();
    assertThat(service.callSync(() -> "still serving")).isEqualTo("still serving");
    go.close();
    service.awaitStopped();
    assertThat(service.isFailed()).isFalse();
    assertThatThrownBy(() -> service.callSync(() -> 1))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("service 'loop' takes no calls: ended");
  }

  @Test
  void taskGroupBeforeStartIsRefused() {
    LoopService service = LoopService.virtual("x");
    assertThatThrownBy(service::taskGroup)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("service 'x' was not started; call start() first");
  }

  // ---- stopping

  @ParameterizedTest
  @EnumSource
  void stopCancelsChildrenAndJoinsThemBeforeItEnds(Kind kind) throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    LoopService service =
        loop(
                kind,
                "loop",
                self -> {
                  self.taskGroup()
                      .launch(
                          () -> {
                            self.started();
                            try {
                              new CloseSignal().await();
                            } finally {
                              CancelScope.shield(PATIENCE)
                                  .run(() -> Selvage.sleep(Duration.ofMillis(2)));
                              events.add("child stopped");
                            }
                          });
                  self.scope().await();
                })
            .start()
            .awaitStarted(PATIENCE);
    assertThat(service.stop("enough")).isTrue();
    service.awaitStopped();
    assertThat(events).containsExactly("child stopped");
    assertThat(service.failure()).isEmpty();
    assertThat(service.scope().reason()).contains("enough");
    assertThat(service.stop()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void stopWithGraceLetsChildrenEndByThemselves(Kind kind) throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    LoopService service =
        loop(
                kind,
                "loop",
                self -> {
                  self.taskGroup()
                      .launch(
                          () -> {
                            self.scope().await();
                            Selvage.checkpoint();
                            events.add("ended by itself");
                          });
                  self.taskGroup().launch(() -> sleepThenCleanUp(() -> events.add("cancelled")));
                  self.started();
                })
            .start()
            .awaitStarted();
    service.stop("x", Duration.ofMinutes(1));
    awaitCondition("a child has ended", () -> events.contains("ended by itself"));
    service.stop("x", Duration.ofMillis(1));
    service.awaitStopped();
    assertThat(events).containsExactly("ended by itself", "cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void stopFromInsideDoesNotDeadlock(Kind kind) throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    LoopService service =
        loop(
                kind,
                "loop",
                self -> {
                  self.taskGroup().launch(() -> sleepThenCleanUp(() -> events.add("child")));
                  self.started();
                  Selvage.checkpoint();
                  assertThat(self.stop("from inside")).isTrue();
                  events.add("body");
                })
            .start();
    service.awaitStopped();
    assertThat(events).containsExactlyInAnyOrder("body", "child");
    assertThat(service.isFailed()).isFalse();
  }

  @Test
  void stopFromACallDoesNotDeadlock() throws Exception {
    LoopService service = serving(Kind.VIRTUAL);
    service.runSoon(service::stop);
    service.awaitStopped();
    assertThat(service.isFailed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void stopBeforeStartNeverRunsTheBody(Kind kind) throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    LoopService service = loop(kind, "loop", self -> events.add("ran"));
    assertThat(service.stop("never mind")).isTrue();
    service.start();
    service.awaitStopped();
    assertThat(events).isEmpty();
    assertThat(service.isFailed()).isFalse();
    assertThatThrownBy(service::awaitStarted).isInstanceOf(ClosedResourceException.class);
  }

  @ParameterizedTest
  @EnumSource
  void stopRacingWithStartEndsCleanly(Kind kind) throws Exception {
    for (int i = 0; i < 100; i++) {
      LoopService service = loop(kind, "loop");
      Running<Boolean> stopper = kind.start(service::stop);
      service.start();
      stopper.get();
      assertThat(service.awaitStopped(PATIENCE)).isTrue();
      assertThat(service.isFailed()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledBodyAfterStopIsACleanEndAndAnInterruptedOneIsNot(Kind kind) throws Exception {
    LoopService service = loop(kind, "loop", Services::untilCancelled).start().awaitStarted();
    stopAndJoin(service);
    assertThat(service.failure()).isEmpty();
    LoopService interrupted =
        loop(
                kind,
                "loop",
                self -> {
                  self.started();
                  Thread.currentThread().interrupt();
                  new CloseSignal().await();
                })
            .onUncaught((name, thrown) -> {})
            .start();
    interrupted.awaitStopped();
    assertThat(interrupted.failure().orElseThrow())
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  // ---- failing

  @ParameterizedTest
  @EnumSource
  void aFailingChildFailsTheServiceWithAllFailures(Kind kind) throws Exception {
    IOException first = new IOException("first");
    IOException second = new IOException("second");
    LoopService service =
        loop(
                kind,
                "loop",
                self -> {
                  self.taskGroup()
                      .launch(
                          () -> {
                            try {
                              new CloseSignal().await();
                            } catch (InterruptedException e) {
                              throw second;
                            }
                          });
                  self.taskGroup().fork("bad", () -> failWith(first));
                  self.started();
                  self.scope().await();
                })
            .onUncaught((name, thrown) -> {})
            .start();
    service.awaitStopped();
    assertThat(service.failure().orElseThrow())
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> assertThat(e.failures()).containsExactly(first, second));
    assertThatThrownBy(service::awaitStarted)
        .isInstanceOf(ServiceFailedException.class)
        .cause()
        .hasCause(first);
    assertThatThrownBy(() -> service.submit(() -> 1))
        .isInstanceOf(BrokenResourceException.class)
        .hasMessageStartingWith("service 'loop' failed: ");
  }

  @ParameterizedTest
  @EnumSource
  void aBodyThatFailsBeforeItIsReadyReachesTheWaiter(Kind kind) throws Exception {
    IOException failure = new IOException("cannot connect");
    LoopService service = loop(kind, "db", self -> failWith(failure)).start();
    assertThatThrownBy(() -> service.awaitStarted(PATIENCE))
        .isInstanceOf(ServiceFailedException.class)
        .hasRootCause(failure);
  }

  @Test
  void failFromOutsideCancelsTheLoop() throws Exception {
    LoopService service = serving(Kind.VIRTUAL);
    IOException failure = new IOException("x");
    service.fail(failure);
    service.awaitStopped();
    assertThat(service.failure()).containsSame(failure);
  }

  @ParameterizedTest
  @EnumSource
  void resourcesAreOpenedOnTheLoopBeforeItIsReady(Kind kind) throws Exception {
    String[] connection = new String[1];
    LoopService service =
        loop(
                kind,
                "db",
                self -> {
                  connection[0] = "open on " + Thread.currentThread().getName();
                  self.started();
                  self.scope().await();
                })
            .start()
            .awaitStarted(PATIENCE);
    assertThat(service.callSync(() -> connection[0])).isEqualTo("open on db/main");
    stopAndJoin(service);
  }
}
