package io.selvage.costs;

import io.selvage.CancelScope;
import io.selvage.EnteredScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.channel.Channel;
import io.selvage.channel.Latest;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.select.Select;
import io.selvage.service.Actor;
import io.selvage.service.Mailbox;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;

/** The operations that programs perform most often. */
final class HotOperations {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofNanos(50_000);
  private static final String ITEM = "item";
  private static final int GROUP = 1_000;
  private static final ThrowingRunnable<RuntimeException> NOTHING = () -> {};
  private static final Callable<String> ANSWER = () -> ITEM;
  private static final ThrowingConsumer<ReplyHandle<Integer, String>, RuntimeException> REPLY =
      reply -> reply.resolve(ITEM);

  static final List<HotOperation> ALL = all();

  private HotOperations() {}

  private static List<HotOperation> all() {
    List<HotOperation> all = new ArrayList<>();
    all.addAll(scopes());
    all.addAll(channels());
    all.addAll(selects());
    all.addAll(synchronizers());
    all.addAll(tasks());
    all.addAll(services());
    return List.copyOf(all);
  }

  // ---- kinds

  /** An operation that needs no other task. */
  private static HotOperation alone(String name, ThrowingRunnable<? extends Exception> once) {
    return new HotOperation(name, 10_000, 100, repeated(once));
  }

  private static HotOperation.Body repeated(ThrowingRunnable<? extends Exception> once) {
    return times -> {
      for (int i = 0; i < times; i++) {
        once.run();
      }
    };
  }

