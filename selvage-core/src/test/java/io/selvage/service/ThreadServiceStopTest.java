package io.selvage.service;

import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.service.Services.service;
import static io.selvage.service.Services.untilOpen;
import static io.selvage.service.Services.untilStopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a service on a thread is stopped, and how others wait for its end. */
@ExtendWith(LeakCheck.class)
final class ThreadServiceStopTest {
  // ---- stopping

  @ParameterizedTest
  @EnumSource
  void stopClosesTheScopeOnceAndWakesTheBody(Kind kind) throws Exception {
    ThreadService service = service(kind, "x", Services::untilStopped).start();
    service.awaitStarted(PATIENCE);
    assertThat(service.stop("enough")).isTrue();
    assertThat(service.stop("again")).isFalse();
    assertThat(service.stop()).isFalse();
    service.awaitStopped();
    assertThat(service.scope().reason()).contains("enough");
    assertThat(service.isFailed()).isFalse();
    assertThat(service.isStopped()).isTrue();
  }

  @Test
  void aStopWithGraceIsCooperativeAndCancelsNothing() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService service =
        ThreadService.virtual(
                "x",
                self -> {
                  self.started();
                  go.await();
                  Selvage.checkpoint();
                  assertThat(self.scope().isClosed()).isTrue();
                })
            .start();
    service.awaitStarted();
    service.stop("enough", Duration.ofMinutes(1));
    assertThat(service.awaitStopped(Duration.ofMillis(2))).isFalse();
    go.countDown();
    service.awaitStopped();
    assertThat(service.failure()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aStopCancelsALoopThatOnlySleepsAndInterruptsForeignCalls(Kind kind) throws Exception {
    ThreadService sleeper =
        service(
                kind,
                "sleeper",
                self -> {
                  self.started();
                  while (true) {
                    Selvage.sleep(Duration.ofDays(1));
                  }
                })
            .start();
    ThreadService foreign = service(kind, "foreign", untilOpen(new CountDownLatch(1))).start();
    for (ThreadService each : List.of(sleeper, foreign)) {
      each.awaitStarted(PATIENCE).stop("enough");
      each.awaitStopped();
      assertThat(each.failure()).isEmpty();
      assertThat(each.scope().reason()).contains("enough");
    }
  }

  @Test
  void aStopCutsAGracePeriodShort() throws Exception {
    ThreadService deaf = ThreadService.virtual("deaf", Services::untilCancelled).start();
    deaf.awaitStarted(PATIENCE).stop("when it suits you", Duration.ofDays(1));
    assertThat(deaf.stop("now")).isFalse();
    deaf.awaitStopped();
    assertThat(deaf.scope().reason()).contains("when it suits you");
  }

  @ParameterizedTest
  @EnumSource
  void aFailureThatIsToldFromOutsideCancelsTheBody(Kind kind) throws Exception {
    ThreadService deaf =
        service(kind, "deaf", Services::untilCancelled).onUncaught((name, thrown) -> {}).start();
    IllegalStateException failure = new IllegalStateException("no more");
    deaf.awaitStarted(PATIENCE).fail(failure);
    deaf.awaitStopped();
    assertThat(deaf.failure()).containsSame(failure);
  }

  @ParameterizedTest
  @EnumSource
  void stopBeforeStartIsSeenByTheBody(Kind kind) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    ThreadService service =
        service(kind, "x", self -> seen.add(self.scope().reason().orElse("nothing")));
    assertThat(service.stop("never mind")).isTrue();
    assertThatThrownBy(service::awaitStarted)
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("service 'x' was stopped before it was ready: never mind");
    service.start().awaitStopped();
    assertThat(seen).containsExactly("never mind");
    assertThat(service.isFailed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void stopBeforeItIsReadyWakesTheWaiterForThat(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService service =
        service(
                kind,
                "x",
                self -> {
                  go.await();
                  self.started();
                })
            .start();
    Running<ThreadService> waiter = kind.start(service::awaitStarted);
    awaitCondition("it is waited for", () -> service.waiting() == 1);
    service.stop("changed my mind");
    assertThatThrownBy(waiter::get).isInstanceOf(ClosedResourceException.class);
    go.countDown();
    service.awaitStopped();
    assertThat(service.isReady()).isFalse();
    assertThat(service.isFailed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void afterTheGracePeriodTheBodyIsCancelled(Kind kind) throws Exception {
    ThreadService service = service(kind, "deaf", Services::untilCancelled).start();
    service.awaitStarted(PATIENCE);
    assertThat(service.stop("enough", Duration.ofMillis(3))).isTrue();
    service.awaitStopped();
    assertThat(service.isFailed()).isFalse();
    assertThat(service.scope().reason()).contains("enough");
  }

  @ParameterizedTest
  @EnumSource
  void withoutGraceForeignCallsAreInterrupted(Kind kind) throws Exception {
    ThreadService service = service(kind, "deaf", untilOpen(new CountDownLatch(1))).start();
    service.awaitStarted(PATIENCE);
    service.stop("now", Duration.ZERO);
    service.awaitStopped();
    assertThat(service.isFailed()).isFalse();
  }

  @Test
  void theGracePeriodCanBeReadAndShortened() throws Exception {
    AtomicReference<Duration> left = new AtomicReference<>();
    ThreadService service =
        ThreadService.virtual(
                "x",
                self -> {
                  untilStopped(self);
                  awaitCondition(
                      "the grace period has begun",
                      () -> CancelScope.effectiveDeadline().remaining().toDays() < 1);
                  left.set(CancelScope.effectiveDeadline().remaining());
                  new CloseSignal().await();
                })
            .start();
    service.awaitStarted();
    service.stop("first", Duration.ofMinutes(3));
    awaitCondition("the body has read it", () -> left.get() != null);
    assertThat(left.get()).isBetween(Duration.ofMinutes(1), Duration.ofMinutes(3));
    assertThat(service.stop("longer does not count", Duration.ofMinutes(9))).isFalse();
    assertThat(service.stop("shorter does", Duration.ofMillis(1))).isFalse();
    service.awaitStopped();
  }

  @Test
  void aServiceThatEndsInItsGracePeriodIsNotCancelled() throws Exception {
    ThreadService service = ThreadService.virtual("x", Services::untilStopped).start();
    service.awaitStarted();
    service.stop("x", Duration.ofMinutes(1));
    service.awaitStopped();
    assertThat(service.failure()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideIsAFailureUnlessItWasStopped(Kind kind) throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    ThreadService.Body body =
        self -> {
          thread.set(Thread.currentThread());
          self.started();
          new CloseSignal().await();
        };
    ThreadService interrupted = service(kind, "a", body).onUncaught((name, thrown) -> {}).start();
    interrupted.awaitStarted();
    thread.get().interrupt();
    interrupted.awaitStopped();
    assertThat(interrupted.failure()).containsInstanceOf(InterruptedException.class);
    ThreadService stopped = service(kind, "b", body).start();
    stopped.awaitStarted();
    stopped.stop();
    thread.get().interrupt();
    stopped.awaitStopped();
    assertThat(stopped.failure()).isEmpty();
  }

  // ---- the end

  @ParameterizedTest
  @EnumSource
  void awaitStoppedWaitsForTheEndHoweverItComes(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService service = service(kind, "x", untilOpen(go)).start();
    assertThat(service.awaitStopped(Duration.ZERO)).isFalse();
    Running<Boolean> waiter = kind.start(() -> service.awaitStopped(PATIENCE));
    go.countDown();
    assertThat(waiter.get()).isTrue();
    assertThat(service.scope().reason()).contains("ended");
    assertThat(service.stop()).isFalse();
  }

  @Test
  void joinOrLogIsTrueIfNeverStartedOrEnded() throws Exception {
    ThreadService never = ThreadService.virtual("never", self -> {});
    assertThat(never.joinOrLog(Duration.ZERO)).isTrue();
    ThreadService service = ThreadService.virtual("x", Service::started).start();
    assertThat(service.joinOrLog(PATIENCE)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void joinOrLogLogsAServiceThatDidNotStop(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService service = service(kind, "stubborn", untilOpen(go)).start().awaitStarted(PATIENCE);
    try (LogCapture log = new LogCapture()) {
      assertThat(service.joinOrLog(Duration.ofMillis(2))).isFalse();
      LogCapture.Logged told = log.records().getFirst();
      assertThat(log.records()).hasSize(1);
      assertThat(told.logger()).isEqualTo("io.selvage.service.ThreadService");
      assertThat(told.source()).startsWith("io.selvage.service.Service");
      assertThat(told.level()).isEqualTo("SEVERE");
      assertThat(told.message())
          .isEqualTo(
              "thread did not stop: stubborn (ThreadService on a "
                  + (kind == Kind.VIRTUAL ? "virtual" : "platform")
                  + " thread); waited for PT0.002S; not asked to stop");
      assertThat(told.thrown()).hasMessage("where service 'stubborn' is");
      assertThat(told.thrown().getStackTrace())
          .anyMatch(frame -> frame.getClassName().equals(Services.class.getName())); // its body
    }
    go.countDown();
    assertThat(service.joinOrLog(PATIENCE)).isTrue();
  }

  @Test
  void theCallersLoggerIsToldWhereEachTaskIs() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CloseSignal never = new CloseSignal();
    LoopService service =
        LoopService.virtual(
                "counter",
                self -> {
                  self.taskGroup().launch("waiting", () -> never.await());
                  self.started();
                  CancelScope.shieldUnlimited().run(() -> Selvage.runBlocking(() -> go.await()));
                })
            .start();
    service.awaitStarted(PATIENCE);
    RecordingLogger logger = new RecordingLogger();
    assertThat(service.joinOrLog(Duration.ofMillis(2), logger)).isFalse();
    assertThat(logger.lines())
        .containsExactly(
            "ERROR thread did not stop: counter (LoopService on a virtual thread);"
                + " waited for PT0.002S; not asked to stop");
    String waiting = "where its task 'counter/waiting' is, in CloseSignal.await";
    while (!tasksOf(logger.thrown().getLast()).contains(waiting)) { // until it has got so far
      assertThat(service.joinOrLog(Duration.ofMillis(1), logger)).isFalse();
    }
    assertThat(tasksOf(logger.thrown().getLast()))
        .anyMatch(each -> each.startsWith("where its task 'counter/main' is"));
    service.stop();
    go.countDown();
    service.awaitStopped();
  }

  private static List<String> tasksOf(Throwable where) {
    return Arrays.stream(where.getSuppressed()).map(Throwable::getMessage).toList();
  }

  @Test
  void theLoggerOfAServiceIsSetBeforeItIsStarted() throws Exception {
    RecordingLogger logger = new RecordingLogger();
    ThreadService service =
        ThreadService.virtual(
                "x",
                self -> {
                  self.started();
                  throw new IllegalStateException("y");
                })
            .logTo(logger)
            .start();
    service.awaitStopped();
    assertThat(logger.lines()).containsExactly("ERROR failure of service x");
    assertThatThrownBy(() -> service.logTo(logger)).isInstanceOf(IllegalStateException.class);
  }
}
