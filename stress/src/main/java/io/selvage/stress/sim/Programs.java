package io.selvage.stress.sim;

import static io.selvage.stress.sim.Program.require;
import static java.time.Duration.ofMillis;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.ThreadPool;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.select.Select;
import io.selvage.service.RequestFailedException;
import io.selvage.service.RequestRegistry;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import io.selvage.test.SimulationRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * The programs of the sweeps. Their sizes and times are from the seed; each works under any cancel
 * of any of its tasks but the {@link #CLOSER}, so its checks are in a {@code finally} block.
 */
final class Programs {
  /** The name of a task that the others wait for: without it they would wait for ever. */
  static final String CLOSER = "closer";

  private Programs() {}

  static List<Program> all() {
    return List.of(
        new Program("channel", Programs::channel),
        new Program("select", Programs::select),
        new Program("sync", Programs::sync),
        new Program("group", Programs::group),
        new Program("pool", Programs::pool),
        new Program("requests", Programs::requests),
        new Program("services", run -> new KilledServices(run, Kill.NONE).run()));
  }

  private static Channel<Integer> newChannel(int kind) {
    return switch (kind) {
      case 0 -> Channel.rendezvous();
      case 1 -> Channel.bounded(1);
      case 2 -> Channel.bounded(2);
      default -> Channel.unbounded();
    };
  }

  /** What was sent has been received or is still there, once. */
  private static void requireSame(List<Integer> sent, List<Integer> arrived) {
    List<Integer> left = new ArrayList<>(arrived);
    left.sort(null);
    List<Integer> expected = new ArrayList<>(sent);
    expected.sort(null);
    require(left.equals(expected), "sent and arrived:", expected, left);
  }

  private static void requireUnused(Channel<Integer> channel) {
    ChannelStats stats = channel.stats();
    require(stats.waitingReceivers() == 0 && stats.waitingSenders() == 0, "waits left", stats);
  }

  /** Two senders, two receivers, one of which runs out of time. */
  private static void channel(SimulationRun run) throws InterruptedException {
    Channel<Integer> channel = newChannel(run.random().nextInt(4));
    int patience = run.random().nextInt(4);
    List<Integer> sent = new ArrayList<>();
    List<Integer> arrived = new ArrayList<>();
    try {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 2; i++) {
              int first = 10 * i;
              group.launch("sender" + i, () -> sendThree(channel, first, sent));
            }
            group.launch("receiver", () -> channel.forEach(arrived::add));
            group.launch(
                "impatient",
                () ->
                    CancelScope.moveOnAfter(ofMillis(patience))
                        .run(() -> channel.forEach(arrived::add)));
            group.launch(
                CLOSER,
                () -> {
                  Selvage.sleep(ofMillis(2));
                  channel.close();
                });
          });
    } finally {
      channel.close();
      arrived.addAll(channel.drain());
      requireSame(sent, arrived);
      requireUnused(channel);
    }
  }

  private static void sendThree(Channel<Integer> channel, int first, List<Integer> sent)
      throws InterruptedException {
    try {
      for (int item = first; item < first + 3; item++) {
        channel.send(item);
        sent.add(item);
        if (item == first) {
          Selvage.sleep(ofMillis(1));
        }
      }
    } catch (ClosedResourceException e) {
      // it was not sent
    }
  }

  /** Tasks that send to any of two channels and receive from any, until an event is set. */
  private static void select(SimulationRun run) throws InterruptedException {
    Channel<Integer> one = newChannel(run.random().nextInt(4));
    Channel<Integer> other = newChannel(run.random().nextInt(4));
    Event stop = new Event();
    List<Integer> sent = new ArrayList<>();
    List<Integer> arrived = new ArrayList<>();
    try {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 2; i++) {
              int first = 10 * i;
              group.launch(
                  "sender" + i,
                  () -> {
                    for (int item = first; item < first + 2; item++) {
                      if (sendToAny(one, other, stop, item)) {
                        sent.add(item);
                      }
                    }
                  });
              group.launch(
                  "receiver" + i,
                  () -> {
                    int item = 0;
                    while (item >= 0) {
                      item = receiveFromAny(one, other, stop);
                      if (item >= 0) {
                        arrived.add(item);
                      }
                    }
                  });
            }
            group.launch(
                CLOSER,
                () -> {
                  Selvage.sleep(ofMillis(1));
                  stop.set();
                });
          });
    } finally {
      arrived.addAll(one.drain());
      arrived.addAll(other.drain());
      requireSame(sent, arrived);
      requireUnused(one);
      requireUnused(other);
      require(stop.waiting() == 0, "waits left", stop);
    }
  }

  private static boolean sendToAny(
      Channel<Integer> one, Channel<Integer> other, Event stop, int item)
      throws InterruptedException {
    return Select.fair(
        one.onSend(item).call(() -> true),
        other.onSend(item).call(() -> true),
        stop.onSet().call(() -> false));
  }

  private static int receiveFromAny(Channel<Integer> one, Channel<Integer> other, Event stop)
      throws InterruptedException {
    return Select.fair(one.onReceive(), other.onReceive(), stop.onSet().call(() -> -1));
  }

  /** A lock, a semaphore and a barrier, all of them free at the end. */
  private static void sync(SimulationRun run) throws InterruptedException {
    Lock lock = new Lock();
    Semaphore semaphore = new Semaphore(2);
    Barrier barrier = new Barrier(3);
    int patience = run.random().nextInt(3);
    int[] counter = {0};
    int[] done = {0};
    int[] holders = {0};
    run.invariant("at most two permits", () -> require(holders[0] <= 2, "holders", holders[0]));
    try {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 3; i++) {
              group.launch(
                  "worker" + i,
                  () -> {
                    barrier.await(ofMillis(3));
                    try (Semaphore.Permit permit = semaphore.acquire()) {
                      holders[0]++;
                      try {
                        increment(lock, counter, done, patience);
                      } finally {
                        holders[0]--;
                      }
                      require(permit != null, "no permit");
                    }
                  });
            }
          });
    } finally {
      require(counter[0] == done[0], "increments:", counter[0], done[0]);
      require(!lock.isLocked() && lock.waiting() == 0, "the lock is not free", lock);
      require(semaphore.available() == 2 && semaphore.waiting() == 0, "permits", semaphore);
    }
  }

  private static void increment(Lock lock, int[] counter, int[] done, int patience)
      throws InterruptedException {
    var guard = lock.acquire(ofMillis(patience));
    if (guard.isPresent()) {
      try (Lock.Guard held = guard.get()) {
        require(held != null, "no guard");
        int now = counter[0];
        Selvage.sleep(ofMillis(1));
        counter[0] = now + 1;
        done[0]++;
      }
    }
  }

  /** A group with a limit whose tasks fork others; one of them cancels the group. */
  private static void group(SimulationRun run) throws InterruptedException {
    int limit = 1 + run.random().nextInt(3);
    int canceller = run.random().nextInt(5);
    List<Task<?>> tasks = new ArrayList<>();
    int[] begun = {0};
    int[] ended = {0};
    try {
      TaskGroup.options()
          .withLimit(limit)
          .run(
              group -> {
                for (int i = 0; i < 4; i++) {
                  int number = i;
                  tasks.add(
                      group.launch(
                          "task" + i,
                          () -> {
                            begun[0]++;
                            try {
                              tasks.add(group.launch("inner", Selvage::checkpoint));
                              Selvage.sleep(ofMillis(number % 2));
                              if (number == canceller) {
                                group.cancel("enough");
                              }
                            } finally {
                              ended[0]++;
                            }
                          }));
                }
              });
    } finally {
      require(begun[0] == ended[0], "begun and ended:", begun[0], ended[0]);
      require(tasks.stream().allMatch(Task::isDone), "a task lives on", tasks);
    }
  }

  /** More calls than places in a pool, some with too little time. */
  private static void pool(SimulationRun run) throws InterruptedException {
    ThreadPool pool = new ThreadPool(2);
    int patience = run.random().nextInt(4);
    int[] running = {0};
    try {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 4; i++) {
              int number = i;
              group.launch(
                  "caller" + i,
                  () -> {
                    var got =
                        CancelScope.moveOnAfter(ofMillis(number == 0 ? patience : 100))
                            .<Integer, InterruptedException>call(
                                () -> pool.call(() -> work(running, number)));
                    require(got.isEmpty() || got.get() == number, "result", got, number);
                  });
            }
          });
    } finally {
      require(running[0] == 0, "running", running[0]);
      require(pool.toString().equals("ThreadPool[2 free, 0 waiting]"), "places", pool);
    }
  }

  private static int work(int[] running, int number) throws InterruptedException {
    running[0]++;
    try {
      require(running[0] <= 2, "running", running[0]);
      Selvage.sleep(ofMillis(number));
      return number;
    } finally {
      running[0]--;
    }
  }

  /** Requests that race with their replies, their time limits and the close of the registry. */
  private static void requests(SimulationRun run) throws InterruptedException {
    RequestRegistry<Integer, Integer> registry = new RequestRegistry<>();
    int closeAt = run.random().nextInt(4);
    boolean[] accepted = new boolean[3];
    boolean[] got = new boolean[3];
    try {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 3; i++) {
              int key = i;
              group.launch("requester" + i, () -> request(registry, key, got));
            }
            group.launch(
                "replier",
                () -> {
                  for (int key = 0; key < 3; key++) {
                    Selvage.sleep(ofMillis(1));
                    accepted[key] = registry.resolve(key, -key);
                  }
                });
            group.launch(
                CLOSER,
                () -> {
                  Selvage.sleep(ofMillis(closeAt));
                  registry.close("enough");
                });
          });
    } finally {
      for (int key = 0; key < 3; key++) {
        require(accepted[key] == got[key], "accepted and got:", key, accepted[key], got[key]);
      }
      require(registry.size() == 0, "requests left", registry);
    }
  }

  private static void request(RequestRegistry<Integer, Integer> registry, int key, boolean[] got)
      throws InterruptedException {
    try {
      int reply = registry.request(key, handle -> {}, ofMillis(2));
      require(reply == -key, "reply", key, reply);
      got[key] = true;
    } catch (TimeoutException | RequestFailedException | ClosedResourceException e) {
      // no reply
    }
  }
}
