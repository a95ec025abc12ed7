package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.never;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.service.CloseSignal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code Tasks.all} and {@code Tasks.joinAll}. */
@ExtendWith(LeakCheck.class)
class TasksAllTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  // ---- all

  @Test
  void theResultsAreInTheOrderOfTheCallsNotOfTheirEnds() throws Exception {
    CloseSignal second = new CloseSignal();
    List<Integer> results =
        Tasks.all(
            () -> {
              second.await();
              return 1;
            },
            () -> {
              second.close();
              return 2;
            });
    assertThat(results).containsExactly(1, 2);
  }

  @Test
  void aHundredResultsAreInOrder() throws Exception {
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      calls.add(
          () -> {
            for (int k = 0; k < (number * 7) % 5; k++) {
              Selvage.checkpoint();
            }
            return number;
          });
    }
    assertThat(Tasks.all(calls)).isEqualTo(IntStream.range(0, 100).boxed().toList());
    assertThat(new Loop().<List<Integer>, Exception>call(() -> Tasks.all(calls))).hasSize(100);
  }

  @Test
  void theListOfNoCallsIsEmptyAndTheOthersHadTheirTurn() throws Exception {
    Loop loop = new Loop();
    loop.run(
        () -> {
          loop.fork(() -> log.add("other"));
          assertThat(Tasks.all(List.of())).isEmpty();
          log.add("main");
        });
    assertThat(log).containsExactly("other", "main");
  }

  @Test
  void aCallThatNeverWaitsAndASingleOneAreFine() throws Exception {
    assertThat(Tasks.all(List.of(() -> 3))).containsExactly(3);
    assertThat(new Loop().<List<Integer>, Exception>call(() -> Tasks.all(() -> 3)))
        .containsExactly(3);
    assertThat(new Loop().<Integer, Exception>call(() -> 3)).isEqualTo(3);
  }

  @Test
  void aResultMayBeNull() throws Exception {
    assertThat(Tasks.<Object>all(() -> null, () -> 1)).containsExactly(null, 1);
  }

  @Test
  void theSameCallTwiceRunsTwice() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Callable<Integer> call = runs::incrementAndGet;
    assertThat(Tasks.all(List.of(call, call))).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void theFirstFailureCancelsTheOthersAndTheyAreJoined() {
    IOException disk = new IOException("disk");
    CloseSignal inside = new CloseSignal();
    assertThatThrownBy(
            () ->
                Tasks.all(
                    () -> {
                      try {
                        inside.close();
                        return never();
                      } finally {
                        log.add("joined");
                      }
                    },
                    () -> {
                      inside.await();
                      throw disk;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("task 'all/2' failed")
        .hasCause(disk);
    assertThat(log).containsExactly("joined");
  }

  @Test
  void theStackTellsWhereAllWasCalled() {
    Throwable thrown = catchThrowable(this::callsAll);
    List<String> methods =
        Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getMethodName).toList();
    int forked = methods.indexOf("forked");
    assertThat(methods.get(forked + 1)).isEqualTo("callsAll");
  }

  private void callsAll() throws InterruptedException {
    Tasks.all(() -> failWith(new IOException("disk")));
  }

  @Test
  void cancellingTheCallerCancelsAll() throws Exception {
    CancelScope scope = CancelScope.create();
    boolean completed =
        scope.run(
            () ->
                Tasks.all(
                    () -> {
                      scope.cancel();
                      return 1;
                    },
                    Bodies::never));
    assertThat(completed).isFalse();
  }

  @Test
  void ifAllSucceededThoughTheCallerWasCancelledTheResultStands() throws Exception {
    CancelScope scope = CancelScope.create();
    List<Object> results = new ArrayList<>();
    boolean completed =
        scope.run(
            () -> {
              CloseSignal begun = new CloseSignal();
              results.addAll(
                  Tasks.<Object>all(
                      begun::close, // it has begun, and no operation of it follows
                      () -> {
                        begun.await();
                        return scope.cancel();
                      }));
              Selvage.throwIfCancelled();
            });
    assertThat(results).containsExactly(true, true);
    assertThat(completed).isFalse();
  }

  @Test
  void ifAllSucceededThoughTheCallerWasInterruptedTheResultStandsAndTheFlagIsKept()
      throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Running<List<Integer>> caller =
        Kind.PLATFORM.start(
            () ->
                Tasks.all(
                    () -> {
                      inside.countDown();
                      awaitCondition("it is cancelled", Selvage::isCancelled);
                      return 1;
                    }));
    Threads.await(inside);
    caller.thread().interrupt();
    assertThat(caller.flagLeft()).isTrue();
    assertThat(caller.get()).containsExactly(1);
  }

  @Test
  void callsThatCancelTheirOwnScopeHaveNoResult() {
    assertThatThrownBy(
            () ->
                Tasks.all(
                    () -> CancelScope.current().orElseThrow().cancel("enough"), Bodies::never))
        .isInstanceOf(TaskCancelledException.class)
        .hasMessageContaining("enough");
  }

  @Test
  void nullsAreRefusedAtOnce() {
    assertThatThrownBy(() -> Tasks.all(Arrays.asList(() -> 1, null)))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Tasks.map(List.of(1), null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void theResultsCannotBeChanged() throws Exception {
    List<Integer> results = Tasks.all(() -> 1);
    assertThatThrownBy(() -> results.add(2)).isInstanceOf(UnsupportedOperationException.class);
  }

  // ---- joinAll

  @Test
  void tasksThatWereForkedElsewhereAreJoinedInOrder() throws Exception {
    TaskGroup.run(
        group -> {
          CloseSignal go = new CloseSignal();
          Task<Integer> slow =
              group.fork(
                  () -> {
                    go.await();
                    return 1;
                  });
          Task<Integer> fast = group.fork(() -> 2);
          group.launch(
              () -> {
                fast.join();
                go.close();
              });
          assertThat(Tasks.joinAll(slow, fast)).containsExactly(1, 2);
          assertThat(Tasks.joinAll(List.of(fast, slow))).containsExactly(2, 1);
          assertThat(Tasks.joinAll(List.of())).isEmpty();
        });
  }

  @Test
  void theSameTaskTwiceHasItsResultInBothPlaces() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    TaskGroup.run(
        group -> {
          Task<Integer> task =
              group.fork(
                  () -> {
                    Selvage.checkpoint();
                    return runs.incrementAndGet();
                  });
          assertThat(Tasks.joinAll(task, task)).containsExactly(1, 1);
        });
  }

  @Test
  void aFailureIsToldThoughAnEarlierTaskGoesOn() throws Exception {
    IOException disk = new IOException("disk");
    TaskGroup.run(
        group -> {
          Task<Integer> endless = group.fork("endless", () -> never());
          Task<Integer> bad = group.forkUnsupervised("bad", () -> failWith(disk));
          assertThatThrownBy(() -> Tasks.joinAll(endless, bad))
              .isInstanceOf(TaskFailedException.class)
              .hasMessageContaining("group/bad")
              .hasCause(disk);
          assertThat(endless.isDone()).isFalse();
          endless.cancel("the test is over");
          assertThatThrownBy(() -> Tasks.joinAll(endless))
              .isInstanceOf(TaskCancelledException.class)
              .hasMessageContaining("the test is over");
        });
  }

  @Test
  void aCancelledTaskIsToldThoughAnEarlierOneGoesOn() throws Exception {
    TaskGroup.run(
        group -> {
          Task<Integer> endless = group.fork("endless", () -> never());
          Task<Integer> cancelled = group.fork("cancelled", () -> never());
          cancelled.cancel("not needed");
          assertThatThrownBy(() -> Tasks.joinAll(endless, cancelled))
              .isInstanceOf(TaskCancelledException.class)
              .hasMessageContaining("group/cancelled", "not needed");
          assertThat(endless.isDone()).isFalse();
          group.cancel("the test is over");
        });
  }

  @Test
  void theFailureOfAGroupIsToldRatherThanTheCancellationOfItsOtherTasks() throws Exception {
    IOException disk = new IOException("disk");
    List<Task<Integer>> tasks = new ArrayList<>();
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      tasks.add(group.fork(() -> never()));
                      tasks.add(group.fork(() -> failWith(disk)));
                    }))
        .hasCause(disk);
    assertThatThrownBy(() -> Tasks.joinAll(tasks))
        .isInstanceOf(TaskFailedException.class)
        .hasCause(disk);
  }

  @Test
  void aWaitThatIsLeftLeavesNothingWithTheTasks() throws Exception {
    TaskGroup.run(
        group -> {
          CloseSignal go = new CloseSignal();
          Task<Boolean> task =
              group.fork(
                  () -> {
                    go.await();
                    return true;
                  });
          for (int i = 0; i < 3; i++) {
            CancelScope scope = CancelScope.create();
            group.fork(() -> scope.cancel());
            assertThat(scope.run(() -> Tasks.joinAll(task, task))).isFalse();
          }
          assertThat(task.endActions()).isZero();
          go.close();
          assertThat(Tasks.joinAll(task)).containsExactly(true);
        });
  }

  @Test
  void waitingForOnesOwnTaskIsACycle() {
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      List<Task<?>> tasks = Collections.synchronizedList(new ArrayList<>());
                      CloseSignal made = new CloseSignal();
                      tasks.add(group.fork("other", () -> 1));
                      tasks.add(
                          group.fork(
                              "self",
                              () -> {
                                made.await();
                                return Tasks.joinAll(tasks);
                              }));
                      made.close();
                    }))
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .isInstanceOf(JoinCycleException.class)
        .hasMessageContaining("group/self -> group/self");
  }
}
