package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.service.CloseSignal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class LazyTest {
  private final AtomicInteger runs = new AtomicInteger();
  private final Loop loop = new Loop();

  private int work() throws InterruptedException {
    Selvage.checkpoint();
    return runs.incrementAndGet();
  }

  @Test
  void nothingRunsUntilTheValueIsAskedFor() throws Exception {
    loop.run(
        () -> {
          Lazy<Integer> lazy = loop.lazy("work", this::work);
          Selvage.checkpoint();
          assertThat(lazy.isStarted()).isFalse();
          assertThat(lazy).hasToString("Lazy[loop/work, not forked]");
          assertThat(lazy.join()).isEqualTo(1);
          assertThat(lazy.isStarted()).isTrue();
          assertThat(lazy).hasToString("Lazy[loop/work, SUCCEEDED]");
        });
  }

  @Test
  void aValueThatIsNotAskedForIsNeverComputed() throws Exception {
    TaskGroup.run(
        group -> assertThat(group.lazy("work", this::work).name()).isEqualTo("group/work"));
    assertThat(runs).hasValue(0);
  }

  @Test
  void startedInTheBackgroundItIsJoinedLater() throws Exception {
    loop.run(
        () -> {
          Lazy<Integer> lazy = loop.lazy("work", this::work);
          assertThat(lazy.start()).isTrue();
          Selvage.checkpoint();
          assertThat(lazy.join()).isEqualTo(1);
        });
  }

  @Test
  void startingAValueThatIsWaitedForStartsNothingAndDoesNotWait() throws Exception {
    loop.run(
        () -> {
          CloseSignal go = new CloseSignal();
          Lazy<Integer> lazy =
              loop.lazy(
                  "work",
                  () -> {
                    go.await();
                    return work();
                  });
          Task<Integer> waiter = loop.fork(lazy::join);
          Selvage.checkpoint();
          assertThat(lazy.start()).isFalse();
          assertThat(waiter.isDone()).isFalse();
          go.close();
          assertThat(waiter.join()).isEqualTo(1);
        });
    assertThat(runs).hasValue(1);
  }

  @Test
  void startedTwiceAndJoinedTwiceItRunsOnce() throws Exception {
    loop.run(
        () -> {
          Lazy<Integer> lazy = loop.lazy("work", this::work);
          assertThat(lazy.start()).isTrue();
          assertThat(lazy.start()).isFalse();
          assertThat(lazy.join()).isEqualTo(1);
          assertThat(lazy.join()).isEqualTo(1);
          assertThat(Tasks.all(lazy::join, lazy::join)).containsExactly(1, 1);
        });
    assertThat(runs).hasValue(1);
  }

  @Test
  void aValueThatSeveralDependOnIsComputedOnceForAll() throws Exception {
    TaskGroup.run(
        group -> {
          Lazy<Integer> base = group.lazy("base", this::work);
          Lazy<Integer> left = group.lazy("left", () -> base.join() + 10);
          Lazy<Integer> right = group.lazy("right", () -> base.join() + 20);
          Lazy<Integer> top = group.lazy("top", () -> left.join() + right.join());
          assertThat(top.join()).isEqualTo(11 + 21);
        });
    assertThat(runs).hasValue(1);
  }

  @Test
  void theResultStaysBehindTheEndOfTheGroupAndInOtherLoops() throws Exception {
    Lazy<Integer> lazy =
        loop.call(
            () -> {
              Lazy<Integer> made = loop.lazy("work", this::work);
              made.start();
              return made;
            });
    assertThat(lazy.join()).isEqualTo(1);
    assertThat(loop.<Integer, RuntimeException>call(lazy::join)).isEqualTo(1);
    assertThat(new Loop().<Integer, RuntimeException>call(lazy::join)).isEqualTo(1);
    assertThat(lazy.start()).isFalse();
    assertThat(runs).hasValue(1);
  }

  @Test
  void aTaskIsSharedByTheRunsOfALoopAndByOtherLoops() throws Exception {
    List<Task<Integer>> shared = new ArrayList<>();
    int first =
        loop.call(
            () -> {
              shared.add(loop.fork("shared", this::work));
              return shared.getFirst().join();
            });
    int second = loop.call(() -> shared.getFirst().join());
    int third = new Loop().call(shared.getFirst()::join);
    assertThat(List.of(first, second, third)).containsOnly(1);
    assertThat(runs).hasValue(1);
  }

  @Test
  void aThreadThatAsksTooLateIsToldSoAgainAndAgain() throws Exception {
    List<Lazy<Integer>> late = new ArrayList<>();
    TaskGroup.run(group -> late.add(group.lazy("work", this::work)));
    Lazy<Integer> lazy = late.getFirst();
    assertThatThrownBy(lazy::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lazy task 'group/work' was not asked for in time")
        .cause()
        .hasMessageContaining("group 'group' has ended");
    assertThatThrownBy(lazy::join).isInstanceOf(IllegalStateException.class);
    assertThat(runs).hasValue(0);
  }

  @Test
  void askedForInACancelledGroupItIsCancelledAndNeverRuns() throws Exception {
    List<Lazy<Integer>> cancelled = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Lazy<Integer> lazy = group.lazy("work", this::work);
          cancelled.add(lazy);
          group.cancel("enough");
          lazy.start();
        });
    assertThatThrownBy(cancelled.getFirst()::join)
        .isInstanceOf(TaskCancelledException.class)
        .hasMessageContaining("enough");
    assertThat(runs).hasValue(0);
  }

  @Test
  void aCancelledThreadThatAsksForksNothing() throws Exception {
    TaskGroup.run(
        group -> {
          Lazy<Integer> lazy = group.lazy("work", this::work);
          CancelScope scope = CancelScope.create();
          scope.cancel();
          assertThat(scope.run(() -> lazy.join())).isFalse();
          assertThat(lazy.isStarted()).isFalse();
        });
    assertThat(runs).hasValue(0);
  }

  @Test
  void itsFailureIsAFailureOfItsGroupAndOfAllThreadsThatAsk() {
    IOException disk = new IOException("disk");
    List<Lazy<Integer>> failed = new ArrayList<>();
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      Lazy<Integer> lazy = group.lazy("bad", () -> failWith(disk));
                      failed.add(lazy);
                      lazy.start();
                      Selvage.sleep(LONG);
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("group/bad")
        .hasCause(disk);
    assertThatThrownBy(failed.getFirst()::join).hasCause(disk);
    assertThatThrownBy(failed.getFirst()::join).hasCause(disk);
  }

  @Test
  void aForkThatIsRefusedWhileTheGroupIsOpenIsNotSaidToBeLate() throws Exception {
    IllegalStateException refusal = new IllegalStateException("of the factory");
    ThreadFactory factory =
        work -> {
          throw refusal;
        };
    TaskGroup.options()
        .withThreads(factory)
        .run(
            group -> {
              Lazy<Integer> lazy = group.lazy("work", this::work);
              assertThatThrownBy(lazy::join).isSameAs(refusal);
              assertThatThrownBy(lazy::join)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("could not be forked when it was first asked for")
                  .hasCause(refusal);
              assertThat(group.running()).isZero();
            });
  }

  @Test
  void cancellingTheThreadThatAskedFirstLeavesTheTaskAlone() throws Exception {
    TaskGroup.run(
        group -> {
          CloseSignal go = new CloseSignal();
          Lazy<Integer> lazy =
              group.lazy(
                  "work",
                  () -> {
                    go.await();
                    return work();
                  });
          CancelScope scope = CancelScope.create();
          group.launch(
              () -> {
                Threads.awaitCondition("it is asked for", lazy::isStarted);
                scope.cancel();
              });
          assertThat(scope.run(() -> lazy.join())).isFalse();
          go.close();
          assertThat(lazy.join()).isEqualTo(1);
        });
  }

  @Test
  void lazyTasksThatWaitForEachOtherAreACycle() {
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      List<Lazy<Integer>> ring = new ArrayList<>();
                      ring.add(group.lazy("a", () -> ring.get(1).join()));
                      ring.add(group.lazy("b", () -> ring.get(0).join()));
                      ring.getFirst().join();
                    }))
        .rootCause()
        .isInstanceOf(JoinCycleException.class)
        .hasMessageContaining("group/a")
        .hasMessageContaining("group/b");
  }
}
