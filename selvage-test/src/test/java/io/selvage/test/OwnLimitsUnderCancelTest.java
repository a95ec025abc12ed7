package io.selvage.test;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.EnteredScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingConsumer;
import io.selvage.interop.Futures;
import io.selvage.interop.GroupExecutor;
import io.selvage.service.ThreadService;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Correct programs that have limits, cancels and failures of their own: cancelling them everywhere
 * is no failure of them (decision 0037).
 */
@Timeout(120)
class OwnLimitsUnderCancelTest {
  private static final int SEEDS = 6;

  /** A program. */
  private interface Program extends ThrowingConsumer<SimulationRun, Exception> {}

  private static Arguments program(String name, Program program) {
    return argumentSet(name, program);
  }

  static Stream<Arguments> correct() {
    return Stream.of(
        program("a limit that runs out", run -> limit(5).run(OwnLimitsUnderCancelTest::work)),
        program("a limit that does not", run -> limit(50).run(OwnLimitsUnderCancelTest::work)),
        program("a cancel of its own", run -> cancelsItself()),
        program(
            "limits in limits, the inner one first",
            run -> limit(7).run(() -> limit(3).run(OwnLimitsUnderCancelTest::work))),
        program(
            "limits in limits, the outer one first",
            run -> limit(3).run(() -> limit(7).run(OwnLimitsUnderCancelTest::work))),
        program("limits at the same time", run -> sameTime()),
        program("a limit that fails", run -> fallsBack()),
        program("a shield with a limit, in a limit", run -> shielded()),
        program("a shield that is cancelled", run -> cancelledShield()),
        program("a stay with a deadline", run -> stay()),
        program("a group that is cancelled", run -> cancelledGroup()),
        program("a group without a result", run -> groupWithoutResult()),
        program("a group under a limit", run -> limit(2).run(() -> TaskGroup.run(g -> workers(g)))),
        program("tasks with limits", run -> tasksWithLimits()),
        program("a task that cancels itself", run -> selfCancel()),
        program("a task that is cancelled by another one", run -> oneCancelsTheOther("stop")),
        program("a task that is cancelled when another one is", run -> cancelsInReaction()),
        program("a failure at the same time", run -> ownFailure()),
        program("a race", run -> Tasks.race(() -> nap(1), () -> nap(2))),
        program("a race of one", run -> Tasks.race(() -> nap(1))),
        program("a race under a limit", run -> limit(1).run(() -> Tasks.race(() -> nap(1)))),
        program("a loop under a limit", run -> limit(1).run(() -> new Loop().call(() -> nap(2)))),
        program("a call of a pool under a limit", run -> poolCall()),
        program("an exception for it", run -> translates()),
        program("an interrupt of foreign code", run -> foreignCode()),
        program("a task's exception in a future", run -> handsOver()),
        program("a task of an executor", run -> executor()),
        program("a failure without a receiver", run -> unsupervised()),
        program("a service that joins a task", run -> service()),
        program("a flag that is set again", run -> restores()),
        program("a receiver under a limit", run -> receives()));
  }

