package io.selvage.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The operations of this package that wait, for the test that cancels all of them everywhere. */
public final class WaitingOperations {
  private WaitingOperations() {}

  /**
   * One operation on objects of its own.
   *
   * @param perform the operation
   * @param complete makes it happen, now or when it begins
   * @param verify looks behind it; gets whether it happened
   * @param close behind everything
   */
  public record Waiting(
      ThrowingRunnable<Exception> perform,
      ThrowingRunnable<Exception> complete,
      ThrowingConsumer<Boolean, Exception> verify,
      ThrowingRunnable<Exception> close) {}

  public static Waiting futuresAwait() {
    CompletableFuture<String> future = new CompletableFuture<>();
    return new Waiting(
        () -> assertThat(Futures.<String>await(future)).isEqualTo("value"),
        () -> future.complete("value"),
        happened -> {
          assertThat(future).isDone();
          if (happened) {
            assertThat(future).isCompletedWithValue("value");
          }
        },
        () -> {});
  }

  public static Waiting futuresAwaitShared() {
    CompletableFuture<String> future = new CompletableFuture<>();
    return new Waiting(
        () -> assertThat(Futures.<String>awaitShared(future)).isEqualTo("value"),
        () -> future.complete("value"),
        happened -> assertThat(future).isCompletedWithValue("value"),
        () -> {});
  }

  private static Flow.Subscriber<String> subscribed(FlowReceiver<String> receiver) {
    receiver
        .subscriber()
        .onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long n) {}

              @Override
              public void cancel() {}
            });
    return receiver.subscriber();
  }

  public static Waiting flowReceive() {
    FlowReceiver<String> receiver = FlowReceiver.create(1);
    Flow.Subscriber<String> publisher = subscribed(receiver);
    AtomicReference<String> got = new AtomicReference<>();
    return new Waiting(
        () -> got.set(receiver.receive()),
        () -> publisher.onNext("item"),
        happened -> {
          assertThat(got.get()).isEqualTo(happened ? "item" : null);
          assertThat(receiver.drain()).isEqualTo(happened ? List.of() : List.of("item"));
        },
        receiver::close);
  }

  public static Waiting flowForEach() {
    FlowReceiver<String> receiver = FlowReceiver.create(2);
    Flow.Subscriber<String> publisher = subscribed(receiver);
    List<String> got = new ArrayList<>();
    return new Waiting(
        () -> receiver.forEach(got::add),
        () -> {
          publisher.onNext("a");
          publisher.onNext("b");
          publisher.onComplete();
        },
        happened -> {
          List<String> all = new ArrayList<>(got);
          all.addAll(receiver.drain());
          assertThat(all).containsExactly("a", "b");
        },
        receiver::close);
  }

  public static Waiting emit() {
    Demand demand = new Demand();
    return new Waiting(
        () -> assertThat(demand.take("Emitter.emit", "a test")).isTrue(),
        () -> demand.add(1),
        happened -> assertThat(demand).hasToString("Demand[" + (happened ? 0 : 1) + "]"),
        () -> {});
  }

  public static Waiting futureGet() {
    CompletableFuture<String> end = new CompletableFuture<>();
    return inGroup(
        executor -> assertThat(executor.submit(end::join).get()).isEqualTo("value"),
        () -> end.complete("value"));
  }

  public static Waiting invokeAll() {
    Event end = new Event();
    return inGroup(executor -> executor.invokeAll(List.of(awaiting(end))), end::set);
  }

  public static Waiting invokeAny() {
    Event end = new Event();
    return inGroup(executor -> executor.invokeAny(List.of(awaiting(end))), end::set);
  }

  private static Callable<String> awaiting(Event end) {
    return () -> {
      end.await();
      return "value";
    };
  }

  private static Waiting inGroup(
      ThrowingConsumer<GroupExecutor, Exception> perform, ThrowingRunnable<Exception> complete) {
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    CountDownLatch closing = new CountDownLatch(1);
    Running<Void> owner =
        Kind.VIRTUAL.run(
            () ->
                TaskGroup.run(
                    opened -> {
                      group.set(opened);
                      Threads.await(closing);
                    }));
    Threads.awaitCondition("the group is open", () -> group.get() != null);
    return new Waiting(
        () -> perform.accept(GroupExecutor.of(group.get())),
        complete,
        happened -> Threads.awaitCondition("no task is left", () -> group.get().running() == 0),
        () -> {
          closing.countDown();
          assertThat(owner.failure()).isNull();
        });
  }

  public static Waiting awaitTermination() {
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    try {
      TaskGroup.run(group::set);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    GroupExecutor executor = GroupExecutor.of(group.get());
    return new Waiting(
        () -> assertThat(executor.awaitTermination(1, TimeUnit.HOURS)).isTrue(),
        executor::shutdown,
        happened -> assertThat(executor.isTerminated()).isTrue(),
        () -> {});
  }

  public static Waiting backgroundFinish() {
    Background background = Background.open("background");
    Event end = new Event();
    CompletableFuture<Void> work = background.launch(() -> end.await());
    return new Waiting(
        background::finish,
        end::set,
        happened -> {
          background.finish();
          assertThat(work).isCompletedWithValue(null);
        },
        background::close);
  }

  public static Waiting callSync() {
    Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
    AtomicBoolean open = new AtomicBoolean();
    AtomicBoolean called = new AtomicBoolean();
    Runnable runAll =
        () -> {
          for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
          }
        };
    HomeThread home =
        HomeThread.of(
            "home",
            call -> {
              calls.add(call);
              if (open.get()) {
                runAll.run();
              }
            },
            () -> false);
    return new Waiting(
        () -> home.runSync(() -> called.set(true)),
        () -> {
          open.set(true);
          runAll.run();
        },
        happened -> {
          if (happened) {
            assertThat(called).isTrue();
          }
        },
        () -> {});
  }
}
