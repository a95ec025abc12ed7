package io.selvage.kernel;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.channel.Channel;
import io.selvage.interop.Futures;
import io.selvage.interop.HomeThread;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A wait on a thread of a fork-join pool, of which there is one, lets the pool run what ends it.
 */
@ExtendWith(LeakCheck.class)
class ForkJoinTest {
  private static final int HANGS_SECONDS = 20;
  private static final Duration LONG = Duration.ofHours(1);

  private ForkJoinPool pool = pool(false, 256, null);

  private static ForkJoinPool pool(
      boolean async, int most, @Nullable Predicate<? super ForkJoinPool> saturate) {
    return new ForkJoinPool(
        1,
        ForkJoinPool.defaultForkJoinWorkerThreadFactory,
        null,
        async,
        1,
        most,
        1,
        saturate,
        10,
        TimeUnit.SECONDS);
  }

  @AfterEach
  void closePool() {
    pool.shutdownNow();
  }

  private static <T> T within(ForkJoinTask<T> task)
      throws InterruptedException, ExecutionException {
    try {
      return task.get(HANGS_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("it hangs", e);
    }
  }

  /** A wait, and what ends it: run by the same pool. */
  @SuppressWarnings("ImmutableEnumChecker")
  private enum Wait {
    EVENT {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        Event event = new Event();
        pool.execute(event::set);
        return () -> {
          event.await();
          return "";
        };
      }
    },
    RECEIVE {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        Channel<String> channel = Channel.unbounded();
        pool.execute(
            () ->
                Wait.must(
                    () -> {
                      channel.send("item");
                      return "";
                    }));
        return channel::receive;
      }
    },
    LOCK {
      @Override
      Callable<?> begin(ForkJoinPool pool) throws Exception {
        Lock lock = new Lock();
        Lock.Guard held = lock.acquire().handOver();
        pool.execute(held::close);
        return () -> {
          lock.acquire().close();
          return "";
        };
      }
    },
    SEMAPHORE {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        Semaphore semaphore = new Semaphore(0);
        pool.execute(() -> semaphore.add(1));
        return semaphore::acquire;
      }
    },
    FUTURE {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        CompletableFuture<String> future = new CompletableFuture<>();
        pool.execute(() -> future.complete("done"));
        return () -> Futures.await(future);
      }
    },
    HOME_THREAD {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        HomeThread home = HomeThread.of("pool", pool, () -> false);
        return () -> home.callSync(() -> "called");
      }
    },
    JOIN {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        Event event = new Event();
        pool.execute(event::set);
        return () ->
            TaskGroup.<String, Exception>call(
                group -> {
                  Task<String> task =
                      group.fork(
                          () -> {
                            event.await();
                            return "joined";
                          });
                  return task.join();
                });
      }
    },
    END_OF_A_GROUP {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        Event event = new Event();
        pool.execute(event::set);
        return () -> {
          TaskGroup.run(group -> group.launch(() -> event.await()));
          return "";
        };
      }
    },
    POOL {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        Event event = new Event();
        pool.execute(event::set);
        return () ->
            new ThreadPool(1)
                .call(
                    () -> {
                      event.await();
                      return "";
                    });
      }
    },
    SLEEP {
      @Override
      Callable<?> begin(ForkJoinPool pool) {
        CancelScope scope = CancelScope.create();
        pool.execute(() -> scope.cancel());
        return () -> scope.run(() -> Selvage.sleep(LONG));
      }
    };

    /** Hands to the pool what ends the wait, and returns the wait. */
    abstract Callable<?> begin(ForkJoinPool pool) throws Exception;

    private static void must(Callable<?> call) {
      try {
        var unused = call.call();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String waitInPool(ForkJoinPool pool, Wait wait) throws Exception {
    return within(
        pool.submit(
            () -> {
              var unused = wait.begin(pool).call(); // the only thread is here
              return "went on";
            }));
  }

  @ParameterizedTest
  @EnumSource
  void eachWaitLetsAnotherThreadOfThePoolWork(Wait wait) throws Exception {
    assertThat(waitInPool(pool, wait)).isEqualTo("went on");
  }

  @ParameterizedTest
  @EnumSource
  void eachWaitLetsAnotherThreadWorkInAPoolWhoseTasksAreNeverJoined(Wait wait) throws Exception {
    pool.shutdownNow();
    pool = pool(true, 256, null);
    assertThat(waitInPool(pool, wait)).isEqualTo("went on");
  }

  @Test
  void stagesThatWaitForEachOtherComeToTheirEnd() throws Exception {
    assertThat(within(pool.submit(() -> fibonacci(10)))).isEqualTo(55);
  }

  private int fibonacci(int n) throws InterruptedException {
    if (n < 2) {
      return n;
    }
    CompletableFuture<Integer> left =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return fibonacci(n - 1);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            pool);
    return fibonacci(n - 2) + Futures.await(left);
  }

  @Test
  void theElementsOfAParallelStreamMayWaitForEachOther() throws Exception {
    Event[] events = IntStream.range(0, 4).mapToObj(i -> new Event()).toArray(Event[]::new);
    int sum =
        within(
            pool.submit(
                () ->
                    IntStream.range(0, 4)
                        .parallel()
                        .map(
                            i -> {
                              events[i].set();
                              Wait.must(
                                  () -> {
                                    events[3 - i].await();
                                    return "";
                                  });
                              return i;
                            })
                        .sum()));
    assertThat(sum).isEqualTo(6);
  }

  // ---- what the pool does must not end or spoil the wait

  @Test
  void aPoolThatMayHaveNoMoreThreadsLetsTheThreadWaitAllTheSame() throws Exception {
    pool.shutdownNow();
    pool = pool(false, 1, null);
    Event event = new Event();
    ForkJoinTask<String> waits =
        pool.submit(
            () -> {
              event.await();
              return "set";
            });
    awaitWaiter(event);
    event.set(); // from outside of the pool
    assertThat(within(waits)).isEqualTo("set");
  }

  @Test
  void aPoolWhoseOwnCodeFailsLetsTheThreadWaitAllTheSame() throws Exception {
    pool.shutdownNow();
    pool =
        pool(false, 1, full -> failWith(new AssertionError("meant: a predicate fails in a test")));
    Event event = new Event();
    ForkJoinTask<String> waits =
        pool.submit(
            () -> {
              event.await();
              return "set";
            });
    awaitWaiter(event);
    event.set();
    assertThat(within(waits)).isEqualTo("set");
  }

  private static void awaitWaiter(Event event) {
    io.selvage.Threads.awaitCondition("it waits", () -> event.waiting() == 1);
  }

  @Test
  void aTimeLimitEndsTheWait() throws Exception {
    boolean ended =
        within(
            pool.submit(
                () ->
                    CancelScope.moveOnAfter(Duration.ofMillis(1)).run(() -> Selvage.sleep(LONG))));
    assertThat(ended).isFalse();
  }

  @Test
  void anInterruptFromOutsideEndsTheWaitAndIsNotLost() throws Exception {
    Event event = new Event();
    Thread[] worker = new Thread[1];
    ForkJoinTask<Boolean> waits =
        pool.submit(
            () -> {
              worker[0] = Thread.currentThread();
              assertThatThrownBy(event::await)
                  .isInstanceOf(InterruptedException.class)
                  .isNotInstanceOf(CancelledException.class);
              return Thread.currentThread().isInterrupted();
            });
    awaitWaiter(event);
    worker[0].interrupt();
    assertThat(within(waits)).isFalse();
  }

  @Test
  void anInterruptThatAShieldHidesIsThereAgainBehindIt() throws Exception {
    Event event = new Event();
    Thread[] worker = new Thread[1];
    ForkJoinTask<Boolean> waits =
        pool.submit(
            () -> {
              worker[0] = Thread.currentThread();
              var unused = CancelScope.shieldUnlimited().run(event::await);
              return Thread.interrupted();
            });
    awaitWaiter(event);
    worker[0].interrupt();
    pool.execute(event::set);
    assertThat(within(waits)).isTrue();
  }

  @Test
  void aPoolThatIsShutDownNowInterruptsTheWait() throws Exception {
    Event event = new Event();
    Event ended = new Event();
    pool.execute(
        () -> {
          assertThatThrownBy(event::await).isInstanceOf(InterruptedException.class);
          ended.set();
        });
    awaitWaiter(event);
    pool.shutdownNow();
    assertThat(CancelScope.moveOnAfter(Duration.ofSeconds(HANGS_SECONDS)).run(() -> ended.await()))
        .isTrue();
  }
}
