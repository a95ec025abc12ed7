package io.selvage;

import static io.selvage.Operation.foreign;
import static io.selvage.Operation.looking;
import static io.selvage.Operation.waiting;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Fixture.InGroup;
import io.selvage.Fixture.InGroupWithATask;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.Completion;
import io.selvage.kernel.WaitNode;
import io.selvage.service.CloseSignal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The operations of this package that wait, for {@link CancelEverywhereTest}. */
final class CoreOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("Selvage.sleep", Sleep::new),
          looking("Selvage.checkpoint", () -> Fixture.instant(Selvage::checkpoint)),
          looking("Selvage.throwIfCancelled", () -> Fixture.instant(Selvage::throwIfCancelled)),
          waiting("Task.join", Join::new),
          waiting("TaskGroup.start", Start::new),
          waiting("Completion.await", () -> completion(WaitNode.NEVER)),
          waiting(
              "Completion.await(deadline)", () -> completion(System.nanoTime() + LONG.toNanos())),
          waiting("TaskGroup.run, at its end", GroupEnd::new),
          waiting("Loop.run", LoopRun::new),
          waiting("ThreadPool.call", PoolCall::new),
          waiting("ThreadPool.call, waiting for room", FullPool::new),
          waiting("Selvage.callCancellable", Cancellable::new),
          foreign("foreign BlockingQueue.take", ForeignTake::new));

  private CoreOperations() {}

  private static Fixture completion(long deadline) {
    Completion<String> completion = new Completion<>();
    return Fixture.of(
        () -> assertThat(completion.await("test", "a test", deadline)).isEqualTo("value"),
        () -> completion.complete("value"),
        happened -> assertThat(completion.waiting()).isZero());
  }

  /** Is completed by time: it ends soon after {@link #complete} has said so. */
  static final class Sleep extends Fixture {
    private volatile boolean over;

    @Override
    void perform() throws Exception {
      // One long sleep, unless it is to race with its end.
      Selvage.sleep(over ? Duration.ofNanos(20_000) : LONG);
    }

    @Override
    void complete() {
      over = true;
    }
  }

  private static final class Join extends InGroupWithATask {
    private final Task<String> task = group.get().fork(this::resultAtTheEnd);

    @Override
    void perform() throws Exception {
      assertThat(task.join()).isEqualTo("result");
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(task.join()).isEqualTo("result");
    }
  }

  private static final class Start extends InGroup {
    private final CloseSignal ready = new CloseSignal();
    private volatile String got;

    @Override
    void perform() throws Exception {
      got =
          group
              .get()
              .start(
                  "child",
                  status -> {
                    await(ready);
                    status.started("ready");
                  });
    }

    @Override
    void complete() {
      ready.close();
    }

    @Override
    void verify(boolean happened) {
      assertThat(got).isEqualTo(happened ? "ready" : null);
      awaitCondition("the child has ended", () -> group.get().running() == 0);
    }
  }

  private static final class GroupEnd extends Fixture {
    private final CloseSignal end = new CloseSignal();
    private final AtomicReference<Task<String>> task = new AtomicReference<>();

    @Override
    void perform() throws Exception {
      TaskGroup.run(
          group ->
              task.set(
                  group.fork(
                      () -> {
                        await(end);
                        return "result";
                      })));
      Selvage.throwIfCancelled(); // an empty or finished group is no operation that may wait
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) {
      if (happened) {
        assertThat(task.get().resultNow()).isEqualTo("result");
      } else {
        assertThat(task.get().isDone()).isTrue();
      }
    }
  }

  private static final class LoopRun extends Fixture {
    private final Loop loop = new Loop();
    private final CloseSignal end = new CloseSignal();

    @Override
    void perform() throws Exception {
      loop.run(() -> await(end));
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(loop.isRunning()).isFalse();
      assertThat(loop.<Integer, RuntimeException>call(() -> 42)).isEqualTo(42);
    }
  }

  private static final class PoolCall extends Fixture {
    private final ThreadPool pool = new ThreadPool(1);
    private final CloseSignal end = new CloseSignal();

    @Override
    void perform() throws Exception {
      assertThat(pool.<String, Exception>call(this::block)).isEqualTo("result");
    }

    private String block() throws InterruptedException {
      await(end);
      return "result";
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
      boolean flag =
          pool.<Boolean, RuntimeException>call(
              () -> {
                Selvage.sleep(Duration.ofNanos(1));
                return Thread.currentThread().isInterrupted();
              });
      assertThat(flag).as("the flag in the next call").isFalse();
    }
  }

  /** A pool whose only thread is in use until {@link #complete}. */
  private static final class FullPool extends Fixture {
    private final ThreadPool pool = new ThreadPool(1);
    private final CountDownLatch full = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicBoolean called = new AtomicBoolean();
    private final Running<Void> user =
        Kind.VIRTUAL.run(
            () ->
                pool.run(
                    () -> {
                      full.countDown();
                      end.await();
                    }));

    FullPool() {
      Threads.await(full);
    }

    @Override
    void perform() throws Exception {
      pool.run(() -> called.set(true));
    }

    @Override
    void complete() {
      end.countDown();
    }

    @Override
    void verify(boolean happened) throws Exception {
      user.get();
      if (happened) {
        assertThat(called).isTrue();
      }
      assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
    }
  }

  /** A foreign call that knows a cancel of its own. */
  private static final class Cancellable extends Fixture {
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();

    @Override
    void perform() throws Exception {
      Selvage.runCancellable(
          () -> {
            if (answers.take().equals("cancel")) {
              throw new IllegalStateException("cancelled by its own means");
            }
          },
          () -> answers.add("cancel"));
    }

    @Override
    void complete() {
      answers.add("answer");
    }
  }

  private static final class ForeignTake extends Fixture {
    private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();

    @Override
    void perform() throws Exception {
      queue.take();
    }

    @Override
    void complete() {
      queue.add("item");
    }

    @Override
    void verify(boolean happened) {
      assertThat(queue).hasSize(happened ? 0 : 1);
    }
  }
}
