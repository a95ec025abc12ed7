package io.selvage.bench.rows;

import io.selvage.TaskGroup;
import io.selvage.bench.harness.Body;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.CoroutineLoop;
import io.selvage.bench.kotlin.Coroutines;
import io.selvage.sync.Event;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.CompletableDeferred;
import kotlinx.coroutines.CompletableDeferredKt;
import kotlinx.coroutines.GlobalScope;

/** A signal that wakes all threads that wait for it. */
final class EventRows {
  private EventRows() {}

  static List<Row> all() {
    return Stream.concat(
            Stream.of(forkAndWake(), wake(1000)),
            IntStream.of(10, 100, 1_000, 10_000, 100_000)
                .mapToObj(
                    waiters ->
                        withLibraries(
                                Row.timed(
                                    "events", "waiters-" + waiters, "one task waits and is woken"),
                                waiters,
                                waiters)
                            .in(new Growth("waiters of an event", "waiters", waiters))))
        .toList();
  }

  private static Row forkAndWake() {
    return withLibraries(
        Row.timed(
            "events", "event-fork-wake-1000", "1000 tasks are forked, wait, are woken and joined"),
        1000,
        1);
  }

  private static Row withLibraries(Row row, int waiters, int operations) {
    return row.with(
            Peers.SELVAGE,
            () ->
                () -> {
                  Event event = new Event();
                  TaskGroup.run(
                      group -> {
                        for (int i = 0; i < waiters; i++) {
                          group.launch(event::await);
                        }
                        event.set();
                      });
                  return operations;
                })
        .with(
            "CountDownLatch",
            () ->
                () -> {
                  CountDownLatch latch = new CountDownLatch(1);
                  Thread[] threads =
                      RawThreads.start(waiters, any -> RawThreads.interruptibly(latch::await));
                  latch.countDown();
                  RawThreads.joinAll(threads);
                  return operations;
                })
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  CompletableDeferred<Unit> deferred =
                      CompletableDeferredKt.CompletableDeferred(null);
                  Coroutines.run(
                      scope -> {
                        for (int i = 0; i < waiters; i++) {
                          Coroutines.launch(scope, deferred::await);
                        }
                        deferred.complete(Unit.INSTANCE);
                      });
                  return operations;
                });
  }

  // ---- they wait before the clock starts

  private static Row wake(int waiters) {
    return Row.timed("events", "event-wake-" + waiters, waiters + " tasks that wait are woken")
        .with(
            Peers.SELVAGE,
            () ->
                new Wake() {
                  private Event event = new Event();

                  @Override
                  public void prepare() {
                    event = new Event();
                    startThreads(waiters, event::await);
                  }

                  @Override
                  void give() {
                    event.set();
                  }
                })
        .with(
            "CountDownLatch",
            () ->
                new Wake() {
                  private CountDownLatch latch = new CountDownLatch(1);

                  @Override
                  public void prepare() {
                    latch = new CountDownLatch(1);
                    startThreads(waiters, latch::await);
                  }

                  @Override
                  void give() {
                    latch.countDown();
                  }
                })
        .with(
            Peers.KOTLIN,
            () ->
                new Wake() {
                  private CompletableDeferred<Unit> deferred =
                      CompletableDeferredKt.CompletableDeferred(null);

                  @Override
                  public void prepare() throws InterruptedException {
                    deferred = CompletableDeferredKt.CompletableDeferred(null);
                    startCoroutines(waiters, deferred);
                  }

                  @Override
                  void give() {
                    deferred.complete(Unit.INSTANCE);
                  }
                });
  }

  /** From the signal until all have run. */
  private abstract static class Wake implements Body {
    private CountDownLatch woken = new CountDownLatch(0);

    abstract void give();

    @Override
    public final int run() throws InterruptedException {
      give();
      woken.await();
      return 1;
    }

    final void startThreads(int waiters, RawThreads.Work wait) {
      CountDownLatch done = new CountDownLatch(waiters);
      woken = done;
      RawThreads.awaitWaiting(
          List.of(
              RawThreads.start(
                  waiters,
                  any ->
                      RawThreads.interruptibly(
                          () -> {
                            wait.run();
                            done.countDown();
                          }))));
    }

    final void startCoroutines(int waiters, CompletableDeferred<Unit> deferred)
        throws InterruptedException {
      CountDownLatch done = new CountDownLatch(waiters);
      CountDownLatch waiting = new CountDownLatch(waiters);
      woken = done;
      for (int i = 0; i < waiters; i++) {
        Coroutines.launch(
            GlobalScope.INSTANCE,
            end -> {
              Object state = new Waiter(deferred, done, end).start();
              waiting.countDown();
              return state;
            });
      }
      waiting.await();
    }
  }

  /** {@code deferred.await(); done.countDown()}. */
  private static final class Waiter extends CoroutineLoop {
    private final CompletableDeferred<Unit> deferred;
    private final CountDownLatch done;
    private boolean waited;

    Waiter(CompletableDeferred<Unit> deferred, CountDownLatch done, Continuation<?> completion) {
      super(completion);
      this.deferred = deferred;
      this.done = done;
    }

    @Override
    protected boolean more() {
      return !waited;
    }

    @Override
    protected Object step() {
      waited = true;
      return deferred.await(this);
    }

    @Override
    protected void end() {
      done.countDown();
    }
  }
}