  /** Two tasks, each of which does its part as often as told. */
  private static void both(int times, HotOperation.Body first, HotOperation.Body second)
      throws InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(() -> first.perform(times));
          group.launch(() -> second.perform(times));
        });
  }

  private static HotOperation ofTasks(String name, HotOperation.Body body) {
    return new HotOperation(name, 1_000, 100, body);
  }

  // ---- scopes and checks

  private static List<HotOperation> scopes() {
    return List.of(
        alone("Selvage.throwIfCancelled", Selvage::throwIfCancelled),
        alone("CancelScope.run", () -> CancelScope.create().run(NOTHING)),
        alone("CancelScope.enter and close", HotOperations::enter),
        alone("CancelScope.run with a deadline", () -> CancelScope.moveOnAfter(LONG).run(NOTHING)),
        alone("TimeLimit.run", () -> CancelScope.failAfter(LONG).run(NOTHING)),
        new HotOperation("Selvage.sleep", 500, 100, repeated(() -> Selvage.sleep(SHORT))));
  }

  private static void enter() throws InterruptedException {
    EnteredScope entered = CancelScope.create().enter();
    entered.close();
  }

  // ---- channels and selects

  private static List<HotOperation> channels() {
    Channel<String> unbounded = Channel.unbounded();
    Channel<String> bounded = Channel.bounded(16);
    Latest<String> latest = new Latest<>(ITEM);
    return List.of(
        alone("Channel.unbounded: send and receive", () -> sendAndReceive(unbounded)),
        alone("Channel.unbounded: trySend and tryReceive", () -> tryBoth(unbounded)),
        alone("Channel.bounded: send and receive", () -> sendAndReceive(bounded)),
        alone("Channel.bounded: trySend and tryReceive", () -> tryBoth(bounded)),
        exchange("Channel.bounded(1): an item between two tasks", 1),
        exchange("Channel.rendezvous: an item between two tasks", 0),
        alone("Latest.set and get", () -> setAndGet(latest)));
  }

  private static void sendAndReceive(Channel<String> channel) throws InterruptedException {
    channel.send(ITEM);
    channel.receive();
  }

  private static void tryBoth(Channel<String> channel) {
    channel.trySend(ITEM);
    var unused = channel.tryReceive().orElseThrow();
  }

  private static void setAndGet(Latest<String> latest) {
    latest.set(ITEM);
    latest.get();
  }

  private static HotOperation exchange(String name, int capacity) {
    return new HotOperation(
        name,
        2_000,
        100,
        times -> {
          Channel<String> channel =
              capacity == 0 ? Channel.rendezvous() : Channel.bounded(capacity);
          both(times, repeated(() -> channel.send(ITEM)), repeated(channel::receive));
        });
  }

  private static List<HotOperation> selects() {
    List<Channel<String>> channels = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      channels.add(Channel.bounded(1));
    }
    Channel<String> a = channels.get(0);
    Channel<String> b = channels.get(1);
    return List.of(
        alone("Select.first of 1 clause, after a send", () -> selectOne(a)),
        alone("Select.first of 2 clauses, after a send", () -> selectOfTwo(a, b)),
        alone("Select.firstOf 8 clauses, after a send", () -> selectOfAll(channels)));
  }

  private static void selectOne(Channel<String> a) throws InterruptedException {
    a.send(ITEM);
    Select.first(a.onReceive());
  }

  private static void selectOfTwo(Channel<String> a, Channel<String> b)
      throws InterruptedException {
    b.send(ITEM);
    Select.first(a.onReceive(), b.onReceive());
  }

  private static void selectOfAll(List<Channel<String>> channels) throws InterruptedException {
    channels.get(7).send(ITEM);
    Select.first(
        channels.get(0).onReceive(),
        channels.get(1).onReceive(),
        channels.get(2).onReceive(),
        channels.get(3).onReceive(),
        channels.get(4).onReceive(),
        channels.get(5).onReceive(),
        channels.get(6).onReceive(),
        channels.get(7).onReceive());
  }

  // ---- synchronizers

  private static List<HotOperation> synchronizers() {
    Semaphore semaphore = new Semaphore(2);
    Lock lock = new Lock();
    Event set = new Event();
    set.set();
    Event changed = new Event();
    Barrier open = new Barrier(1);
    return List.of(
        alone("Semaphore.acquire and close", () -> semaphore.acquire().close()),
        alone("Semaphore.acquire(Duration) and close", () -> acquire(semaphore)),
        alone("Semaphore.tryAcquire and close", () -> semaphore.tryAcquire().orElseThrow().close()),
        alone("Lock.acquire and close", () -> lock.acquire().close()),
        alone("Lock.tryAcquire and close", () -> lock.tryAcquire().orElseThrow().close()),
        alone("Event.await when it is set", set::await),
        alone("Event.set and clear", () -> setAndClear(changed)),
        alone("Barrier.await when it is open", open::await),
        ofTasks("Semaphore.acquire by two tasks in turns", HotOperations::shareSemaphore),
        ofTasks("Lock.acquire by two tasks in turns", HotOperations::shareLock),
        ofTasks("Event.await by two tasks in turns", HotOperations::shareEvents),
        ofTasks("Barrier of two tasks", HotOperations::meet));
  }

  private static void acquire(Semaphore semaphore) throws InterruptedException {
    semaphore.acquire(LONG).orElseThrow().close();
  }

  private static void setAndClear(Event event) {
    event.set();
    event.clear();
  }

  private static void shareSemaphore(int times) throws InterruptedException {
    Semaphore semaphore = new Semaphore(1);
    HotOperation.Body each =
        repeated(
            () -> {
              try (var _ = semaphore.acquire()) {
                Selvage.checkpoint();
              }
            });
    both(times / 2, each, each);
  }

  private static void shareLock(int times) throws InterruptedException {
    Lock lock = new Lock();
    HotOperation.Body each =
        repeated(
            () -> {
              try (var _ = lock.acquire()) {
                Selvage.checkpoint();
              }
            });
    both(times / 2, each, each);
  }

  private static void shareEvents(int times) throws InterruptedException {
    Event ping = new Event();
    Event pong = new Event();
    both(
        times / 2,
        repeated(
            () -> {
              ping.set();
              pong.await();
              pong.clear();
            }),
        repeated(
            () -> {
              ping.await();
              ping.clear();
              pong.set();
            }));
  }

  private static void meet(int times) throws InterruptedException {
    List<Barrier> barriers = new ArrayList<>(times);
    for (int i = 0; i < times; i++) {
      barriers.add(new Barrier(2));
    }
    HotOperation.Body each =
        unused -> {
          for (Barrier barrier : barriers) {
            barrier.await();
          }
        };
    both(times, each, each);
  }

  // ---- tasks, groups and loops

  private static List<HotOperation> tasks() {
    return List.of(
        ofTasks("TaskGroup.fork and Task.join", HotOperations::forkAndJoin),
        ofTasks("TaskGroup.run with one task", repeated(HotOperations::groupOfOne)),
        ofTasks("TaskGroup.run with 1000 tasks, for each task", HotOperations::largeGroups),
        ofTasks("Tasks.all of 1000 calls, for each call", HotOperations::callAll),
        new HotOperation("Task.join when it is done", 10_000, 100, HotOperations::joinEnded),
        ofTasks("Selvage.checkpoint of two tasks of a loop", HotOperations::switchInLoop),
        ofTasks("Selvage.checkpoint of two parallel tasks", HotOperations::switchInParallel),
        new HotOperation("ThreadPool.call", 100, 20, HotOperations::callPool));
  }

  private static void forkAndJoin(int times) throws InterruptedException {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < times; i++) {
            group.fork(ANSWER).join();
          }
        });
  }

  private static void groupOfOne() throws InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(NOTHING);
        });
  }

  private static void largeGroups(int times) throws InterruptedException {
    for (int left = times; left > 0; left -= GROUP) {
      int children = Math.min(left, GROUP);
      TaskGroup.run(
          group -> {
            for (int i = 0; i < children; i++) {
              group.launch(NOTHING);
            }
          });
    }
  }

  private static void callAll(int times) throws InterruptedException {
    for (int left = times; left > 0; left -= GROUP) {
      Tasks.all(Collections.nCopies(Math.min(left, GROUP), ANSWER));
    }
  }

  private static void joinEnded(int times) throws InterruptedException {
    TaskGroup.run(
        group -> {
          Task<String> ended = group.fork(ANSWER);
          ended.join();
          for (int i = 0; i < times; i++) {
            ended.join();
          }
        });
  }

  private static void switchInLoop(int times) throws InterruptedException {
    Loop loop = new Loop("costs");
    HotOperation.Body each = repeated(Selvage::checkpoint);
    loop.run(
        () -> {
          loop.launch(() -> each.perform(times / 2));
          loop.launch(() -> each.perform(times / 2));
        });
  }

  private static void switchInParallel(int times) throws InterruptedException {
    HotOperation.Body each = repeated(Selvage::checkpoint);
    both(times / 2, each, each);
  }

  private static void callPool(int times) throws Exception {
    ThreadPool pool = new ThreadPool(2);
    for (int i = 0; i < times; i++) {
      pool.call(ANSWER::call);
    }
  }

  // ---- services

  private static List<HotOperation> services() {
    RequestRegistry<Integer, String> requests = new RequestRegistry<>("costs");
    Mailbox<String> mailbox = new Mailbox<>();
    return List.of(
        alone("RequestRegistry.request with its reply", () -> requests.request(1, REPLY)),
        ofTasks("RequestRegistry.request, the reply from another task", HotOperations::request),
        alone("Mailbox.submit and get", () -> submitAndGet(mailbox)),
        ofTasks("Actor.submit and its handler", HotOperations::actor));
  }

  private static void request(int times) throws InterruptedException {
    RequestRegistry<Integer, String> requests = new RequestRegistry<>("costs");
    Channel<ReplyHandle<Integer, String>> wire = Channel.unbounded();
    ThrowingConsumer<ReplyHandle<Integer, String>, InterruptedException> ask = wire::send;
    both(
        times,
        repeated(() -> requests.request(1, ask)),
        repeated(() -> wire.receive().resolve(ITEM)));
  }

  private static void submitAndGet(Mailbox<String> mailbox) throws InterruptedException {
    mailbox.submit(ITEM);
    mailbox.get();
  }

  private static void actor(int times) throws InterruptedException {
    Actor<String> actor = Actor.of(message -> {});
    TaskGroup.run(
        group -> {
          group.launch(actor::run);
          for (int i = 0; i < times; i++) {
            actor.submit(ITEM);
            Selvage.checkpoint(); // it handles the message
          }
          actor.close();
        });
  }
}
