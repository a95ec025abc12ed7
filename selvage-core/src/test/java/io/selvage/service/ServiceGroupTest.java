package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.service.Services.loop;
import static io.selvage.service.Services.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class ServiceGroupTest {
  private final List<String> events = new CopyOnWriteArrayList<>();

  /** A service that says when it starts and when it ends. */
  private ThreadService telling(Kind kind, String name) {
    return service(
        kind,
        name,
        self -> {
          events.add("+" + name);
          self.started();
          try {
            self.scope().await();
          } finally {
            events.add("-" + name);
          }
        });
  }

  /** Does not end before {@code go}, also if it is cancelled. */
  private static void untilThat(CountDownLatch go) throws InterruptedException {
    CancelScope.shieldUnlimited().run(() -> go.await());
  }

  private ThreadService telling(String name) {
    return telling(Kind.VIRTUAL, name);
  }

  @Test
  void nullServicesAreLeftOutAndAddIsFluent() throws Exception {
    ThreadService a = telling("a");
    ThreadService b = telling("b");
    try (ServiceGroup group = ServiceGroup.of(a, null).add(null).add(b).start().awaitStarted()) {
      assertThat(a.isReady()).isTrue();
      assertThat(b.isReady()).isTrue();
      assertThat(group.toString()).startsWith("ServiceGroup[ThreadService[a, ready");
    }
    assertThat(ServiceGroup.of().start().stopJoin(Duration.ZERO)).isTrue();
  }

  @Test
  void aNameTwiceIsRefused() {
    ServiceGroup group = ServiceGroup.of(telling("a"));
    assertThatThrownBy(() -> group.add(telling("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("service 'a' is in the group already; names must differ");
  }

  @Test
  void addingStartingOrWaitingAtTheWrongTimeIsRefused() throws Exception {
    ServiceGroup group = ServiceGroup.of(telling("a"));
    assertThatThrownBy(() -> group.awaitStarted(PATIENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the group was not started; call start() first");
    group.start();
    assertThatThrownBy(group::start).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> group.add(telling("b"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> group.awaitStarted(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(group.stopJoin(PATIENCE)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void theyStartInOrderAndCloseEndsThemInReverseOrder(Kind kind) throws Exception {
    ThreadService db = telling(kind, "db");
    ThreadService reader =
        service(
            kind,
            "reader",
            self -> {
              db.awaitStarted();
              events.add("+reader");
              self.started();
              try {
                self.scope().await();
              } finally {
                assertThat(db.scope().isClosed()).isFalse();
                events.add("-reader");
              }
            });
    ServiceGroup group = ServiceGroup.of(db, reader);
    assertThat(group.start()).isSameAs(group);
    assertThat(group.awaitStarted(PATIENCE)).isSameAs(group);
    group.close();
    assertThat(events).containsExactly("+db", "+reader", "-reader", "-db");
    assertThat(reader.failure()).isEmpty();
    group.close();
  }

  @Test
  void aServiceThatCannotBeStartedEndsThoseThatWere() throws Exception {
    ThreadService a = telling("a");
    ThreadService running = telling("running");
    ThreadService c = telling("c");
    running.start();
    assertThatThrownBy(() -> ServiceGroup.of(a, running, c).start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("service 'running' was started before");
    assertThat(a.isStopped()).isTrue();
    assertThat(running.scope().isClosed()).isFalse();
    assertThat(c.isStarted()).isFalse();
    running.stop();
    running.awaitStopped();
  }

  @ParameterizedTest
  @EnumSource
  void theFirstFailureIsThrownAtOnceAndTheOthersAreEnded(Kind kind) throws Exception {
    ThreadService neverReady = service(kind, "slow", self -> self.scope().await());
    IOException failure = new IOException("no port");
    ThreadService failing = service(kind, "bad", self -> failWith(failure));
    ServiceGroup group = ServiceGroup.of(neverReady, failing).start();
    assertThatThrownBy(() -> group.awaitStarted(PATIENCE))
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageStartingWith("service 'bad' failed")
        .hasCause(failure);
    assertThat(neverReady.isStopped()).isTrue();
    assertThat(failing.isStopped()).isTrue();
  }

  @Test
  void withoutTimeLimitAFailureIsThrownToo() throws Exception {
    ThreadService a = telling("a");
    ThreadService silent = ThreadService.virtual("silent", self -> {});
    ServiceGroup group = ServiceGroup.of(a, silent).start();
    assertThatThrownBy(group::awaitStarted).isInstanceOf(ServiceFailedException.class);
    assertThat(a.isStopped()).isTrue();
  }

  @Test
  void aServiceThatIsStoppedMeanwhileEndsTheWait() throws Exception {
    ThreadService a = telling("a");
    ThreadService b = ThreadService.virtual("b", self -> self.scope().await());
    ServiceGroup group = ServiceGroup.of(a, b).start();
    b.stop("not today");
    assertThatThrownBy(() -> group.awaitStarted(PATIENCE))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("service 'b' was stopped before it was ready: not today");
    assertThat(a.isStopped()).isTrue();
  }

  @Test
  void oneDeadlineHoldsForAllAndTheLateServiceIsNamed() throws Exception {
    ThreadService a = telling("a");
    ThreadService late = ThreadService.virtual("late", self -> self.scope().await());
    ThreadService later = ThreadService.virtual("later", self -> self.scope().await());
    ServiceGroup group = ServiceGroup.of(a, late, later).start();
    a.awaitStarted();
    assertThatThrownBy(() -> group.awaitStarted(Duration.ofMillis(20)))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("service 'late' did not become ready within PT0.02S");
    assertThat(List.of(a, late, later)).allMatch(Service::isStopped);
    assertThat(a.isFailed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledWaitEndsAllFirst(Kind kind) throws Exception {
    ThreadService slow = service(kind, "slow", self -> self.scope().await());
    ServiceGroup group = ServiceGroup.of(telling(kind, "a"), slow).start();
    CancelScope around = CancelScope.create();
    Running<Boolean> waiter = kind.start(() -> around.run(() -> group.awaitStarted(PATIENCE)));
    awaitCondition("it is waited for", () -> slow.waiting() == 1);
    around.cancel();
    assertThat(waiter.get()).isFalse();
    assertThat(slow.isStopped()).isTrue();
    assertThat(events).containsExactly("+a", "-a");
  }

  @Test
  void stopAsksAllAndWaitsForNone() throws Exception {
    ThreadService a = telling("a");
    CountDownLatch go = new CountDownLatch(1);
    ThreadService stubborn =
        ThreadService.virtual(
            "stubborn",
            self -> {
              self.started();
              untilThat(go);
            });
    ServiceGroup group = ServiceGroup.of(a, stubborn).start().awaitStarted();
    assertThat(group.stop("enough")).isSameAs(group);
    assertThat(group.stop()).isSameAs(group);
    assertThat(a.scope().reason()).contains("enough");
    a.awaitStopped();
    assertThat(stubborn.isStopped()).isFalse();
    try (LogCapture log = new LogCapture()) {
      assertThat(group.joinOrLog(Duration.ofMillis(2))).isFalse();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .startsWith("SEVERE: thread did not stop: stubborn (ThreadService on a virtual thread); ")
          .endsWith(" ms ago: enough");
    }
    go.countDown();
    assertThat(group.joinOrLog(PATIENCE)).isTrue();
  }

  @Test
  void joinOrLogJoinsAllEvenIfOneDoesNotStop() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService.Body body =
        self -> {
          self.started();
          untilThat(go);
        };
    ThreadService one = ThreadService.virtual("one", body);
    ThreadService two = ThreadService.virtual("two", body);
    ThreadService good = telling("good");
    ServiceGroup group = ServiceGroup.of(one, two, good).start().awaitStarted();
    group.stop();
    good.awaitStopped();
    try (LogCapture log = new LogCapture()) {
      assertThat(group.joinOrLog(Duration.ofMillis(2))).isFalse();
      assertThat(log.messages())
          .satisfiesExactly(
              first -> assertThat(first).startsWith("SEVERE: thread did not stop: two "),
              second -> assertThat(second).startsWith("SEVERE: thread did not stop: one "));
    }
    go.countDown();
    assertThat(group.joinOrLog(PATIENCE)).isTrue();
  }

  @Test
  void stopJoinStopsAllAlsoThoseBehindOneThatDoesNot() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService good = telling("good");
    ThreadService stubborn =
        ThreadService.virtual(
            "stubborn",
            self -> {
              self.started();
              untilThat(go);
            });
    ServiceGroup group = ServiceGroup.of(good, stubborn).start().awaitStarted();
    try (LogCapture log = new LogCapture()) {
      assertThat(group.stopJoin(Duration.ofMillis(2))).isFalse();
      assertThat(log.messages())
          .anyMatch(each -> each.startsWith("SEVERE: thread did not stop: stubborn "));
    }
    assertThat(good.scope().isClosed()).isTrue();
    good.awaitStopped();
    go.countDown();
    assertThat(group.stopJoin(PATIENCE)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void stopJoinIsTrueWhenAllHaveEnded(Kind kind) throws Exception {
    ThreadService a = telling(kind, "a");
    LoopService loop = loop(kind, "loop");
    ServiceGroup group = ServiceGroup.of(a, loop).start().awaitStarted(PATIENCE);
    assertThat(group.stopJoin(PATIENCE)).isTrue();
    assertThat(a.isStopped() && loop.isStopped()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void closeIsNotCutShortByACancellationOrAnInterrupt(Kind kind) throws Exception {
    ThreadService a = telling(kind, "a");
    ServiceGroup group = ServiceGroup.of(a).start().awaitStarted();
    Running<Boolean> closer =
        kind.start(
            () -> {
              CancelScope around = CancelScope.create();
              around.cancel();
              around.run(group::close);
              Thread.currentThread().interrupt();
              group.close();
              return Thread.interrupted();
            });
    assertThat(closer.get()).isTrue();
    assertThat(a.isStopped()).isTrue();
    assertThat(events).containsExactly("+a", "-a");
  }

  /** The most obvious loop: it does not look at its scope. */
  @ParameterizedTest
  @EnumSource
  void closeEndsAServiceThatOnlySleepsAtOnceAndSaysNothing(Kind kind) throws Exception {
    ThreadService sleeper = service(kind, "sleeper", ServiceGroupTest::sleepForEver);
    LoopService loop = loop(kind, "loop", ServiceGroupTest::sleepForEver);
    try (LogCapture log = new LogCapture()) {
      ServiceGroup group = ServiceGroup.of(sleeper, loop).start().awaitStarted(PATIENCE);
      group.close();
      assertThat(log.messages()).isEmpty(); // as it would be if they had not ended
    }
    assertThat(List.of(sleeper, loop)).allMatch(Service::isStopped).noneMatch(Service::isFailed);
  }

  private static void sleepForEver(Service self) throws InterruptedException {
    self.started();
    while (true) {
      Selvage.sleep(Duration.ofDays(1));
    }
  }

  @Test
  void aGraceThatWasAskedForIsCooperative() throws Exception {
    List<Boolean> cancelled = new CopyOnWriteArrayList<>();
    ThreadService tidy =
        ThreadService.virtual(
            "tidy",
            self -> {
              self.started();
              self.scope().await();
              Selvage.checkpoint(); // would throw if it were cancelled
              cancelled.add(Selvage.isCancelled());
            });
    try (ServiceGroup group = ServiceGroup.of(tidy).graceOnClose(Duration.ofMinutes(1))) {
      group.start().awaitStarted(PATIENCE);
    }
    assertThat(cancelled).containsExactly(false);
    assertThatThrownBy(() -> ServiceGroup.of().graceOnClose(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aServiceThatUsesUpItsGraceIsCancelledAndTheCallersLoggerIsTold() throws Exception {
    RecordingLogger logger = new RecordingLogger();
    ThreadService sleeper = ThreadService.virtual("sleeper", ServiceGroupTest::sleepForEver);
    try (ServiceGroup group =
        ServiceGroup.of(sleeper).graceOnClose(Duration.ofMillis(3)).logTo(logger)) {
      group.start().awaitStarted(PATIENCE);
    }
    assertThat(sleeper.isStopped()).isTrue();
    assertThat(logger.lines())
        .singleElement()
        .asString()
        .startsWith(
            "WARNING service did not end within its grace of PT0.003S, so it is cancelled: sleeper"
                + " (ThreadService on a virtual thread); asked to stop ")
        .endsWith(" ms ago: service group closed");
  }

  @Test
  void closingFromInsideOfAServiceIsRefusedAndStopsAll() throws Exception {
    ServiceGroup group = ServiceGroup.of(telling("a"));
    List<Throwable> refused = new CopyOnWriteArrayList<>();
    ThreadService closer =
        ThreadService.virtual(
            "closer",
            self -> {
              self.started();
              refused.add(catchThrowable(group::close));
            });
    group.add(closer).start();
    closer.awaitStopped();
    assertThat(refused).hasOnlyElementsOfType(IllegalStateException.class).hasSize(1);
    assertThat(group.joinOrLog(PATIENCE)).isTrue();
    assertThat(events).containsExactly("+a", "-a");
  }
}
