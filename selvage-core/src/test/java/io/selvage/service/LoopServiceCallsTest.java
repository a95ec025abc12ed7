package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.service.Services.loop;
import static io.selvage.service.Services.serving;
import static io.selvage.service.Services.stopAndJoin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Work that other threads hand in to the loop of a service. */
@ExtendWith(LeakCheck.class)
final class LoopServiceCallsTest {
  // ---- runSoon

  @ParameterizedTest
  @EnumSource
  void runSoonRunsOnTheLoop(Kind kind) throws Exception {
    LoopService service = serving(kind);
    Channel<String> ran = Channel.unbounded();
    service.runSoon(() -> ran.send(Thread.currentThread().getName()));
    assertThat(ran.receive()).startsWith("loop/call-");
    stopAndJoin(service);
    assertThatThrownBy(() -> service.runSoon(() -> {}))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("service 'loop' takes no calls: stop");
  }

  @ParameterizedTest
  @EnumSource
  void whatRunSoonThrowsGoesToTheHandlerAndTheServiceGoesOn(Kind kind) throws Exception {
    Channel<String> caught = Channel.unbounded();
    LoopService service =
        loop(kind, "loop")
            .onUncaught((name, thrown) -> caught.trySend(name + ": " + thrown.getMessage()))
            .start()
            .awaitStarted();
    service.runSoon(() -> failWith(new IOException("lost?")));
    assertThat(caught.receive()).isEqualTo("loop/runSoon: lost?");
    assertThat(service.callSync(() -> "alive")).isEqualTo("alive");
    stopAndJoin(service);
    assertThat(service.failure()).isEmpty();
    assertThat(caught.drain()).isEmpty();
  }

  @Test
  void aCallSoonThatIsCancelledByStopIsNotReported() throws Exception {
    Channel<String> caught = Channel.unbounded();
    LoopService service =
        LoopService.virtual("loop")
            .onUncaught((name, thrown) -> caught.trySend(name))
            .start()
            .awaitStarted();
    CloseSignal begun = new CloseSignal();
    service.runSoon(
        () -> {
          begun.close();
          new CloseSignal().await();
        });
    begun.await();
    stopAndJoin(service);
    assertThat(caught.drain()).isEmpty();
  }