  @ParameterizedTest
  @MethodSource("correct")
  void cancellingThemIsNoFailure(Program program) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Exploration seen = Simulation.options().cancelEverywhere(seed, program);
      assertThat(seen.complete()).isTrue();
      assertThat(seen.runs()).isGreaterThan(2);
    }
  }

  // ---- the programs

  private static CancelScope limit(int seconds) {
    return CancelScope.moveOnAfter(ofSeconds(seconds));
  }

  private static void work() throws InterruptedException {
    Selvage.sleep(ofSeconds(9));
  }

  private static int nap(int seconds) throws InterruptedException {
    Selvage.sleep(ofSeconds(seconds));
    return seconds;
  }

  private static void cancelsItself() throws InterruptedException {
    CancelScope scope = CancelScope.create();
    boolean completed =
        scope.run(
            () -> {
              scope.cancel("mine");
              nap(1);
            });
    assertThat(completed).isFalse();
  }

  private static void sameTime() throws InterruptedException {
    Deadline deadline = Deadline.after(ofSeconds(2));
    CancelScope.moveOnAt(deadline)
        .run(() -> CancelScope.moveOnAt(deadline).run(OwnLimitsUnderCancelTest::work));
  }

  private static void fallsBack() throws InterruptedException {
    int got;
    try {
      got = CancelScope.failAfter(ofSeconds(5)).call(() -> nap(9));
    } catch (TimeoutException e) {
      got = CancelScope.moveOnAfter(ofSeconds(1)).call(() -> nap(2)).orElse(7);
    }
    assertThat(got).isEqualTo(7);
  }

  private static void shielded() throws InterruptedException {
    boolean[] cleaned = {false};
    try {
      limit(5).run(OwnLimitsUnderCancelTest::work);
    } finally {
      CancelScope.shieldUnlimited()
          .run(
              () -> {
                CancelScope.shield(ofSeconds(2)).run(OwnLimitsUnderCancelTest::work);
                nap(1);
                cleaned[0] = true;
              });
    }
    assertThat(cleaned[0]).isTrue();
  }

  private static void cancelledShield() throws InterruptedException {
    CancelScope shield = CancelScope.shieldUnlimited();
    shield.run(
        () -> {
          shield.cancel("mine");
          nap(1);
        });
    assertThat(shield.cancelledCaught()).isTrue();
  }

  private static void stay() throws InterruptedException {
    CancelScope scope = limit(1);
    try (EnteredScope entered = scope.enter()) {
      assertThat(entered.scope()).isSameAs(scope);
      nap(2);
    } catch (InterruptedException e) {
      if (!scope.timedOut()) {
        throw e;
      }
    }
    nap(1);
  }

  private static void workers(TaskGroup group) {
    for (int i = 0; i < 2; i++) {
      group.launch(OwnLimitsUnderCancelTest::work);
    }
  }

  private static void cancelledGroup() throws InterruptedException {
    TaskGroup.run(
        group -> {
          workers(group);
          nap(1);
          group.cancel("enough");
          nap(1);
        });
  }

  private static void groupWithoutResult() throws InterruptedException {
    int got;
    try {
      got =
          TaskGroup.call(
              group -> {
                workers(group);
                group.cancel("enough");
                return nap(1);
              });
    } catch (TaskCancelledException e) {
      got = 7;
    }
    assertThat(got).isEqualTo(7);
  }

  private static void tasksWithLimits() throws InterruptedException {
    TaskGroup.run(
        group -> {
          group.fork("quick", () -> limit(1).run(OwnLimitsUnderCancelTest::work));
          Task<Integer> slow =
              group.fork(
                  "slow",
                  () ->
                      CancelScope.moveOnAfter(ofSeconds(2)).call(() -> nap(9)).orElse(7) + nap(1));
          assertThat(slow.join()).isEqualTo(8);
        });
  }

  private static void selfCancel() throws InterruptedException {
    TaskGroup.run(
        group -> {
          AtomicReference<Task<Integer>> self = new AtomicReference<>();
          Task<Integer> task =
              group.fork(
                  () -> {
                    Selvage.sleep(ofSeconds(1));
                    self.get().cancel("me");
                    return nap(1);
                  });
          self.set(task);
          try {
            task.join();
          } catch (TaskCancelledException e) {
            nap(1);
          }
        });
  }

  private static void oneCancelsTheOther(String reason) throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<Integer> worker = group.fork("worker", () -> nap(9));
          group.launch(
              "user",
              () -> {
                nap(1);
                worker.cancel(reason);
              });
          try {
            worker.join();
          } catch (TaskCancelledException e) {
            nap(1);
          }
        });
  }

  /** Only if the user is cancelled the worker has no result. */
  private static void cancelsInReaction() throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<Integer> worker = group.fork("worker", () -> nap(3));
          group.launch(
              "user",
              () -> {
                try {
                  nap(1);
                } catch (InterruptedException e) {
                  worker.cancel("its user is gone");
                  throw e;
                }
              });
          assertThat(worker.join()).isEqualTo(3);
        });
  }

  private static void ownFailure() throws InterruptedException {
    try {
      limit(5)
          .run(
              () ->
                  TaskGroup.run(
                      group -> {
                        workers(group);
                        group.fork(
                            () -> {
                              nap(1);
                              throw new IOException("expected");
                            });
                      }));
    } catch (TaskFailedException e) {
      assertThat(e).hasRootCauseInstanceOf(IOException.class);
      nap(1);
    }
  }

  private static void poolCall() throws InterruptedException {
    ThreadPool pool = new ThreadPool(1);
    limit(1).run(() -> pool.run(OwnLimitsUnderCancelTest::work));
    pool.call(() -> nap(1));
  }

  private static void translates() {
    try {
      limit(2).run(OwnLimitsUnderCancelTest::work);
      Selvage.checkpoint();
    } catch (InterruptedException e) {
      throw new IllegalStateException("it was cut short", e);
    }
  }

  /** A thread that is cancelled while it computes finds the flag set. */
  private static void foreignCode() throws InterruptedException {
    Channel<String> channel = Channel.unbounded();
    for (int i = 0; i < 2; i++) {
      channel.trySend("item"); // never throws for it
      if (Thread.interrupted()) {
        throw new InterruptedException("found the flag");
      }
    }
  }

  private static void handsOver() throws InterruptedException {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    TaskGroup.run(
        group -> {
          Task<?> task =
              group.launch(
                  () -> {
                    try {
                      result.complete(
                          CancelScope.moveOnAfter(ofSeconds(1)).call(() -> nap(9)).orElse(7)
                              + nap(1));
                    } catch (InterruptedException e) {
                      result.completeExceptionally(e);
                      throw e;
                    }
                  });
          task.onEnd(() -> result.cancel(false)); // if it has not begun
          assertThat(Futures.await(result)).isEqualTo(8);
        });
  }

  private static void executor() throws Exception {
    TaskGroup.run(
        group -> {
          Future<Integer> future = GroupExecutor.of(group).submit(() -> nap(1));
          assertThat(future.get()).isEqualTo(1);
        });
  }

  private static void unsupervised() throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<Integer> inner = group.fork("inner", () -> nap(1));
          group.forkUnsupervised("outer", () -> inner.join() + nap(1));
        });
  }

  private static void service() throws InterruptedException {
    ThreadService service =
        ThreadService.virtual(
            "service",
            self -> {
              self.started();
              TaskGroup.run(group -> assertThat(group.fork(() -> nap(1)).join()).isEqualTo(1));
            });
    service.start();
    try {
      nap(1);
    } finally {
      service.stop("the end", Duration.ofDays(1));
    }
  }

  private static void restores() {
    try {
      limit(1).run(OwnLimitsUnderCancelTest::restoring);
      TaskGroup.run(
          group -> {
            group.launch(OwnLimitsUnderCancelTest::restoring);
            restoring();
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void restoring() {
    try {
      nap(9);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void receives() throws InterruptedException {
    Channel<String> channel = Channel.unbounded();
    Optional<String> got = CancelScope.moveOnAfter(ofSeconds(1)).call(channel::receive);
    assertThat(got).isEmpty();
    channel.send("item");
    assertThat(channel.receive()).isEqualTo("item");
  }
}
