package io.selvage;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static io.selvage.Threads.blockInForeignCode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ThreadPoolTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  // ---- one call

  @Test
  void aCallRunsOnAPlatformThreadAndReturnsItsResult() throws Exception {
    Thread thread = Selvage.blocking(Thread::currentThread);
    assertThat(thread.isVirtual()).isFalse();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread).isNotSameAs(Thread.currentThread());
    assertThat(Selvage.<Object, RuntimeException>blocking(() -> null)).isNull();
    Selvage.blocking(() -> log.add("without a result"));
    assertThat(log).hasSize(1);
  }

  @Test
  void itsThreadIsNamedAfterItsCaller() throws Exception {
    String name =
        TaskGroup.call(
            g ->
                g.<String>fork(
                        "reader", () -> Selvage.blocking(() -> Thread.currentThread().getName()))
                    .join());
    assertThat(name).isEqualTo("blocking/group/reader");
  }

  @Test
  void whatItThrowsIsThrownToTheCallerAsItIsWithBothStacks() {
    IOException cause = new IOException("cause");
    IOException failure = new IOException("disk", cause);
    Throwable thrown =
        catchThrowable(
            () ->
                Selvage.blocking(
                    () -> {
                      throw failure;
                    }));
    assertThat(thrown).isSameAs(failure).hasCause(cause);
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0])
        .hasMessageContaining("called on a thread of its own by")
        .satisfies(
            from ->
                assertThat(from.getStackTrace())
                    .anyMatch(f -> f.getMethodName().contains("whatItThrowsIsThrown")));
  }

  @Test
  void errorsAreThrownToTheCallerToo() {
    AssertionError failure = new AssertionError("broken");
    assertThatThrownBy(
            () ->
                Selvage.blocking(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
  }

  @Test
  void aCallMayUseTheLibraryItself() throws Exception {
    int sum =
        Selvage.blocking(
            () -> TaskGroup.call(g -> g.fork(() -> 1).join() + Selvage.blocking(() -> 2)));
    assertThat(sum).isEqualTo(3);
  }

  @Test
  void inALoopTheOthersRunMeanwhile() throws Exception {
    CountDownLatch fromOther = new CountDownLatch(1);
    Loop loop = new Loop();
    loop.run(
        () -> {
          loop.fork("other", fromOther::countDown);
          Selvage.blocking(() -> fromOther.await()); // would wait for ever if it kept the turn
          assertThat(loop.isOnLoop()).isTrue();
          log.add(Selvage.blocking(loop::isOnLoop));
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
                      .mapToObj(i -> g.fork(() -> Selvage.blocking(() -> meet(all, i))))
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
            g.fork(
                () ->
                    pool.call(
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
    new Loop()
        .run(
            () ->
                TaskGroup.run(
                    g -> {
                      g.fork(() -> pool.call(() -> go.await()));
                      for (int i = 0; i < 10; i++) {
                        int number = i;
                        g.fork(() -> pool.call(() -> log.add(number)));
                      }
                      g.fork(go::countDown);
                    }));
    assertThat(log).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void aPoolOfNothingIsRefused() {
    assertThatThrownBy(() -> new ThreadPool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be >= 1, was 0");
    assertThatThrownBy(() -> new ThreadPool(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ThreadPool.shared().call((ThrowingRunnable<RuntimeException>) null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void theRoomOfACallThatFailsIsFreeAgain() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  pool.call(
                      () -> {
                        throw new IOException("disk");
                      }))
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
    ThreadPool pool = new ThreadPool(2);
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
    assertThat(pool).hasToString("ThreadPool[2 free, 0 waiting]");
  }

  // ---- cancellation

  @Test
  void cancellingInterruptsTheCallAndWaitsForIt() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicReference<Thread> worker = new AtomicReference<>();
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.blocking(
                            () -> {
                              worker.set(Thread.currentThread());
                              try {
                                blockInForeignCode();
                              } finally {
                                log.add("cleaned up");
                              }
                            })));
    awaitCondition("the call runs", () -> worker.get() != null);
    awaitBlocked(worker.get());
    scope.cancel("enough");
    assertThat(caller.get()).isFalse();
    assertThat(log).containsExactly("cleaned up");
  }

  @Test
  void anInterruptOfTheCallerInterruptsTheCallAndIsThrown() throws Exception {
    AtomicReference<Thread> worker = new AtomicReference<>();
    Running<Void> caller =
        Kind.PLATFORM.run(
            () ->
                Selvage.blocking(
                    () -> {
                      worker.set(Thread.currentThread());
                      blockInForeignCode();
                    }));
    awaitCondition("the call runs", () -> worker.get() != null);
    awaitBlocked(worker.get());
    caller.thread().interrupt();
    assertThat(caller.failure())
        .isInstanceOf(InterruptedException.class)
        .isNotInstanceOf(CancelledException.class);
  }

  @Test
  void aResultThatIsReturnedAllTheSameIsNotLost() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch running = new CountDownLatch(1);
    Running<Object> caller =
        Kind.VIRTUAL.start(
            () -> {
              List<Object> seen = new ArrayList<>();
              scope.run(
                  () -> {
                    seen.add(Selvage.<String, RuntimeException>blocking(() -> stubborn(running)));
                    Selvage.checkpoint();
                    seen.add("never");
                  });
              return seen;
            });
    running.await();
    scope.cancel("enough");
    assertThat(caller.get()).isEqualTo(List.of("done all the same"));
  }

  @Test
  void afterAResultThatCameThoughCancelledNoInterruptLeavesTheScope() throws Exception {
    CancelScope scope = CancelScope.create();
    List<Object> seen = new ArrayList<>();
    boolean completed =
        scope.run(
            () -> {
              seen.add(
                  Selvage.blocking(
                      () -> {
                        scope.cancel("meant");
                        awaitCondition("it is interrupted", Thread::interrupted);
                        return "result";
                      }));
              Selvage.checkpoint();
            });
    assertThat(completed).isFalse();
    assertThat(seen).containsExactly("result");
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aResultIsNotLostToAnInterruptEither() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Running<String> caller = Kind.VIRTUAL.start(() -> Selvage.blocking(() -> stubborn(running)));
    running.await();
    caller.thread().interrupt();
    assertThat(caller.flagLeft()).as("the next operation reports it").isTrue();
    assertThat(caller.get()).isEqualTo("done all the same");
  }

  private static String stubborn(CountDownLatch running) {
    running.countDown();
    try {
      blockInForeignCode();
      return "undisturbed";
    } catch (InterruptedException e) {
      return "done all the same";
    }
  }

  @Test
  void whatACallThrowsInsteadWhenItIsCancelledIsNotLost() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch running = new CountDownLatch(1);
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.blocking(
                            () -> {
                              try {
                                running.countDown();
                                blockInForeignCode();
                              } catch (InterruptedException e) {
                                throw new IOException("disk", e);
                              } finally {
                                failCleaningUp();
                              }
                            })));
    running.await();
    scope.cancel("enough");
    assertThat(caller.failure()).isInstanceOf(IllegalStateException.class).hasMessage("clean-up");
  }

  private static void failCleaningUp() {
    throw new IllegalStateException("clean-up");
  }

  @Test
  void aCallThatWaitsForRoomAndIsCancelledNeverBeginsAndKeepsNothing() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Running<Void> first =
        Kind.VIRTUAL.run(
            () ->
                pool.call(
                    () -> {
                      running.countDown();
                      go.await();
                    }));
    running.await();
    CancelScope scope = CancelScope.create();
    Running<Boolean> second =
        Kind.VIRTUAL.start(() -> scope.run(() -> pool.call(() -> log.add("never"))));
    awaitCondition("it waits", () -> pool.toString().equals("ThreadPool[0 free, 1 waiting]"));
    scope.cancel("enough");
    assertThat(second.get()).isFalse();
    go.countDown();
    first.get();
    assertThat(log).isEmpty();
    assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
  }

  @Test
  void aCallThatHasACancelOfItsOwnIsNotInterrupted() throws Exception {
    CancelScope scope = CancelScope.create();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch statementCancelled = new CountDownLatch(1);
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.blocking(
                            () ->
                                Selvage.cancellable(
                                    () -> {
                                      running.countDown();
                                      statementCancelled.await();
                                      log.add(Thread.currentThread().isInterrupted());
                                      throw new IOException("statement was cancelled");
                                    },
                                    statementCancelled::countDown))));
    running.await();
    scope.cancel("enough");
    assertThat(caller.get()).isFalse();
    assertThat(log).containsExactly(false);
  }

  @Test
  void whenTheLoopCrashesACallIsInterruptedAndWaitedFor() {
    Loop loop = new Loop();
    CountDownLatch running = new CountDownLatch(1);
    IOException crash = new IOException("crash");
    IllegalStateException inCleanUp = new IllegalStateException("from cancelled");
    assertThatThrownBy(
            () ->
                loop.run(
                    () -> {
                      loop.fork("call", () -> Selvage.blocking(() -> failWhen(running, inCleanUp)));
                      Selvage.blocking(() -> running.await());
                      throw crash;
                    }))
        .isSameAs(crash);
    assertThat(inCleanUp.getSuppressed()[0]).isInstanceOf(InterruptedException.class);
    assertThat(crash.getSuppressed()).contains(inCleanUp);
  }

  private static void failWhen(CountDownLatch running, IllegalStateException thrown) {
    try {
      running.countDown();
      blockInForeignCode();
    } catch (InterruptedException e) {
      thrown.addSuppressed(e); // as a cause it would make this a shape of the cancellation
      throw thrown;
    }
  }

  @Test
  void aCallThatLooksAtNoInterruptIsWaitedFor() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicReference<Thread> worker = new AtomicReference<>();
    CountDownLatch go = new CountDownLatch(1);
    Running<Boolean> caller =
        Kind.VIRTUAL.start(
            () ->
                scope.run(
                    () ->
                        Selvage.blocking(
                            () -> {
                              worker.set(Thread.currentThread());
                              Threads.await(go); // whatever happens
                              log.add("its own end");
                            })));
    awaitCondition("the call runs", () -> worker.get() != null);
    scope.cancel("enough");
    log.add("cancelled");
    go.countDown();
    caller.get();
    assertThat(log).containsExactly("cancelled", "its own end");
  }

  @Test
  void ofCallsThatFailAtOnceEachFailureIsReported() {
    CountDownLatch all = new CountDownLatch(10);
    Throwable thrown =
        catchThrowable(
            () ->
                TaskGroup.run(
                    g -> {
                      for (int i = 0; i < 10; i++) {
                        int number = i;
                        g.fork(() -> Selvage.blocking(() -> failWithAll(all, number)));
                      }
                    }));
    assertThat(((TaskFailedException) thrown).failures())
        .hasSize(10)
        .doesNotHaveDuplicates()
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(IllegalStateException.class));
  }

  private static void failWithAll(CountDownLatch all, int number) {
    all.countDown();
    Threads.await(all); // whatever happens: each has failed before it can be cancelled
    throw new IllegalStateException("failure " + number);
  }

  // ---- exceptions that are constants

  @Test
  void anExceptionThatIsThrownAgainAndAgainDoesNotGrow() throws Exception {
    IOException constant = new IOException("constant");
    Loop loop = new Loop();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(
              () ->
                  loop.run(
                      () ->
                          Selvage.blocking(
                              () -> {
                                throw constant;
                              })))
          .isSameAs(constant);
    }
    assertThat(constant.getSuppressed()).hasSizeLessThan(20);
  }
}
