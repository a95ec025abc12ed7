package io.selvage.interop;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.runInLoop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class HomeThreadTest {
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("home").daemon().factory());
  private final List<String> uncaught = new CopyOnWriteArrayList<>();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final HomeThread home =
      HomeThread.of("ui", executor, () -> Thread.currentThread().getName().equals("home"))
          .withUncaughtHandler((name, thrown) -> uncaught.add(name + ": " + thrown.getMessage()));

  @AfterEach
  void close() {
    executor.close();
  }

  /** Keeps the home thread busy until the latch is opened. */
  private CountDownLatch hold() {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    home.runSoon(
        () -> {
          held.countDown();
          Threads.await(end);
        });
    Threads.await(held);
    return end;
  }

  @ParameterizedTest
  @EnumSource
  void callSyncRunsOnTheHomeThreadAndReturnsItsResult(Kind kind) throws Exception {
    assertThat(kind.call(() -> home.callSync(() -> Thread.currentThread().getName())))
        .isEqualTo("home");
    kind.complete(() -> home.callSync(() -> log.add(Thread.currentThread().getName())));
    assertThat(log).containsExactly("home");
    assertThat(home).hasToString("HomeThread[ui]");
  }

  @Test
  void onTheHomeThreadItselfItJustRuns() throws Exception {
    assertThat(
            home.<Boolean, Exception>callSync(
                () -> home.callSync(() -> home.callSync(home::isCurrent))))
        .isTrue();
    assertThat(home.isCurrent()).isFalse();
  }

  @Test
  void whatTheCallThrowsIsThrownAsTheObjectItselfWithItsCallSite() {
    IOException failure = new IOException("of the call");
    assertThatThrownBy(() -> home.callSync(() -> failWith(failure))).isSameAs(failure);
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0]).hasMessageContaining("called on 'ui'");
    assertThat(failure.getSuppressed()[0].getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(HomeThreadTest.class.getName()));
    assertThat(uncaught).isEmpty();
  }

  @Test
  void aCallThatHasNotBegunWhenItsCallerIsCancelledNeverRuns() throws Exception {
    CountDownLatch end = hold();
    CancelScope scope = CancelScope.create();
    Running<Boolean> caller =
        Kind.VIRTUAL.start(() -> scope.run(() -> home.callSync(() -> log.add("never"))));
    Threads.awaitBlocked(caller.thread());
    scope.cancel();
    assertThat(caller.get()).isFalse();
    end.countDown();
    home.callSync(() -> log.add("behind it"));
    assertThat(log).containsExactly("behind it");
  }

  @Test
  void aCallThatHasBegunWhenItsCallerIsCancelledGoesOnAndItsFailureIsReported() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CancelScope scope = CancelScope.create();
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        home.callSync(
                            () -> {
                              begun.countDown();
                              Threads.await(end);
                              throw new IOException("no caller waits");
                            })));
    Threads.await(begun);
    scope.cancel();
    assertThat(caller.get()).isFalse();
    end.countDown();
    home.runSync(() -> {});
    assertThat(uncaught).containsExactly("ui/callSync: no caller waits");
  }

  @Test
  void anInterruptOfTheHomeThreadDoesNotLookLikeOneOfTheCaller() {
    InterruptedException theirs = new InterruptedException("of the home thread");
    assertThatThrownBy(() -> home.callSync(() -> failWith(theirs)))
        .isInstanceOf(CancellationException.class)
        .hasCause(theirs);
  }

  @Test
  void aTimeLimitIsAScopeAroundTheCall() {
    CountDownLatch end = hold();
    assertThatThrownBy(
            () ->
                CancelScope.failAfter(Duration.ofMillis(1))
                    .call(() -> home.callSync(() -> log.add("never"))))
        .isInstanceOf(TimeoutException.class);
    end.countDown();
    assertThat(log).isEmpty();
  }

  @Test
  void runSoonRunsLaterAndInOrderAlsoFromTheHomeThread() throws Exception {
    home.runSync(
        () -> {
          home.runSoon(() -> log.add("second"));
          log.add("first");
        });
    home.runSoon(() -> log.add("third"));
    home.runSync(() -> {});
    assertThat(log).containsExactly("first", "second", "third");
  }

  @Test
  void aFailureOfCallSoonGoesToTheHandler() throws Exception {
    home.runSoon(() -> failWith(new IOException("of the call")));
    home.runSync(() -> {});
    assertThat(uncaught).containsExactly("ui/runSoon: of the call");
  }

  @Test
  void anExecutorThatTakesNothingAnyMoreRejects() {
    executor.shutdown();
    assertThatThrownBy(() -> home.callSync(() -> "never"))
        .isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> home.runSoon(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void inALoopTheOthersRunMeanwhile() throws Exception {
    CountDownLatch end = hold();
    runInLoop(
        group -> {
          group.fork(() -> home.callSync(() -> log.add("called")));
          group.launch(
              () -> {
                log.add("runs meanwhile");
                end.countDown();
              });
        });
    assertThat(log).containsExactly("runs meanwhile", "called");
  }
}