  @Test
  void callsBeforeStartAreRefused() {
    LoopService service = LoopService.virtual("x");
    assertThatThrownBy(() -> service.runSoon(() -> {})).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> service.submit(() -> 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> service.callSync(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("service 'x' was not started; call start() first");
    assertThatThrownBy(() -> service.callSync(() -> 1, Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> service.callSync(null)).isInstanceOf(NullPointerException.class);
    service.stop("off");
    assertThatThrownBy(() -> service.callSync(() -> 1))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("service 'x' takes no calls: off");
  }

  /** Keeps the turn of the loop until the latch is open: a foreign wait does not hand it on. */
  private static void hold(LoopService service, CountDownLatch latch) throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    service.runSoon(
        () -> {
          held.countDown();
          Threads.await(latch);
        });
    held.await();
  }

  // ---- callSync

  @ParameterizedTest
  @EnumSource
  void callSyncReturnsTheResultOrRethrowsTheError(Kind kind) throws Exception {
    LoopService service = serving(kind);
    int argument = 41;
    assertThat(service.callSync(() -> argument + 1)).isEqualTo(42);
    assertThat(service.callSync(() -> argument + 1, PATIENCE)).isEqualTo(42);
    assertThat(service.<String, RuntimeException>callSync(() -> null)).isNull();
    IOException failure = new IOException("handler");
    assertThatThrownBy(() -> service.callSync(() -> failWith(failure))).isSameAs(failure);
    assertThat(failure.getSuppressed()[0])
        .hasMessageStartingWith("called on service 'loop' by Thread[")
        .satisfies(
            e ->
                assertThat(e.getStackTrace())
                    .anyMatch(f -> f.getClassName().equals(getClass().getName())));
    assertThatThrownBy(
            () ->
                service.callSync(
                    () -> failWith(new IllegalArgumentException("unknown op")), PATIENCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown op");
    stopAndJoin(service);
    assertThat(service.failure()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void callSyncOnTheLoopRunsInline(Kind kind) throws Exception {
    LoopService service = serving(kind);
    boolean inline =
        service.callSync(
            () -> {
              Thread outer = Thread.currentThread();
              return service.callSync(() -> Thread.currentThread() == outer)
                  && service.callSync(() -> Thread.currentThread() == outer, PATIENCE);
            },
            PATIENCE);
    assertThat(inline).isTrue();
    stopAndJoin(service);
  }

  @Test
  void callSyncFromAParallelGroupInsideOfTheLoopStaysSerial() throws Exception {
    LoopService service = serving(Kind.VIRTUAL);
    String name =
        service.callSync(
            () ->
                TaskGroup.options()
                    .withoutLimit()
                    .call(
                        group ->
                            group
                                .fork(
                                    () -> service.callSync(() -> Thread.currentThread().getName()))
                                .join()));
    assertThat(name).startsWith("loop/call-");
    stopAndJoin(service);
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatTimesOutBeforeItBeganNeverRuns(Kind kind) throws Exception {
    LoopService service = serving(kind);
    CountDownLatch go = new CountDownLatch(1);
    hold(service, go);
    AtomicBoolean ran = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                service.callSync(
                    () -> {
                      ran.set(true);
                      return 1;
                    },
                    Duration.ofMillis(3)))
        .isInstanceOf(TimeoutException.class)
        .hasMessageEndingWith("was not done within PT0.003S; it had not begun and never will");
    go.countDown();
    assertThat(service.callSync(() -> "next")).isEqualTo("next");
    assertThat(ran).isFalse();
    stopAndJoin(service);
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatTimesOutWhileItRunsGoesOn(Kind kind) throws Exception {
    Channel<String> caught = Channel.unbounded();
    LoopService service =
        loop(kind, "loop")
            .onUncaught((name, thrown) -> caught.trySend(name + ": " + thrown.getMessage()))
            .start()
            .awaitStarted();
    CloseSignal go = new CloseSignal();
    String message = "";
    while (!message.endsWith("; it has begun and goes on")) { // it may not have begun in time
      message =
          catchThrowableOfType(
                  TimeoutException.class,
                  () ->
                      service.callSync(
                          () -> {
                            go.await();
                            throw new IOException("after the caller left");
                          },
                          Duration.ofMillis(5)))
              .getMessage();
    }
    go.close();
    assertThat(caught.receive()).isEqualTo("loop/callSync: after the caller left");
    stopAndJoin(service);
    assertThat(caught.drain()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledCallerLeavesAndItsCallNeverBegins(Kind kind) throws Exception {
    LoopService service = serving(kind);
    CountDownLatch go = new CountDownLatch(1);
    hold(service, go);
    AtomicBoolean ran = new AtomicBoolean();
    CancelScope around = CancelScope.create();
    Running<Boolean> caller =
        kind.start(() -> around.run(() -> service.callSync(() -> ran.getAndSet(true))));
    awaitCondition("the call is queued", () -> service.taskGroup().running() == 3);
    around.cancel();
    assertThat(caller.get()).isFalse();
    go.countDown();
    service.callSync(() -> null);
    assertThat(ran).isFalse();
    stopAndJoin(service);
  }

  @ParameterizedTest
  @EnumSource
  void callsThatArePendingAtStopFailInsteadOfHanging(Kind kind) throws Exception {
    LoopService service = serving(kind);
    CountDownLatch go = new CountDownLatch(1);
    hold(service, go);
    Running<Integer> queued = kind.start(() -> service.callSync(() -> 1));
    Running<Integer> timed = kind.start(() -> service.callSync(() -> 1, PATIENCE));
    Task<Integer> submitted = service.submit(() -> 1);
    awaitCondition("the calls are queued", () -> service.taskGroup().running() == 5);
    service.stop("closing time");
    go.countDown();
    assertThatThrownBy(queued::get)
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("service 'loop' takes no calls: closing time");
    assertThatThrownBy(timed::get).isInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(submitted::join).isInstanceOf(TaskCancelledException.class);
    service.awaitStopped();
  }

  @ParameterizedTest
  @EnumSource
  void noCallHangsHoweverItRacesWithStop(Kind kind) throws Exception {
    for (int i = 0; i < 50; i++) {
      LoopService service = serving(kind);
      Running<Boolean> caller =
          kind.start(
              () -> {
                int done = 0;
                try {
                  while (true) {
                    done += service.callSync(() -> 1);
                  }
                } catch (ClosedResourceException e) {
                  return done >= 0;
                }
              });
      service.stop();
      assertThat(caller.get()).isTrue();
      assertThat(service.awaitStopped(PATIENCE)).isTrue();
      assertThat(service.isFailed()).isFalse();
    }
  }

  // ---- submit

  @ParameterizedTest
  @EnumSource
  void submitReturnsATaskWhoseFailureBelongsToTheJoiner(Kind kind) throws Exception {
    LoopService service = serving(kind);
    assertThat(service.submit(() -> 41 + 1).join()).isEqualTo(42);
    IOException failure = new IOException("x");
    Task<Object> failing = service.submit(() -> failWith(failure));
    assertThatThrownBy(failing::join).isInstanceOf(TaskFailedException.class).hasCause(failure);
    assertThat(service.callSync(() -> "alive")).isEqualTo("alive");
    stopAndJoin(service);
    assertThat(service.failure()).isEmpty();
    assertThatThrownBy(() -> service.submit(() -> 1)).isInstanceOf(ClosedResourceException.class);
  }

  @ParameterizedTest
  @EnumSource
  void submittedWorkIsCancelledAndJoinedByStop(Kind kind) throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    LoopService service = serving(kind);
    CloseSignal begun = new CloseSignal();
    Task<Integer> task =
        service.submit(
            () -> {
              try {
                begun.close();
                new CloseSignal().await();
                return 1;
              } finally {
                events.add("cleaned up");
              }
            });
    begun.await();
    service.stop("over");
    service.awaitStopped();
    assertThat(events).containsExactly("cleaned up");
    assertThatThrownBy(task::join)
        .isInstanceOf(TaskCancelledException.class)
        .hasMessageContaining("over");
  }

  @Test
  void theServiceCannotWaitForItselfOnItsLoop() throws Exception {
    LoopService service = serving(Kind.VIRTUAL);
    assertThatThrownBy(
            () ->
                service.callSync(
                    () -> {
                      service.awaitStopped();
                      return null;
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("wait on another thread");
    stopAndJoin(service);
  }
}
