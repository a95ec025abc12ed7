package io.selvage.interop;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.sync.Event;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class GroupExecutorTest extends GroupExecutorFixture {
  // ---- handing in

  @Test
  void whatIsSubmittedRunsAsATaskOfTheGroup() throws Exception {
    TaskGroup.options()
        .withName("work")
        .run(
            group -> {
              GroupExecutor executor = GroupExecutor.of(group);
              assertThat(executor.submit(() -> Thread.currentThread().getName()).get())
                  .isEqualTo("work/submit-1");
              assertThat(executor.submit(() -> {}, "given").get()).isEqualTo("given");
              Future<?> nothing = executor.submit((Runnable) () -> log.add("ran"));
              assertThat(nothing.get(1, TimeUnit.DAYS)).isNull();
              assertThat(nothing.isDone()).isTrue();
              assertThat(nothing.state()).isEqualTo(Future.State.SUCCESS);
              executor.execute(() -> log.add("executed"));
            });
    assertThat(log).containsExactly("ran", "executed");
  }

  @Test
  void theFailureOfWhatIsSubmittedBelongsToItsFuture() throws Exception {
    List<String> uncaught = new CopyOnWriteArrayList<>();
    TaskGroup.options()
        .withUncaughtHandler((name, thrown) -> uncaught.add(name))
        .run(
            group -> {
              GroupExecutor executor = GroupExecutor.of(group);
              Future<String> future = executor.submit(() -> failWith(failure));
              assertThatThrownBy(future::get)
                  .isInstanceOf(ExecutionException.class)
                  .cause()
                  .isSameAs(failure);
              assertThat(future.exceptionNow()).isSameAs(failure);
              assertThat(future.isCancelled()).isFalse();
              assertThat(future.cancel(true)).isFalse();
              executor.submit(() -> failWith(failure));
              Selvage.throwIfCancelled();
            });
    assertThat(uncaught).as("the future was not asked").containsExactly("group/submit-2");
  }

  @Test
  void theFailureOfWhatIsExecutedFailsTheGroup() {
    IllegalStateException thrown = new IllegalStateException("of the command");
    assertThatThrownBy(
            () -> TaskGroup.run(group -> GroupExecutor.of(group).execute(() -> failWith(thrown))))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(thrown);
  }

  @Test
  void everythingIsRejectedAfterTheEndOfTheGroup() throws Exception {
    AtomicReference<GroupExecutor> executor = new AtomicReference<>();
    TaskGroup.run(group -> executor.set(GroupExecutor.of(group)));
    assertThatThrownBy(() -> executor.get().submit(() -> "late"))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("has ended");
    assertThatThrownBy(() -> executor.get().execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(executor.get().isShutdown()).isTrue();
    assertThat(executor.get().isTerminated()).isTrue();
  }

  @Test
  void inACancelledGroupCommandsAreRejectedAndFuturesAreCancelled() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          group.cancel();
          assertThatThrownBy(() -> executor.execute(() -> log.add("never")))
              .isInstanceOf(RejectedExecutionException.class)
              .hasMessageContaining("is cancelled");
          assertThat(executor.submit(() -> "never").isCancelled()).isTrue();
        });
    assertThat(log).isEmpty();
  }

  // ---- cancelling

  @Test
  void cancellingAFutureCancelsItsTaskAndTheGroupWaitsForTheCleanUp() throws Exception {
    TaskGroup.run(
        group -> {
          Future<String> future = GroupExecutor.of(group).submit(this::sleep);
          Threads.await(begun);
          assertThat(future.isDone()).isFalse();
          assertThat(future.cancel(true)).isTrue();
          assertThat(future.cancel(true)).isFalse();
          assertThat(future.isDone()).isTrue();
          assertThat(future.isCancelled()).isTrue();
          assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
        });
    assertThat(log).containsExactly("cleaned up");
  }

  @Test
  void cancellingWithoutInterruptLeavesATaskThatHasBegunAlone() throws Exception {
    TaskGroup.run(
        group -> {
          Event go = new Event();
          Future<String> future =
              GroupExecutor.of(group)
                  .submit(
                      () -> {
                        begun.countDown();
                        go.await();
                        log.add("came to its end");
                        return "value";
                      });
          Threads.await(begun);
          assertThat(future.cancel(false)).isTrue();
          assertThat(future.isCancelled()).isTrue();
          go.set();
        });
    assertThat(log).containsExactly("came to its end");
  }

  @Test
  void aTaskThatHasNotBegunNeverDoesWhenItIsCancelled() throws Exception {
    TaskGroup.options()
        .withLimit(1)
        .run(
            group -> {
              GroupExecutor executor = GroupExecutor.of(group);
              CountDownLatch end = new CountDownLatch(1);
              executor.execute(() -> Threads.await(end));
              Future<Boolean> never = executor.submit(() -> log.add("never"));
              assertThat(never.cancel(false)).isTrue();
              end.countDown();
            });
    assertThat(log).isEmpty();
  }

  @Test
  void cancellingWakesTheWaiterForTheFuture() throws Exception {
    TaskGroup.run(
        group -> {
          Future<String> future = GroupExecutor.of(group).submit(this::sleep);
          Running<String> waiter = Kind.PLATFORM.start(future::get);
          Threads.awaitBlocked(waiter.thread());
          future.cancel(true);
          assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
        });
  }

  @Test
  void aWaiterForAFutureCanBeCancelledAndTheTaskGoesOn() throws Exception {
    TaskGroup.run(
        group -> {
          Event go = new Event();
          Future<String> future =
              GroupExecutor.of(group)
                  .submit(
                      () -> {
                        go.await();
                        return "value";
                      });
          CancelScope scope = CancelScope.create();
          Running<Boolean> waiter = Kind.VIRTUAL.start(() -> scope.run(() -> future.get()));
          Threads.awaitBlocked(waiter.thread());
          scope.cancel();
          assertThat(waiter.get()).isFalse();
          assertThatThrownBy(() -> future.get(1, TimeUnit.NANOSECONDS))
              .isInstanceOf(TimeoutException.class);
          go.set();
          assertThat(future.get()).isEqualTo("value");
        });
  }

  @Test
  void inACancelledThreadAFutureStillTellsHowItEnded() throws Exception {
    TaskGroup.options()
        .run(
            group -> {
              GroupExecutor executor = GroupExecutor.of(group);
              Future<String> good = executor.submit(() -> "good");
              Future<String> bad = executor.submit(() -> failWith(failure));
              Future<String> cancelled = executor.submit(this::sleep);
              begun.await();
              cancelled.cancel(true);
              Future<String> running = executor.submit(this::sleep);
              good.get();
              assertThatThrownBy(bad::get).isInstanceOf(ExecutionException.class);
              CancelScope scope = CancelScope.create();
              scope.run(
                  () -> {
                    scope.cancel();
                    assertThat(good.state()).isEqualTo(Future.State.SUCCESS);
                    assertThat(good.resultNow()).isEqualTo("good");
                    assertThatThrownBy(good::exceptionNow)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("has a result");
                    assertThat(bad.state()).isEqualTo(Future.State.FAILED);
                    assertThat(bad.exceptionNow()).isSameAs(failure);
                    assertThatThrownBy(bad::resultNow)
                        .isInstanceOf(IllegalStateException.class)
                        .hasCause(failure);
                    assertThat(cancelled.state()).isEqualTo(Future.State.CANCELLED);
                    assertThatThrownBy(cancelled::exceptionNow)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("was cancelled");
                    assertThat(running.state()).isEqualTo(Future.State.RUNNING);
                    assertThatThrownBy(running::resultNow)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("is not done");
                  });
              running.cancel(true);
            });
  }

  @Test
  void cancellingTheGroupCancelsTheFutures() throws Exception {
    AtomicReference<Future<String>> future = new AtomicReference<>();
    TaskGroup.run(
        group -> {
          future.set(GroupExecutor.of(group).submit(this::sleep));
          group.cancel();
        });
    assertThat(future.get().isCancelled()).isTrue();
    assertThat(future.get().state()).isEqualTo(Future.State.CANCELLED);
  }

  // ---- the end

  @Test
  void shutdownRefusesMoreAndTerminatesBehindTheLastTask() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          Event go = new Event();
          executor.submit(
              () -> {
                go.await();
                return "value";
              });
          executor.shutdown();
          assertThat(executor).hasToString("GroupExecutor[group, 1 running, shut down]");
          assertThatThrownBy(() -> executor.execute(() -> {}))
              .isInstanceOf(RejectedExecutionException.class)
              .hasMessageContaining("is shut down");
          assertThat(executor.isTerminated()).isFalse();
          assertThat(executor.awaitTermination(1, TimeUnit.NANOSECONDS)).isFalse();
          go.set();
          assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
          assertThat(executor.isTerminated()).isTrue();
          assertThat(group.fork(() -> "the group goes on").join()).isNotEmpty();
        });
  }

  @Test
  void shutdownNowCancelsWhatRunsAndReturnsWhatHasNotBegun() throws Exception {
    TaskGroup.options()
        .withLimit(1)
        .run(
            group -> {
              GroupExecutor executor = GroupExecutor.of(group);
              CountDownLatch end = new CountDownLatch(1);
              Future<String> running =
                  executor.submit(
                      () -> {
                        begun.countDown();
                        Threads.await(end); // keeps the turn
                        return sleep();
                      });
              Selvage.checkpoint();
              Threads.await(begun);
              Runnable command = () -> log.add("run by hand");
              executor.execute(command);
              Future<Boolean> submitted = executor.submit(() -> log.add("submitted"));
              List<Runnable> never = executor.shutdownNow();
              end.countDown();
              assertThat(never).hasSize(2).contains(command);
              never.forEach(Runnable::run);
              assertThat(submitted.isCancelled()).isTrue();
              assertThat(running.isDone() && !running.isCancelled()).isFalse();
              assertThat(executor.awaitTermination(1, TimeUnit.DAYS)).isTrue();
              Selvage.throwIfCancelled();
            });
    assertThat(log).containsExactlyInAnyOrder("run by hand", "submitted", "cleaned up");
  }

  @Test
  void aCommandThatNeverRunsIsReportedToItsCallerOrToTheThreadThatShutsDown() throws Exception {
    for (int round = 0; round < 100; round++) {
      TaskGroup.options()
          .withLimit(1)
          .run(
              group -> {
                CountDownLatch held = new CountDownLatch(1);
                group.fork("first", () -> held.await(1, TimeUnit.DAYS));
                GroupExecutor executor = GroupExecutor.of(group);
                CyclicBarrier together = new CyclicBarrier(2);
                Running<Boolean> caller =
                    Kind.PLATFORM.start(
                        () -> {
                          together.await();
                          try {
                            executor.execute(() -> log.add("ran"));
                            return false;
                          } catch (RejectedExecutionException e) {
                            return true;
                          }
                        });
                together.await();
                List<Runnable> returned = executor.shutdownNow();
                assertThat(caller.get()).as("rejected").isEqualTo(returned.isEmpty());
                held.countDown();
              });
    }
    assertThat(log).isEmpty();
  }

  @Test
  void closeWaitsForTheTasks() throws Exception {
    TaskGroup.run(
        group -> {
          try (GroupExecutor executor = GroupExecutor.of(group)) {
            executor.execute(() -> log.add("ran"));
          }
          assertThat(log).containsExactly("ran");
        });
  }

  @Test
  void aCancelledCloseCancelsTheTasksAndWaitsForTheCleanUp() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          executor.submit(this::sleep);
          CancelScope scope = CancelScope.create();
          Running<Boolean> closer =
              Kind.VIRTUAL.start(
                  () ->
                      scope.run(
                          () -> {
                            executor.close();
                            log.add("closed");
                            Selvage.throwIfCancelled();
                          }));
          Threads.await(begun);
          Threads.awaitBlocked(closer.thread());
          scope.cancel();
          assertThat(closer.get()).isFalse();
          assertThat(log).containsExactly("cleaned up", "closed");
        });
  }

  @Test
  void theStagesOfTheJdkRunOnIt() throws Exception {
    TaskGroup.run(
        group -> {
          GroupExecutor executor = GroupExecutor.of(group);
          CompletableFuture<Integer> stage =
              CompletableFuture.supplyAsync(() -> 20, executor)
                  .thenApplyAsync(x -> x + 1, executor)
                  .thenCombineAsync(
                      CompletableFuture.supplyAsync(() -> 21, executor), Integer::sum, executor);
          assertThat(Futures.<Integer>await(stage)).isEqualTo(42);
        });
  }

  @Test
  void inALoopWaitingForAFutureGivesUpTheTurn() throws Exception {
    assertThat(
            new Loop()
                .<String, Exception>call(
                    () ->
                        TaskGroup.call(
                            group -> GroupExecutor.of(group).submit(() -> "in the loop").get())))
        .isEqualTo("in the loop");
  }
}
