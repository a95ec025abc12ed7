package io.selvage;

import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.interop.WaitingOperations;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Machine;
import io.selvage.kernel.WaitNode;
import io.selvage.service.Actor;
import io.selvage.service.CloseScope;
import io.selvage.service.LoopServiceThread;
import io.selvage.service.Mailbox;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.service.Service;
import io.selvage.service.ServiceThread;
import io.selvage.service.WorkTracker;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Enumerates every operation of the library that may wait, and cancels it in every way at every
 * moment. It happened or it did not, never both; nothing is lost and nothing leaks.
 *
 * <p>A new operation gets one line in {@link #OPERATIONS}.
 */
@ExtendWith(LeakCheck.class)
class CancelEverywhereTest {

  /** Whether an operation waits for something, or only looks whether it is cancelled. */
  private enum Waits {
    YES,
    NO,
    /**
     * In foreign code: its interrupt may come a moment behind the cancel, so nothing is promised on
     * entry.
     */
    FOREIGN
  }

  private record Operation(String name, Waits waits, Supplier<Fixture> fixture) {}

  private static final List<Operation> OPERATIONS =
      List.of(
          new Operation("Selvage.sleep", Waits.YES, Sleep::new),
          new Operation("Selvage.checkpoint", Waits.NO, () -> instant(Selvage::checkpoint)),
          new Operation(
              "Selvage.throwIfCancelled", Waits.NO, () -> instant(Selvage::throwIfCancelled)),
          new Operation("Channel.receive", Waits.YES, Receive::new),
          new Operation("Channel.forEach", Waits.YES, ForEach::new),
          new Operation("Channel.send", Waits.NO, Send::new),
          new Operation("Task.join", Waits.YES, Join::new),
          new Operation("TaskGroup.start", Waits.YES, Start::new),
          new Operation("CloseScope.await", Waits.YES, () -> close(CloseScope::await)),
          new Operation("CloseScope.await(Duration)", Waits.YES, () -> close(c -> c.await(LONG))),
          new Operation("Completion.await", Waits.YES, () -> completion(WaitNode.NEVER)),
          new Operation(
              "Completion.await(deadline)",
              Waits.YES,
              () -> completion(System.nanoTime() + LONG.toNanos())),
          new Operation("TaskGroup.run, at its end", Waits.YES, GroupEnd::new),
          new Operation("Loop.run", Waits.YES, LoopRun::new),
          new Operation("ThreadPool.call", Waits.YES, PoolCall::new),
          new Operation("ThreadPool.call, waiting for room", Waits.YES, FullPool::new),
          new Operation("Selvage.cancellable", Waits.YES, Cancellable::new),
          new Operation("foreign BlockingQueue.take", Waits.FOREIGN, ForeignTake::new),
          new Operation("ReplyHandle.await", Waits.YES, () -> new Reply(ReplyHandle::await)),
          new Operation(
              "ReplyHandle.await(Duration)", Waits.YES, () -> new Reply(r -> r.await(LONG))),
          new Operation("RequestRegistry.request", Waits.YES, Request::new),
          new Operation(
              "WorkTracker.awaitBusy", Waits.YES, () -> tracker(WorkTracker::awaitBusy, 0)),
          new Operation(
              "WorkTracker.awaitIdle", Waits.YES, () -> tracker(WorkTracker::awaitIdle, 1)),
          new Operation(
              "Service.awaitStarted", Waits.YES, () -> new Starting(Service::awaitStarted)),
          new Operation(
              "Service.awaitStarted(Duration)",
              Waits.YES,
              () -> new Starting(s -> s.awaitStarted(LONG))),
          new Operation(
              "Service.awaitStopped", Waits.YES, () -> new Stopping(Service::awaitStopped)),
          new Operation(
              "Service.awaitStopped(Duration)",
              Waits.YES,
              () -> new Stopping(s -> s.awaitStopped(LONG))),
          new Operation("Service.joinOrLog", Waits.YES, () -> new Stopping(s -> s.joinOrLog(LONG))),
          new Operation("LoopServiceThread.callSync", Waits.YES, CallSync::new),
          new Operation("Mailbox.get", Waits.YES, MailboxGet::new),
          new Operation("Actor.run", Waits.YES, () -> new RunActor(true)),
          new Operation("Actor.run, concurrent", Waits.YES, () -> new RunActor(false)),
          new Operation("Event.await", Waits.YES, () -> SyncFixtures.event(Event::await)),
          new Operation(
              "Event.await(Duration)", Waits.YES, () -> SyncFixtures.event(e -> e.await(LONG))),
          new Operation("Lock.acquire", Waits.YES, () -> SyncFixtures.lock(Lock::acquire)),
          new Operation(
              "Lock.acquire(Duration)", Waits.YES, () -> SyncFixtures.lock(l -> l.acquire(LONG))),
          new Operation(
              "Semaphore.acquire", Waits.YES, () -> SyncFixtures.semaphore(Semaphore::acquire)),
          new Operation(
              "Semaphore.acquire(Duration)",
              Waits.YES,
              () -> SyncFixtures.semaphore(s -> s.acquire(LONG))),
          new Operation("Barrier.await", Waits.YES, () -> SyncFixtures.barrier(Barrier::await)),
          new Operation(
              "Barrier.await(Duration)", Waits.YES, () -> SyncFixtures.barrier(b -> b.await(LONG))),
          new Operation("Tasks.all", Waits.YES, () -> close(TasksFixtures::all)),
          new Operation("Tasks.race", Waits.YES, () -> close(TasksFixtures::race)),
          new Operation("Tasks.firstSuccess", Waits.YES, () -> close(TasksFixtures::firstSuccess)),
          new Operation("Tasks.map", Waits.YES, () -> close(TasksFixtures::map)),
          new Operation(
              "Tasks.map, waiting for room", Waits.YES, () -> close(TasksFixtures::mapWithLimit)),
          new Operation("Tasks.mapBlocking", Waits.YES, () -> close(TasksFixtures::mapBlocking)),
          new Operation("Tasks.isolate", Waits.YES, () -> close(TasksFixtures::isolate)),
          new Operation(
              "Tasks.joinAll", Waits.YES, () -> new TasksFixtures.OfATask(Tasks::joinAll)),
          new Operation(
              "CompletionOrder.await",
              Waits.YES,
              () -> new TasksFixtures.OfATask(tasks -> Tasks.asCompleted(tasks).await(0))),
          new Operation(
              "CompletionOrder.forEach",
              Waits.YES,
              () ->
                  new TasksFixtures.OfATask(tasks -> Tasks.asCompleted(tasks).forEach(Task::join))),
          new Operation(
              "CompletionOrder.awaitAll",
              Waits.YES,
              () -> new TasksFixtures.OfATask(tasks -> Tasks.asCompleted(tasks).awaitAll())),
          new Operation("Lazy.join", Waits.YES, TasksFixtures.JoinLazy::new),
          interop("Futures.await", WaitingOperations::futuresAwait),
          interop("Futures.awaitShared", WaitingOperations::futuresAwaitShared),
          interop("FlowReceiver.receive", WaitingOperations::flowReceive),
          interop("FlowReceiver.forEach", WaitingOperations::flowForEach),
          interop("Emitter.emit", WaitingOperations::emit),
          interop("GroupExecutor's Future.get", WaitingOperations::futureGet),
          interop("GroupExecutor.invokeAll", WaitingOperations::invokeAll),
          interop("GroupExecutor.invokeAny", WaitingOperations::invokeAny),
          interop("GroupExecutor.awaitTermination", WaitingOperations::awaitTermination),
          interop("Background.finish", WaitingOperations::backgroundFinish),
          interop("HomeThread.callSync", WaitingOperations::callSync));

  private static Operation interop(String name, Supplier<WaitingOperations.Waiting> waiting) {
    return new Operation(name, Waits.YES, () -> new Interop(waiting.get()));
  }

  // ---- the operations

  /** One operation on objects of its own. */
  abstract static class Fixture {
    /** The operation; returns if it happened. */
    abstract void perform() throws Exception;

    /** Makes the operation happen, now or when it begins. Another thread. */
    abstract void complete() throws Exception;

    /** Looks whether nothing is lost and nobody waits any more; {@link #complete} was called. */
    void verify(boolean happened) throws Exception {}

    void close() {}
  }

  static Fixture fixture(
      ThrowingRunnable<Exception> perform,
      ThrowingRunnable<Exception> complete,
      ThrowingConsumer<Boolean, Exception> verify) {
    return new Fixture() {
      @Override
      void perform() throws Exception {
        perform.run();
      }

      @Override
      void complete() throws Exception {
        complete.run();
      }

      @Override
      void verify(boolean happened) throws Exception {
        verify.accept(happened);
      }
    };
  }

  /** An operation of {@code io.selvage.interop}. */
  private static final class Interop extends Fixture {
    private final WaitingOperations.Waiting waiting;

    Interop(WaitingOperations.Waiting waiting) {
      this.waiting = waiting;
    }

    @Override
    void perform() throws Exception {
      waiting.perform().run();
    }

    @Override
    void complete() throws Exception {
      waiting.complete().run();
    }

    @Override
    void verify(boolean happened) throws Exception {
      waiting.verify().accept(happened);
    }

    @Override
    void close() {
      try {
        waiting.close().run();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private static Fixture instant(ThrowingRunnable<Exception> perform) {
    return fixture(perform, () -> {}, happened -> {});
  }

  private static Fixture close(ThrowingConsumer<CloseScope, Exception> await) {
    CloseScope scope = new CloseScope();
    return fixture(
        () -> await.accept(scope), scope::close, happened -> assertThat(scope.isClosed()).isTrue());
  }

  private static Fixture completion(long deadline) {
    Completion<String> completion = new Completion<>();
    return fixture(
        () -> assertThat(completion.await("test", "a test", deadline)).isEqualTo("value"),
        () -> completion.complete("value"),
        happened -> assertThat(completion.waiting()).isZero());
  }

  /** Is completed by time: it ends soon after {@link #complete} has said so. */
  private static final class Sleep extends Fixture {
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

  private static final class Receive extends Fixture {
    private final Channel<String> channel = Channel.unbounded();
    private volatile String got;

    @Override
    void perform() throws Exception {
      got = channel.receive();
    }

    @Override
    void complete() {
      channel.trySend("item");
    }

    @Override
    void verify(boolean happened) {
      assertThat(got).isEqualTo(happened ? "item" : null);
      assertThat(channel.drain()).isEqualTo(happened ? List.of() : List.of("item"));
      assertThat(channel.stats().waitingReceivers()).isZero();
      assertThat(channel.stats().received()).isEqualTo(happened ? 1 : 0);
    }
  }

  private static final class ForEach extends Fixture {
    private final Channel<String> channel = Channel.unbounded();
    private final List<String> got = Collections.synchronizedList(new ArrayList<>());

    @Override
    void perform() throws Exception {
      channel.forEach(got::add);
    }

    @Override
    void complete() {
      channel.trySend("a");
      channel.trySend("b");
      channel.close();
    }

    @Override
    void verify(boolean happened) {
      List<String> all = new ArrayList<>(got);
      if (happened) {
        assertThat(channel.stats().queued()).isZero();
      }
      all.addAll(channel.drain());
      assertThat(all).containsExactly("a", "b");
      assertThat(channel.stats().waitingReceivers()).isZero();
    }
  }

  private static final class Send extends Fixture {
    private final Channel<String> channel = Channel.unbounded();

    @Override
    void perform() throws Exception {
      channel.send("item");
    }

    @Override
    void complete() {}

    @Override
    void verify(boolean happened) {
      assertThat(channel.drain()).isEqualTo(happened ? List.of("item") : List.of());
      assertThat(channel.stats().sent()).isEqualTo(happened ? 1 : 0);
    }
  }

  /** A fixture with a group that another thread holds open. */
  abstract static class InGroup extends Fixture {
    final AtomicReference<TaskGroup> group = new AtomicReference<>();
    final CountDownLatch closing = new CountDownLatch(1);
    final Running<Void> owner =
        Kind.VIRTUAL.run(
            () ->
                TaskGroup.run(
                    g -> {
                      group.set(g);
                      Threads.await(closing);
                    }));

    InGroup() {
      awaitCondition("the group is open", () -> group.get() != null);
    }

    @Override
    void close() {
      closing.countDown();
      assertThat(owner.failure()).isNull();
    }
  }

  private static final class Join extends InGroup {
    private final CloseScope end = new CloseScope();
    private final Task<String> task =
        group
            .get()
            .fork(
                () -> {
                  end.await();
                  return "result";
                });

    @Override
    void perform() throws Exception {
      assertThat(task.join()).isEqualTo("result");
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(task.join()).isEqualTo("result");
    }
  }

  private static final class Start extends InGroup {
    private final CloseScope ready = new CloseScope();
    private volatile String got;

    @Override
    void perform() throws Exception {
      got =
          group
              .get()
              .start(
                  "child",
                  status -> {
                    ready.await();
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
    private final CloseScope end = new CloseScope();
    private final AtomicReference<Task<String>> task = new AtomicReference<>();

    @Override
    void perform() throws Exception {
      TaskGroup.run(
          group ->
              task.set(
                  group.fork(
                      () -> {
                        end.await();
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
    private final CloseScope end = new CloseScope();

    @Override
    void perform() throws Exception {
      loop.run(() -> end.await());
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(loop.isRunning()).isFalse();
      assertThat(loop.<Integer, RuntimeException>run(() -> 42)).isEqualTo(42);
    }
  }

  private static final class PoolCall extends Fixture {
    private final ThreadPool pool = new ThreadPool(1);
    private final CloseScope end = new CloseScope();

    @Override
    void perform() throws Exception {
      assertThat(pool.<String, Exception>call(this::block)).isEqualTo("result");
    }

    private String block() throws InterruptedException {
      end.await();
      return "result";
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) {
      assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
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
                pool.call(
                    () -> {
                      full.countDown();
                      end.await();
                    }));

    FullPool() {
      Threads.await(full);
    }

    @Override
    void perform() throws Exception {
      pool.call(() -> called.set(true));
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
      Selvage.cancellable(
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

  private static final class Reply extends Fixture {
    private final RequestRegistry<Integer, String> registry = new RequestRegistry<>();
    private final ReplyHandle<Integer, String> handle = registry.register(1);
    private final ThrowingFunction await;
    private volatile boolean resolved;

    interface ThrowingFunction {
      String apply(ReplyHandle<Integer, String> handle) throws Exception;
    }

    Reply(ThrowingFunction await) {
      this.await = await;
    }

    @Override
    void perform() throws Exception {
      assertThat(await.apply(handle)).isEqualTo("value");
    }

    @Override
    void complete() {
      resolved = handle.resolve("value");
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(registry.size()).isZero();
      if (happened) {
        assertThat(resolved).isTrue();
      } else if (resolved) {
        assertThat(handle.await()).as("the reply is kept").isEqualTo("value");
      }
    }
  }

  private static final class Request extends Fixture {
    private final RequestRegistry<Integer, String> registry = new RequestRegistry<>();
    private volatile boolean early;
    private volatile boolean resolved;

    @Override
    void perform() throws Exception {
      assertThat(registry.request(1, reply -> resolved |= early && reply.resolve("value")))
          .isEqualTo("value");
    }

    @Override
    void complete() {
      early = true;
      resolved |= registry.resolve(1, "value");
    }

    @Override
    void verify(boolean happened) {
      assertThat(registry.size()).isZero();
      assertThat(resolved).isEqualTo(happened);
    }
  }

  private static Fixture tracker(ThrowingConsumer<WorkTracker, Exception> await, int before) {
    WorkTracker tracker = new WorkTracker();
    for (int i = 0; i < before; i++) {
      tracker.add();
    }
    return fixture(
        () -> await.accept(tracker),
        () -> {
          if (before == 0) {
            tracker.add();
          } else {
            tracker.done();
          }
        },
        happened -> assertThat(tracker.count()).isEqualTo(1 - before));
  }

  private static final class Starting extends Fixture {
    private final CloseScope ready = new CloseScope();
    private final ServiceThread service =
        ServiceThread.virtual(
            "starting",
            self -> {
              ready.await();
              self.started();
              self.scope().await();
            });
    private final ThrowingConsumer<Service, Exception> await;

    Starting(ThrowingConsumer<Service, Exception> await) {
      this.await = await;
      service.start();
    }

    @Override
    void perform() throws Exception {
      await.accept(service);
    }

    @Override
    void complete() throws Exception {
      ready.close();
      if (!service.isReady()) {
        service.awaitStarted();
      }
    }

    @Override
    void close() {
      service.stop();
      awaitCondition("it has stopped", service::isStopped);
      assertThat(service.failure()).isEmpty();
    }
  }

  private static final class Stopping extends Fixture {
    private final ServiceThread service =
        ServiceThread.virtual(
            "stopping",
            self -> {
              self.started();
              self.scope().await();
            });
    private final ThrowingConsumer<Service, Exception> await;

    Stopping(ThrowingConsumer<Service, Exception> await) {
      this.await = await;
      service.start();
      awaitCondition("it is ready", service::isReady);
    }

    @Override
    void perform() throws Exception {
      await.accept(service);
    }

    @Override
    void complete() throws Exception {
      service.stop();
      service.awaitStopped();
    }
  }

  private static final class CallSync extends Fixture {
    private final LoopServiceThread service = LoopServiceThread.virtual("loop");
    private final CloseScope end = new CloseScope();

    CallSync() {
      service.start();
      awaitCondition("it is ready", service::isReady);
    }

    @Override
    void perform() throws Exception {
      String result =
          service.callSync(
              () -> {
                end.await();
                return "result";
              });
      assertThat(result).isEqualTo("result");
    }

    @Override
    void complete() {
      end.close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      int answer = service.callSync(() -> 42);
      assertThat(answer).isEqualTo(42);
    }

    @Override
    void close() {
      service.stop();
      awaitCondition("it has stopped", service::isStopped);
      assertThat(service.failure()).isEmpty();
    }
  }

  private static final class MailboxGet extends Fixture {
    private final Mailbox<String> mailbox = new Mailbox<>();

    @Override
    void perform() throws Exception {
      assertThat(mailbox.get()).isEqualTo("message");
    }

    @Override
    void complete() {
      mailbox.submit("message");
    }

    @Override
    void verify(boolean happened) {
      assertThat(mailbox.drain()).hasSize(happened ? 0 : 1);
      assertThat(mailbox.stats().waitingReceivers()).isZero();
    }
  }

  private static final class RunActor extends Fixture {
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final Actor<String> actor;

    RunActor(boolean serialized) {
      actor =
          serialized
              ? Actor.of(handled::add)
              : Actor.concurrent((message, baton) -> handled.add(message));
    }

    @Override
    void perform() throws Exception {
      actor.run();
    }

    @Override
    void complete() {
      actor.submit("a");
      actor.submit("b");
      actor.close();
    }

    @Override
    void verify(boolean happened) {
      List<String> all = new ArrayList<>(handled);
      all.addAll(actor.mailbox().drain());
      assertThat(all).containsExactly("a", "b");
      assertThat(actor.mailbox().stats().waitingReceivers()).isZero();
    }
  }

  // ---- the moments and the ways

  private enum Moment {
    BEFORE_ENTRY,
    WHILE_IT_WAITS,
    RACING_WITH_ITS_COMPLETION,
    AFTER_IT_HAPPENED
  }

  private enum Way {
    BY_ANOTHER_THREAD,
    BY_DEADLINE,
    BY_INTERRUPT_FROM_OUTSIDE
  }

  private record Case(Operation operation, Moment moment, Way way, Kind kind) {
    @Override
    public String toString() {
      return operation.name() + " cancelled " + moment + " " + way + " on " + kind;
    }
  }

  static Stream<Case> everything() {
    return OPERATIONS.stream()
        .flatMap(
            operation ->
                Stream.of(Moment.values())
                    .filter(m -> operation.waits() != Waits.NO || m != Moment.WHILE_IT_WAITS)
                    .filter(m -> operation.waits() != Waits.FOREIGN || m != Moment.BEFORE_ENTRY)
                    .flatMap(
                        moment ->
                            Stream.of(Way.values())
                                .flatMap(
                                    way ->
                                        Stream.of(Kind.values())
                                            .map(kind -> new Case(operation, moment, way, kind)))));
  }

  /** One run of one case. */
  private static final class Run {
    private final Case what;
    private final int round;
    private final Fixture fixture;
    private final CancelScope scope = CancelScope.create();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile boolean happened;

    Run(Case what, int round) {
      this.what = what;
      this.round = round;
      this.fixture = what.operation().fixture().get();
    }

    void execute() throws Exception {
      try {
        if (what.moment() != Moment.WHILE_IT_WAITS) {
          if (what.moment() != Moment.RACING_WITH_ITS_COMPLETION || fixture instanceof Sleep) {
            complete();
          }
        }
        Running<Void> worker = what.kind().run(this::work);
        Threads.await(inside);
        cancelAndComplete(worker.thread());
        cancelled.countDown();
        worker.get();
        if (what.moment() == Moment.WHILE_IT_WAITS) {
          complete();
        }
        fixture.verify(happened);
      } finally {
        complete();
        fixture.close();
      }
    }

    private void complete() throws Exception {
      if (completed.compareAndSet(false, true)) {
        fixture.complete();
      }
    }

    private void cancelAndComplete(Thread worker) throws Exception {
      switch (what.moment()) {
        case BEFORE_ENTRY, AFTER_IT_HAPPENED -> cancel(worker);
        case WHILE_IT_WAITS -> {
          awaitBlocked(worker);
          cancel(worker);
        }
        case RACING_WITH_ITS_COMPLETION -> {
          Running<Void> completer = Kind.PLATFORM.run(this::complete);
          spin(round * 37 % 400);
          cancel(worker);
          completer.get();
        }
      }
    }

    private static void spin(int times) {
      for (int i = 0; i < times; i++) {
        Thread.onSpinWait();
      }
    }

    private void cancel(Thread worker) {
      switch (what.way()) {
        case BY_ANOTHER_THREAD -> assertThat(scope.cancel("by the test")).isTrue();
        case BY_DEADLINE -> {
          scope.setDeadline(Deadline.after(Duration.ofNanos(round % 3 * 20_000L)));
          if (what.moment() != Moment.AFTER_IT_HAPPENED) {
            awaitCondition("the time is over", () -> scope.isCancelled() || !scope.isActive());
            awaitTimers(); // the scope says so a moment before its threads are told
          }
        }
        case BY_INTERRUPT_FROM_OUTSIDE -> worker.interrupt();
      }
    }

    /** Waits until the thread of the timers has done what was due. */
    private static void awaitTimers() {
      CountDownLatch done = new CountDownLatch(1);
      Machine.real().callAt(Machine.real().now(), done::countDown);
      Threads.await(done);
    }

    /** The life of the thread that is cancelled, in an outer scope that is not. */
    private void work() throws Exception {
      boolean outerCompleted =
          CancelScope.create()
              .run(
                  () -> {
                    Throwable thrown = null;
                    boolean completed = false;
                    try {
                      completed = scope.run(this::performInScope);
                    } catch (InterruptedException e) {
                      thrown = e;
                    }
                    check(completed, thrown);
                    Selvage.checkpoint();
                    Selvage.sleep(Duration.ofNanos(1));
                    Thread.sleep(0);
                  });
      assertThat(outerCompleted).as("%s: the outer scope runs on", what).isTrue();
    }

    private void performInScope() throws Exception {
      switch (what.moment()) {
        case BEFORE_ENTRY -> {
          inside.countDown();
          Threads.await(cancelled);
          fixture.perform();
          happened = true;
        }
        case WHILE_IT_WAITS, RACING_WITH_ITS_COMPLETION -> {
          inside.countDown();
          fixture.perform();
          happened = true;
        }
        case AFTER_IT_HAPPENED -> {
          fixture.perform();
          happened = true;
          inside.countDown();
          Threads.await(cancelled);
        }
      }
    }

    private void check(boolean completed, Throwable thrown) {
      boolean flagAtExit = Thread.currentThread().isInterrupted();
      Threads.await(cancelled);
      boolean flag = Thread.interrupted();
      switch (what.moment()) {
        case BEFORE_ENTRY, WHILE_IT_WAITS ->
            assertThat(happened).as("%s: it happened", what).isFalse();
        case AFTER_IT_HAPPENED -> assertThat(happened).as("%s: it happened", what).isTrue();
        case RACING_WITH_ITS_COMPLETION -> {}
      }
      if (what.way() == Way.BY_INTERRUPT_FROM_OUTSIDE) {
        assertThat(thrown == null).as("%s: thrown or happened", what).isEqualTo(happened);
        assertThat(completed).isEqualTo(happened);
        if (thrown != null) {
          assertThat(thrown).isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(flag).as("%s: the interrupt is thrown or kept", what).isEqualTo(happened);
        assertThat(scope.isCancelled()).isFalse();
      } else {
        assertThat(thrown).as("%s: leaves its scope", what).isNull();
        assertThat(completed).as("%s: completed or cancelled", what).isEqualTo(happened);
        assertThat(scope.cancelledCaught()).isEqualTo(!happened);
        assertThat(flagAtExit).as("%s: the flag behind the scope", what).isFalse();
        assertThat(flag).as("%s: the flag later on", what).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everything")
  void itHappensOrItDoesNot(Case what) throws Exception {
    int rounds =
        switch (what.moment()) {
          case RACING_WITH_ITS_COMPLETION -> 25;
          case WHILE_IT_WAITS -> 3;
          case BEFORE_ENTRY, AFTER_IT_HAPPENED -> 2;
        };
    for (int round = 0; round < rounds; round++) {
      new Run(what, round).execute();
    }
  }
}
