package io.selvage.interop;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.sync.Event;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class BackgroundTest {

  @ParameterizedTest
  @EnumSource
  void startReturnsAtOnceAndTheFutureHasTheResult(Kind kind) throws Exception {
    kind.complete(
        () -> {
          try (Background work = Background.open()) {
            Event go = new Event();
            CompletableFuture<String> future =
                work.fork(
                    () -> {
                      go.await();
                      return Thread.currentThread().getName();
                    });
            assertThat(future).isNotDone();
            assertThat(work).hasToString("Background[background, 1 running]");
            go.set(); // other code goes on meanwhile
            assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo("background/work-1");
          }
        });
  }

  @Test
  void aLoopMayRunInIt() throws Exception {
    try (Background work = Background.open()) {
      assertThat(
              work.fork(() -> new Loop().<Integer, RuntimeException>call(() -> 42))
                  .get(20, TimeUnit.SECONDS))
          .isEqualTo(42);
    }
  }

  @Test
  void aFailureCompletesItsFutureWithTheSameObjectAndDoesNotTouchTheOthers() throws Exception {
    IOException failure = new IOException("of the work");
    try (Background work = Background.open()) {
      Event go = new Event();
      CompletableFuture<Void> other = work.launch(() -> go.await());
      CompletableFuture<Object> failed = work.fork("fails", () -> failWith(failure));
      assertThatThrownBy(() -> failed.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isSameAs(failure);
      go.set();
      assertThat(other.get(20, TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void cancellingAFutureCancelsItsWorkAndCloseWaitsForTheCleanUp() {
    List<String> log = new CopyOnWriteArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Running<Void> closer;
    try (Background work = Background.open()) {
      CompletableFuture<Void> future =
          work.launch(
              () -> {
                begun.countDown();
                try {
                  Selvage.sleep(Threads.LONG);
                } finally {
                  Threads.await(mayEnd);
                  log.add("cleaned up");
                }
              });
      Threads.await(begun);
      assertThat(future.cancel(true)).isTrue();
      assertThat(future).isCancelled();
      closer = Kind.VIRTUAL.run(work::close);
      Threads.awaitBlocked(closer.thread());
      assertThat(log).isEmpty();
      mayEnd.countDown();
    }
    log.add("closed");
    assertThat(closer.failure()).isNull();
    assertThat(log).containsExactly("cleaned up", "closed");
  }

  @Test
  void closeCancelsWhatRunsAndRefusesMore() {
    Background work = Background.open("jobs");
    CompletableFuture<Void> future = work.launch(() -> Selvage.sleep(Threads.LONG));
    work.close();
    assertThat(future).isCancelled();
    assertThat(work.isClosed()).isTrue();
    assertThat(work).hasToString("Background[jobs, 0 running, closed]");
    assertThatThrownBy(() -> work.launch(() -> {}))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("background 'jobs' takes no work: it is closed");
    work.close();
  }

  @Test
  void finishWaitsForWhatRunsAndRefusesMore() throws Exception {
    try (Background work = Background.open()) {
      Event go = new Event();
      CompletableFuture<Void> future = work.launch(() -> go.await());
      Running<Void> finisher = Kind.PLATFORM.run(work::finish);
      Threads.awaitCondition("no more is taken", work::isClosed);
      assertThatThrownBy(() -> work.launch(() -> {})).isInstanceOf(ClosedResourceException.class);
      assertThat(future).isNotDone();
      go.set();
      assertThat(finisher.failure()).isNull();
      assertThat(future).isCompletedWithValue(null);
    }
  }

  @Test
  void aCallerThatIsCancelledWhileItWaitsForTheEndLeavesTheWorkAlone() throws Exception {
    try (Background work = Background.open()) {
      Event go = new Event();
      CompletableFuture<Void> future = work.launch(() -> go.await());
      CancelScope scope = CancelScope.create();
      Running<Boolean> finisher = Kind.VIRTUAL.start(() -> scope.run(work::finish));
      Threads.awaitCondition("no more is taken", work::isClosed);
      Threads.awaitBlocked(finisher.thread());
      scope.cancel();
      assertThat(finisher.get()).isFalse();
      assertThat(future).isNotDone();
      go.set();
      assertThat(future.get(20, TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void workThatClosesWhatItIsPartOfIsRefusedHoweverDeepItIs() throws Exception {
    try (Background work = Background.open()) {
      CompletableFuture<Void> direct = work.launch(() -> work.close());
      CompletableFuture<Void> nested =
          work.launch(() -> TaskGroup.run(group -> group.launch(() -> work.finish())));
      for (CompletableFuture<Void> future : List.of(direct, nested)) {
        assertThatThrownBy(() -> future.get(20, TimeUnit.SECONDS))
            .hasRootCauseInstanceOf(IllegalStateException.class)
            .hasStackTraceContaining("call it from outside");
      }
    }
  }

  @Test
  void aNameMustNotBeEmpty() {
    assertThatThrownBy(() -> Background.open("")).isInstanceOf(IllegalArgumentException.class);
  }
}
