package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.runInLoop;
import static io.selvage.Threads.blockInForeignCode;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ThreadPoolTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  // ---- one call

  @Test
  void aCallRunsOnAPlatformThreadAndReturnsItsResult() throws Exception {
    Thread thread = Selvage.callBlocking(Thread::currentThread);
    assertThat(thread.isVirtual()).isFalse();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread).isNotSameAs(Thread.currentThread());
    assertThat(Selvage.<Object, RuntimeException>callBlocking(() -> null)).isNull();
    Selvage.callBlocking(() -> log.add("without a result"));
    assertThat(log).hasSize(1);
  }

  @Test
  void itsThreadIsNamedAfterItsCaller() throws Exception {
    String name =
        TaskGroup.call(
            g ->
                g.<String>fork(
                        "reader",
                        () -> Selvage.callBlocking(() -> Thread.currentThread().getName()))
                    .join());
    assertThat(name).isEqualTo("blocking/group/reader");
  }

  @Test
  void anExceptionOfACallIsThrownToItsCallerAsItIsWithBothStacks() {
    IOException cause = new IOException("cause");
    IOException failure = new IOException("disk", cause);
    Throwable thrown = catchThrowable(() -> Selvage.callBlocking(() -> failWith(failure)));
    assertThat(thrown).isSameAs(failure).hasCause(cause);
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0])
        .hasMessageContaining("called on a thread of its own by")
        .satisfies(
            from ->
                assertThat(from.getStackTrace())
                    .anyMatch(f -> f.getMethodName().contains("anExceptionOfACall")));
  }

  @Test
  void errorsAreThrownToTheCallerToo() {
    AssertionError failure = new AssertionError("broken");
    assertThatThrownBy(() -> Selvage.callBlocking(() -> failWith(failure))).isSameAs(failure);
  }

  @Test
  void aCallMayUseTheLibraryItself() throws Exception {
    int sum =
        Selvage.callBlocking(
            () -> TaskGroup.call(g -> g.fork(() -> 1).join() + Selvage.callBlocking(() -> 2)));
    assertThat(sum).isEqualTo(3);
  }

  @Test
  void inALoopTheOthersRunMeanwhile() throws Exception {
    CountDownLatch fromOther = new CountDownLatch(1);
    Loop loop = new Loop();
    loop.run(
        () -> {
          loop.launch("other", fromOther::countDown);
          Selvage.runBlocking(() -> fromOther.await()); // would wait for ever if it kept the turn
          assertThat(loop.isOnLoop()).isTrue();
          log.add(Selvage.callBlocking(loop::isOnLoop));
        });
    assertThat(log).containsExactly(false);
  }

  @Test
  void manyCallsBlockAtTheSameTimeAndTheirResultsKeepTheirPlaces() throws Exception {
    CountDownLatch all = new CountDownLatch(100);
    List<Integer> results =
        TaskGroup.call(
            g -> {
              List<Task<Integer>> tasks =
                  IntStream.range(0, 100)
                      .mapToObj(i -> g.fork(() -> Selvage.callBlocking(() -> meet(all, i))))
                      .toList();
              List<Integer> joined = new ArrayList<>();
              for (Task<Integer> task : tasks) {
                joined.add(task.join());
              }
              return joined;
            });
    assertThat(results).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  private static int meet(CountDownLatch all, int number) throws InterruptedException {
    all.countDown();
    all.await();
    return number;
  }

  // ---- the limit

  @Test
  void noMoreCallsRunThanTheLimitAllowsAndThatManyDo() throws Exception {
    ThreadPool pool = new ThreadPool(3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    TaskGroup.run(
        g -> {
          for (int i = 0; i < 50; i++) {
            g.launch(
                () ->
                    pool.run(
                        () -> {
                          most.accumulateAndGet(running.incrementAndGet(), Math::max);
                          three.countDown();
                          three.await();
                          running.decrementAndGet();
                        }));
          }
        });
    assertThat(most).hasValue(3);
    assertThat(pool).hasToString("ThreadPool[3 free, 0 waiting]");
  }

  @Test
  void callsThatFindNoRoomAreServedInTheOrderInWhichTheyCame() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    CountDownLatch go = new CountDownLatch(1);
    runInLoop(
        g -> {
          g.launch(() -> pool.run(() -> go.await()));
          for (int i = 0; i < 10; i++) {
            int number = i;
            g.fork(() -> pool.call(() -> log.add(number)));
          }
          g.launch(go::countDown);
        });
    assertThat(log).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void aPoolOfNothingIsRefused() {
    assertThatThrownBy(() -> new ThreadPool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be >= 1, was 0");
    assertThatThrownBy(() -> new ThreadPool(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ThreadPool.shared().run((ThrowingRunnable<RuntimeException>) null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void theRoomOfACallThatFailsIsFreeAgain() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> pool.call(() -> failWith(new IOException("disk"))))
          .isInstanceOf(IOException.class);
    }
    assertThat(pool.<Integer, RuntimeException>call(() -> 1)).isEqualTo(1);
  }

  @Test
  void mapReturnsTheResultsInTheOrderOfTheItems() throws Exception {
    ThreadPool pool = new ThreadPool(4);
    CountDownLatch last = new CountDownLatch(4);
    List<String> results =
        pool.map(
            List.of(1, 2, 3, 4, 5, 6),
            item -> {
              last.countDown();
              last.await(); // so four run at once
              return Thread.currentThread().isVirtual() + " " + item;
            });
    assertThat(results)
        .containsExactly("false 1", "false 2", "false 3", "false 4", "false 5", "false 6");
    assertThat(pool.<Integer, Integer>map(List.of(), item -> item)).isEmpty();
  }

  @Test
  void aFailureInAMapCancelsTheOthersAndLeavesThePoolFree() {
    ThreadPool pool =
        new ThreadPool(3); // with fewer the failing call might wait for the blocked ones
    IOException failure = new IOException("disk");
    assertThatThrownBy(
            () ->
                pool.map(
                    List.of(1, 2, 3),
                    item -> {
                      if (item == 2) {
                        throw failure;
                      }
                      blockInForeignCode();
                      return item;
                    }))
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .isSameAs(failure);
    assertThat(pool).hasToString("ThreadPool[3 free, 0 waiting]");
  }

  // ---- calls within calls

  @Test
  void aCallOfTheSamePoolRunsInThePlaceOfTheCallThatCallsIt() throws Exception {
    ThreadPool one = new ThreadPool(1);
    one.run(
        () -> {
          Thread outer = Thread.currentThread();
          TaskGroup.run(group -> log.add(one.call(Thread::currentThread) == outer));
          assertThat(one.<Integer, InterruptedException>call(() -> one.call(() -> 3))).isEqualTo(3);
        });
    assertThat(log).containsExactly(true);
    assertThat(one).hasToString("ThreadPool[1 free, 0 waiting]");
  }

  @Test
  void aCallOfAnotherPoolHasAThreadOfItsOwn() throws Exception {
    ThreadPool one = new ThreadPool(1);
    ThreadPool other = new ThreadPool(1);
    one.run(
        () -> {
          Thread outer = Thread.currentThread();
          log.add(other.call(Thread::currentThread) != outer);
          log.add(Selvage.callBlocking(Thread::currentThread) != outer);
        });
    assertThat(log).containsExactly(true, true);
  }

  @Test
  void aCallWithinACallIsCancelledAndFailsAsOneFromOutside() throws Exception {
    ThreadPool one = new ThreadPool(1);
    IOException failure = new IOException("disk");
    one.run(
        () -> {
          CancelScope scope = CancelScope.create();
          scope.cancel();
          scope.run(() -> one.call(() -> log.add("never")));
          CountDownLatch never = new CountDownLatch(1);
          log.add(CancelScope.moveOnAfter(ofMillis(1)).call(() -> one.call(() -> await(never))));
          assertThatThrownBy(() -> one.call(() -> failWith(failure)))
              .isSameAs(failure)
              .hasNoSuppressedExceptions();
        });
    assertThat(log).containsExactly(Optional.empty());
  }

  private static boolean await(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return true;
  }
}
