package io.selvage.runtime;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class SelvageRuntimeTest {
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final RuntimeOptions logging =
      SelvageRuntime.options()
          .withName("app")
          .withUncaughtHandler((name, failure) -> log.add(name + ": " + failure.getMessage()));

  // ---- running code

  @ParameterizedTest
  @EnumSource
  void aBodyRunsOnTheCallingThreadAndItsResultIsReturned(Kind kind) throws Exception {
    kind.complete(
        () -> {
          Thread self = Thread.currentThread();
          assertThat(
                  logging.<String, RuntimeException>call(
                      runtime -> {
                        assertThat(Thread.currentThread()).isSameAs(self);
                        return runtime.spawn("part", () -> Thread.currentThread().getName()).join();
                      }))
              .isEqualTo("app/part");
        });
  }

  @Test
  void anExceptionOfTheBodyIsThrownUnchanged() {
    IOException failure = new IOException("of the body");
    AssertionError error = new AssertionError("of the body");
    assertThatThrownBy(() -> logging.run(runtime -> failWith(failure))).isSameAs(failure);
    assertThatThrownBy(() -> logging.run(runtime -> failWith(error))).isSameAs(error);
    assertThatThrownBy(
            () ->
                logging.run(
                    runtime -> {
                      throw new InterruptedException("of the body");
                    }))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void tasksThatStillRunAreCancelledAndJoinedWhenTheBodyHasEnded() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    logging.run(
        runtime -> {
          runtime.launch(
              () -> {
                try {
                  begun.countDown();
                  Selvage.sleep(Threads.LONG);
                } catch (CancelledException e) {
                  log.add(e.getMessage());
                  throw e;
                }
              });
          Threads.await(begun);
        });
    assertThat(log).singleElement().asString().contains("runtime 'app' is closed");
  }

  @Test
  void aRuntimeRunsBodiesOneAfterTheOtherAndAtOnce() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      assertThat(runtime.<Integer, RuntimeException>call(() -> 1)).isEqualTo(1);
      assertThatThrownBy(() -> runtime.run(() -> failWith(new IOException("second"))))
          .hasMessage("second");
      Event both = new Event();
      Running<Void> other = Kind.PLATFORM.run(() -> runtime.run(both::await));
      runtime.run(both::set);
      other.get();
      assertThat(
              runtime.<Integer, Exception>call(
                  () -> runtime.<Integer, RuntimeException>call(() -> 3)))
          .isEqualTo(3);
      assertThat(runtime.<Object, RuntimeException>call(() -> null)).isNull();
    }
  }

  @Test
  void severalRuntimesLiveBesideEachOther() throws Exception {
    try (SelvageRuntime first = SelvageRuntime.options().withName("first").open();
        SelvageRuntime second = SelvageRuntime.options().withName("second").open()) {
      Task<String> task = second.spawn(() -> Thread.currentThread().getName());
      assertThat(first.spawn(task::join).join()).isEqualTo("second/task-1");
      first.close();
      assertThat(second.spawn(() -> 2).join()).isEqualTo(2);
    }
  }

  @Test
  void itServesTasksUntilItIsStoppedAndCanServeAgain() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      for (int round = 0; round < 3; round++) {
        Running<Void> serving = Kind.PLATFORM.run(runtime::runUntilStopped);
        Threads.awaitBlocked(serving.thread());
        Event task = new Event();
        Task<?> spawned = runtime.launch(task::await);
        runtime.stop();
        serving.get();
        assertThat(spawned.isDone()).isFalse();
        task.set();
        spawned.join();
      }
    }
  }

  @Test
  void aStopThatComesTooEarlyIsNotLost() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      runtime.stop();
      runtime.stop();
      runtime.runUntilStopped();
      Running<Void> serving = Kind.VIRTUAL.run(runtime::runUntilStopped);
      Threads.awaitBlocked(serving.thread());
      runtime.stop();
      serving.get();
    }
  }

  @Test
  void aCancelledThreadDoesNotBeginACall() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      CancelScope scope = CancelScope.create();
      scope.cancel();
      assertThat(scope.run(() -> runtime.run(() -> log.add("began")))).isFalse();
      assertThat(log).isEmpty();
    }
  }

  @Test
  void aMainBodyThatIsPreventedByACancelWasCancelled() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      runtime.cancel("signal TERM");
      assertThatThrownBy(() -> runtime.callMain(() -> log.add("began")))
          .isInstanceOf(TaskCancelledException.class)
          .hasMessageContaining("signal TERM");
      assertThat(log).isEmpty();
    }
  }

  // ---- tasks

  @Test
  void anyThreadSpawnsAndJoins() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      Task<Integer> task = Kind.PLATFORM.call(() -> runtime.spawn(() -> 7));
      assertThat(Kind.PLATFORM.call(task::join)).isEqualTo(7);
      assertThat(task.join()).isEqualTo(7);
      assertThat(runtime.pool().call(() -> runtime.spawn(task::join).join())).isEqualTo(7);
    }
  }

  @Test
  void aFailureIsThrownToTheJoinerAndTouchesNoOtherTask() throws Exception {
    IOException failure = new IOException("of the task");
    try (SelvageRuntime runtime = logging.open()) {
      Event go = new Event();
      Task<Integer> other = runtime.spawn(() -> waitFor(go, 1));
      Task<Object> failing = runtime.spawn("failing", () -> failWith(failure));
      assertThatThrownBy(failing::join).isInstanceOf(TaskFailedException.class).hasCause(failure);
      go.set();
      assertThat(other.join()).isEqualTo(1);
    }
    assertThat(log).isEmpty();
  }

  @Test
  void aFailureThatNoThreadHasReadGoesToTheHandler() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      Task<Object> failing = runtime.spawn("failing", () -> failWith(new IOException("unread")));
      Threads.awaitCondition("it has ended", failing::isDone);
    }
    assertThat(log).containsExactly("app/failing: unread");
  }

  @Test
  void theFailureOfAnUntrackedTaskGoesToTheHandlerAtOnce() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      runtime.launchUntracked("good", () -> {});
      runtime.launchUntracked("bad", () -> failWith(new IOException("lost")));
      Threads.awaitCondition("it was reported", () -> !log.isEmpty());
      assertThat(log).containsExactly("app/bad: lost");
      runtime.launchUntracked("cancelled", () -> Selvage.sleep(Threads.LONG));
    }
    assertThat(log).hasSize(1);
  }

  @Test
  void allTasksRunToTheirEndAndTheirResultsHaveTheOrderOfTheBodies() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      List<Callable<Integer>> bodies = new ArrayList<>();
      IntStream.range(0, 50).forEach(i -> bodies.add(() -> i));
      Task<List<Integer>> all = runtime.spawnAll(bodies);
      assertThat(all.join()).isEqualTo(IntStream.range(0, 50).boxed().toList());
      assertThat(all.join()).hasSize(50);
      assertThat(runtime.spawnAll(List.<Callable<String>>of()).join()).isEmpty();
      AtomicInteger count = new AtomicInteger();
      runtime.launchAll(List.of(count::incrementAndGet, count::incrementAndGet)).join();
      assertThat(count).hasValue(2);
    }
  }

  @Test
  void allTasksRunToTheirEndBeforeTheirFailuresAreThrown() throws Exception {
    IOException first = new IOException("first");
    IOException second = new IOException("second");
    try (SelvageRuntime runtime = logging.open()) {
      Event failed = new Event();
      Event go = new Event();
      Task<?> all =
          runtime.launchAll(
              List.of(
                  () -> {
                    failed.await();
                    throw second;
                  },
                  () -> {
                    try {
                      throw first;
                    } finally {
                      failed.set();
                    }
                  },
                  () -> {
                    go.await();
                    log.add("ended");
                  }));
      assertThat(all.isDone()).isFalse();
      go.set();
      assertThatThrownBy(all::join)
          .isInstanceOfSatisfying(
              TaskFailedException.class,
              e ->
                  assertThat(((TaskFailedException) e.getCause()).failures())
                      .containsExactlyInAnyOrder(first, second));
      assertThat(log).containsExactly("ended");
    }
  }

  @Test
  void aLimitHoldsForTheSpawnedTasks() throws Exception {
    try (SelvageRuntime runtime = logging.withLimit(2).open()) {
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      List<Callable<Void>> bodies = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        bodies.add(
            () -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              inside.decrementAndGet();
              return null;
            });
      }
      for (Callable<Void> body : bodies) {
        var unused = runtime.spawn(body);
      }
      runtime.finish();
      assertThat(most.get()).isBetween(1, 2);
    }
  }

  @Test
  void aPoolHasTheSizeOfTheOptions() throws Exception {
    try (SelvageRuntime small = logging.withPoolSize(1).open();
        SelvageRuntime shared = logging.open()) {
      assertThat(shared.pool()).isSameAs(ThreadPool.shared());
      assertThat(small.pool()).hasToString("ThreadPool[1 free, 0 waiting]");
      small.pool().run(() -> assertThat(Thread.currentThread().isVirtual()).isFalse());
    }
  }

  // ---- the end

  @Test
  void aCancelReachesCallsOnOtherThreadsAndTasks() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      Task<?> task = runtime.launch(() -> Selvage.sleep(Threads.LONG));
      Running<Void> call = Kind.PLATFORM.run(() -> runtime.run(() -> Selvage.sleep(Threads.LONG)));
      Running<Void> serving = Kind.VIRTUAL.run(runtime::runUntilStopped);
      Threads.awaitBlocked(call.thread());
      Threads.awaitBlocked(serving.thread());
      assertThat(runtime.cancel("enough")).isTrue();
      assertThat(runtime.cancel("again")).isFalse();
      assertThatThrownBy(task::join)
          .isInstanceOf(TaskCancelledException.class)
          .hasMessageContaining("enough");
      assertThat(call.failure())
          .isInstanceOf(TaskCancelledException.class)
          .hasMessageContaining("enough");
      assertThat(serving.failure()).isInstanceOf(TaskCancelledException.class);
      assertThatThrownBy(() -> runtime.launch(() -> {}))
          .isInstanceOf(ClosedResourceException.class)
          .hasMessage("runtime 'app' takes no more work: enough");
    }
  }

  @Test
  void aClosedRuntimeRefusesWorkAndNamesTheReason() throws Exception {
    SelvageRuntime runtime = logging.open();
    assertThat(runtime).hasToString("SelvageRuntime[app, 0 running]");
    runtime.close();
    runtime.close();
    assertThat(runtime.isClosed()).isTrue();
    assertThat(runtime).hasToString("SelvageRuntime[app, 0 running, closed]");
    for (Callable<?> refused :
        List.<Callable<?>>of(
            () -> runtime.spawn(() -> 1),
            () -> runtime.<Integer, RuntimeException>call(() -> 1),
            () -> runtime.spawnAll(List.of(() -> 1)))) {
      assertThatThrownBy(refused::call)
          .isInstanceOf(ClosedResourceException.class)
          .hasMessage("runtime 'app' takes no more work: runtime 'app' is closed");
    }
    assertThatThrownBy(runtime::runUntilStopped).isInstanceOf(ClosedResourceException.class);
    runtime.stop();
  }

  @Test
  void finishWaitsForWhatRuns() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      Event go = new Event();
      Task<Integer> task = runtime.spawn(() -> waitFor(go, 5));
      Running<Integer> call =
          Kind.VIRTUAL.start(() -> runtime.<Integer, Exception>call(() -> waitFor(go, 6)));
      Threads.awaitBlocked(call.thread());
      Running<Void> finisher = Kind.PLATFORM.run(runtime::finish);
      Threads.awaitCondition("no more is taken", runtime::isClosed);
      assertThatThrownBy(() -> runtime.launch(() -> {}))
          .isInstanceOf(ClosedResourceException.class)
          .hasMessage("runtime 'app' takes no more work: it is finished");
      go.set();
      finisher.get();
      assertThat(task.resultNow()).isEqualTo(5);
      assertThat(call.get()).isEqualTo(6);
    }
  }

  @Test
  void closeWaitsForTheCleanUpOfCallsAndTasksAndCannotBeCancelled() throws Exception {
    SelvageRuntime runtime = logging.open();
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(2);
    runtime.launch(() -> cleanUpSlowly(begun, mayEnd));
    Running<Void> call = Kind.PLATFORM.run(() -> runtime.run(() -> cleanUpSlowly(begun, mayEnd)));
    Threads.await(begun);
    CancelScope scope = CancelScope.create();
    Running<Boolean> closer = Kind.VIRTUAL.start(() -> scope.run(runtime::close));
    Threads.awaitBlocked(closer.thread());
    scope.cancel();
    Threads.awaitBlocked(closer.thread());
    assertThat(log).isEmpty();
    mayEnd.countDown();
    assertThat(closer.get()).isTrue();
    assertThat(log).containsExactly("cleaned up", "cleaned up");
    assertThat(call.failure()).isInstanceOf(TaskCancelledException.class);
  }

  private void cleanUpSlowly(CountDownLatch begun, CountDownLatch mayEnd)
      throws InterruptedException {
    try {
      begun.countDown();
      Selvage.sleep(Threads.LONG);
    } finally {
      Threads.await(mayEnd);
      log.add("cleaned up");
    }
  }

  @Test
  void itsOwnWorkCannotWaitForItsEnd() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      for (Task<?> task :
          List.of(runtime.launch(runtime::close), runtime.launch(runtime::finish))) {
        assertThatThrownBy(task::join)
            .rootCause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("of runtime 'app' called by its own work, on 'app/task-")
            .hasMessageContaining("which it would wait for; call it from outside, or use cancel");
      }
      assertThatThrownBy(() -> runtime.run(runtime::close))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(
              () -> runtime.run(() -> TaskGroup.run(group -> group.launch(runtime::close))))
          .rootCause()
          .isInstanceOf(IllegalStateException.class);
      assertThat(runtime.isClosed()).isFalse();
    }
  }

  @Test
  void theHandlerOfFailuresCannotWaitForTheEnd() throws Exception {
    AtomicReference<SelvageRuntime> closing = new AtomicReference<>();
    SelvageRuntime runtime =
        SelvageRuntime.options()
            .withName("app")
            .withUncaughtHandler(
                (name, failure) -> {
                  try {
                    closing.get().close();
                  } catch (IllegalStateException e) {
                    log.add(e.getMessage());
                  }
                })
            .open();
    closing.set(runtime);
    Task<Object> failing = runtime.spawn("failing", () -> failWith(new IOException("unread")));
    Threads.awaitCondition("it has ended", failing::isDone);
    runtime.close();
    assertThat(log).singleElement().asString().contains("called by its own work");
  }

  @Test
  void aTaskOfACancelledRuntimeSpawnsCancelledTasks() throws Exception {
    Event go = new Event();
    try (SelvageRuntime runtime = logging.open()) {
      Task<Task.State> spawner =
          runtime.spawn(
              () -> {
                try {
                  go.await();
                } catch (CancelledException e) {
                  return runtime.spawn(() -> log.add("began")).state();
                }
                return Task.State.PENDING;
              });
      runtime.cancel("enough");
      Threads.awaitCondition("it has ended", spawner::isDone);
      if (spawner.state() == Task.State.SUCCEEDED) { // it may not have begun
        assertThat(spawner.resultNow()).isEqualTo(Task.State.CANCELLED);
      }
    }
    assertThat(log).isEmpty();
  }

  @Test
  void aCancelledCallerCancelsItsOwnCallOnly() throws Exception {
    try (SelvageRuntime runtime = logging.open()) {
      Event go = new Event();
      Task<Integer> task = runtime.spawn(() -> waitFor(go, 8));
      CancelScope scope = CancelScope.create();
      Running<Boolean> call =
          Kind.VIRTUAL.start(() -> scope.run(() -> runtime.run(() -> Selvage.sleep(Threads.LONG))));
      Threads.awaitBlocked(call.thread());
      scope.cancel();
      assertThat(call.get()).isFalse();
      go.set();
      assertThat(task.join()).isEqualTo(8);
    }
  }

  private static <T> T waitFor(Event event, T result) throws InterruptedException {
    event.await();
    return result;
  }
}
