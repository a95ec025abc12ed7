package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.service.Services.service;
import static io.selvage.service.Services.untilStopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class ThreadServiceTest {
  // ---- making and starting

  @ParameterizedTest
  @EnumSource
  void theBodyRunsOnADaemonThreadOfItsName(Kind kind) throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    ThreadService service =
        service(
            kind,
            "reader",
            self -> {
              thread.set(Thread.currentThread());
              self.started();
            });
    assertThat(service.name()).isEqualTo("reader");
    assertThat(service.isStarted()).isFalse();
    assertThat(service).hasToString("ThreadService[reader, not started, CloseSignal[open]]");
    service.start().awaitStarted();
    service.awaitStopped();
    assertThat(thread.get().getName()).isEqualTo("reader");
    assertThat(thread.get().isDaemon()).isTrue();
    assertThat(thread.get().isVirtual()).isEqualTo(kind == Kind.VIRTUAL);
    assertThat(service).hasToString("ThreadService[reader, ended, CloseSignal[closed: ended]]");
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> ThreadService.virtual("", self -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name must not be empty");
    assertThatThrownBy(() -> ThreadService.virtual(null, self -> {}))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> ThreadService.platform("x", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("body");
    ThreadService service = ThreadService.virtual("x", self -> {});
    assertThatThrownBy(() -> service.stop(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> service.stop("r", Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("grace must be >= 0, was PT-1S");
    assertThatThrownBy(() -> service.joinOrLog(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> service.awaitStarted(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(service.scope().isClosed()).isFalse();
  }

  @Test
  void startingTwiceIsRefused() throws Exception {
    ThreadService service = ThreadService.virtual("twice", Service::started).start();
    assertThatThrownBy(service::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("service 'twice' was started before");
    service.awaitStopped();
  }

  // ---- becoming ready

  @ParameterizedTest
  @EnumSource
  void awaitStartedReturnsWhenTheBodySaysSo(Kind kind) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ThreadService service =
        service(
                kind,
                "slow",
                self -> {
                  go.await();
                  untilStopped(self);
                })
            .start();
    Running<ThreadService> waiter = kind.start(() -> service.awaitStarted(PATIENCE));
    awaitCondition("it is waited for", () -> service.waiting() == 1);
    assertThat(service.isReady()).isFalse();
    go.countDown();
    assertThat(waiter.get()).isSameAs(service);
    assertThat(service.isReady()).isTrue();
    service.stop();
    assertThat(service.joinOrLog(PATIENCE)).isTrue();
    assertThat(service.awaitStarted()).isSameAs(service);
  }

  @Test
  void startedMayBeCalledAgain() throws Exception {
    ThreadService service =
        ThreadService.virtual(
                "again",
                self -> {
                  self.started();
                  self.started();
                })
            .start();
    service.awaitStopped();
    assertThat(service.isFailed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aFailureBeforeItIsReadyReachesTheWaiter(Kind kind) throws Exception {
    IOException failure = new IOException("no connection");
    ThreadService service = service(kind, "db", self -> failWith(failure)).start();
    assertThatThrownBy(() -> service.awaitStarted(PATIENCE))
        .isInstanceOf(ServiceFailedException.class)
        .hasMessage("service 'db' failed: java.io.IOException: no connection")
        .hasCause(failure)
        .satisfies(e -> assertThat(((ServiceFailedException) e).serviceName()).isEqualTo("db"))
        .satisfies(
            e -> assertThat(e.getStackTrace()[0].getClassName()).startsWith("io.selvage.service"));
    assertThatThrownBy(service::awaitStarted).isInstanceOf(ServiceFailedException.class);
    service.awaitStopped();
    assertThat(service.failure()).containsSame(failure);
    assertThat(service.isReady()).isFalse();
  }

  @Test
  void awaitStartedTimesOutAndTheServiceGoesOn() throws Exception {
    ThreadService service = ThreadService.virtual("slow", self -> self.scope().await()).start();
    assertThatThrownBy(() -> service.awaitStarted(Duration.ofMillis(2)))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("service 'slow' did not become ready within PT0.002S");
    assertThat(service.isStopped()).isFalse();
    service.stop();
    service.awaitStopped();
  }

  @ParameterizedTest
  @EnumSource
  void endingWithoutStartedIsAFailure(Kind kind) throws Exception {
    ThreadService service = service(kind, "silent", self -> {}).start();
    assertThatThrownBy(service::awaitStarted)
        .isInstanceOf(ServiceFailedException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("service 'silent' ended before it called started()");
    assertThat(service.isFailed()).isTrue();
  }

  @Test
  void aFailureAfterItWasReadyIsThrownFromThenOn() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    IOException failure = new IOException("later");
    ThreadService service =
        ThreadService.virtual(
                "late",
                self -> {
                  self.started();
                  go.await();
                  throw failure;
                })
            .onUncaught((name, thrown) -> {})
            .start();
    service.awaitStarted(PATIENCE);
    go.countDown();
    service.awaitStopped();
    assertThatThrownBy(service::awaitStarted)
        .isInstanceOf(ServiceFailedException.class)
        .hasCause(failure);
  }

  @Test
  void theServiceCannotWaitForItself() throws Exception {
    List<Throwable> refused = new CopyOnWriteArrayList<>();
    ThreadService service =
        ThreadService.virtual(
                "self",
                self -> {
                  refused.add(catchThrowable(() -> self.awaitStarted()));
                  refused.add(catchThrowable(() -> self.awaitStarted(PATIENCE)));
                  self.started();
                  self.awaitStarted();
                  refused.add(catchThrowable(() -> self.awaitStopped()));
                  refused.add(catchThrowable(() -> self.joinOrLog(PATIENCE)));
                })
            .start();
    service.awaitStopped();
    assertThat(service.isFailed()).isFalse();
    assertThat(refused).hasSize(4).hasOnlyElementsOfType(IllegalStateException.class);
  }

  // ---- failing

  @ParameterizedTest
  @EnumSource
  void anyThrowableIsKeptAndFailsTheScope(Kind kind) throws Exception {
    for (Throwable thrown :
        List.of(
            new IOException("a"), new IllegalStateException("b"), new StackOverflowError("c"))) {
      ThreadService service =
          service(
                  kind,
                  "fails",
                  self -> {
                    throw sneaky(thrown);
                  })
              .start();
      service.awaitStopped();
      assertThat(service.failure()).containsSame(thrown);
      assertThat(service.isFailed()).isTrue();
      assertThat(service.scope().cause()).containsSame(thrown);
      assertThat(service.scope().reason()).contains(thrown.getMessage());
    }
  }

  private static Exception sneaky(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (Exception) thrown;
  }

  @Test
  void theUncaughtHandlerGetsTheFailureBeforeTheServiceHasEnded() throws Exception {
    List<String> caught = new CopyOnWriteArrayList<>();
    ThreadService service = ThreadService.virtual("fails", self -> failWith(new IOException("x")));
    service.onUncaught(
        (name, thrown) -> caught.add(name + " " + thrown.getMessage() + service.isStopped()));
    service.start();
    assertThatThrownBy(() -> service.onUncaught((name, thrown) -> {}))
        .isInstanceOf(IllegalStateException.class);
    service.awaitStopped();
    assertThat(caught).containsExactly("fails xfalse");
  }

  @Test
  void withoutHandlerAFailureAfterItWasReadyIsLogged() throws Exception {
    try (LogCapture log = new LogCapture()) {
      ThreadService.virtual("unready", self -> failWith(new IOException("thrown by awaitStarted")))
          .start()
          .awaitStopped();
      assertThat(log.messages()).isEmpty();
      ThreadService.virtual(
              "ready",
              self -> {
                self.started();
                throw new IOException("no thread waits for this");
              })
          .start()
          .awaitStopped();
      assertThat(log.messages()).containsExactly("SEVERE: failure of service ready");
    }
  }

  @Test
  void aHandlerThatFailsIsLoggedAndTheServiceEnds() throws Exception {
    try (LogCapture log = new LogCapture()) {
      ThreadService service =
          ThreadService.virtual("ready", self -> failWith(new IOException("x")))
              .onUncaught((name, thrown) -> failWith(new IllegalArgumentException("y")))
              .start();
      service.awaitStopped();
      assertThat(log.messages())
          .containsExactly("SEVERE: failure of service ready, and of its handler");
    }
  }

  @ParameterizedTest
  @EnumSource
  void failFromOutsideMarksItFailedAndWakesWaiters(Kind kind) throws Exception {
    ThreadService service = service(kind, "x", self -> self.scope().await()).start();
    Running<ThreadService> waiter = kind.start(() -> service.awaitStarted(PATIENCE));
    awaitCondition("it is waited for", () -> service.waiting() == 1);
    IOException failure = new IOException("found out elsewhere");
    assertThat(service.fail(failure)).isTrue();
    assertThatThrownBy(waiter::get).isInstanceOf(ServiceFailedException.class).hasCause(failure);
    IOException second = new IOException("second");
    assertThat(service.fail(second)).isFalse();
    assertThat(service.fail(failure)).isFalse();
    service.awaitStopped();
    assertThat(service.failure()).containsSame(failure);
    assertThat(failure.getSuppressed()).containsExactly(second);
  }

  @Test
  void failKeepsAnEarlierCloseReason() {
    ThreadService service = ThreadService.virtual("x", self -> {});
    service.stop("going home");
    service.fail(new IOException("too late"));
    assertThat(service.scope().reason()).contains("going home");
    assertThat(service.scope().isFailed()).isFalse();
    assertThat(service.isFailed()).isTrue();
  }
}
