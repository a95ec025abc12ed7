package io.selvage;

import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import io.selvage.observe.Dump;
import io.selvage.select.Select;
import io.selvage.service.Actor;
import io.selvage.service.ThreadService;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fills the heap again and again in the midst of operations: each program must end, with a result
 * or with an exception. Runs in a JVM of its own, with a small heap: {@code HeapRounds 200 [name]}.
 */
final class HeapRounds {
  private static final int TASKS = 40;

  /** More than a program takes, also when the machine is busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Map<String, ThrowingRunnable<Exception>> PROGRAMS = new LinkedHashMap<>();

  static {
    PROGRAMS.put("group", HeapRounds::group);
    PROGRAMS.put("failing group", HeapRounds::failingGroup);
    PROGRAMS.put("time limit", HeapRounds::timeLimit);
    PROGRAMS.put("channel", () -> channel(Channel.unbounded(), false));
    PROGRAMS.put("select", () -> channel(Channel.bounded(2), true));
    PROGRAMS.put("locks", HeapRounds::locks);
    PROGRAMS.put("pool", HeapRounds::pool);
    PROGRAMS.put("loop", HeapRounds::loop);
    PROGRAMS.put("race", HeapRounds::race);
    PROGRAMS.put("actor", HeapRounds::actor);
  }

  private static int nudged;

  /** What a thread has died of, last. */
  private static volatile Throwable uncaught;

  private HeapRounds() {}

  public static void main(String[] args) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught = thrown);
    int rounds = Integer.parseInt(args[0]);
    Map<String, Integer> failed = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, ThrowingRunnable<Exception>> program : PROGRAMS.entrySet()) {
        if (args.length == 1 || args[1].equals(program.getKey())) {
          failed.merge(
              program.getKey(), run(round, program.getKey(), program.getValue()), Integer::sum);
        }
      }
    }
    System.out.println(
        rounds
            + " rounds ended; by an exception: "
            + failed
            + "; went on after another virtual thread was started: "
            + nudged);
  }

  /** Returns 1 if the program ended by an exception, 0 if by a result. */
  private static int run(int round, String name, ThrowingRunnable<Exception> program)
      throws InterruptedException {
    Throwable[] thrown = {null};
    Runnable guarded =
        () -> {
          try {
            program.run();
          } catch (Throwable e) {
            thrown[0] = e;
          }
        };
    Thread owner = startedWhenThereIsRoom(guarded);
    if (!owner.join(PATIENCE) && !endsWhenNudged(owner)) {
      System.out.println("round " + round + ": '" + name + "' hangs");
      System.out.println(Dump.take().text());
      if (uncaught != null) {
        uncaught.printStackTrace(System.out);
      }
      Runtime.getRuntime().halt(1);
    }
    if (thrown[0] instanceof WrongResult) {
      System.out.println("round " + round + ": '" + name + "': " + thrown[0].getMessage());
      Runtime.getRuntime().halt(1);
    }
    return thrown[0] == null ? 0 : 1;
  }

  /**
   * The JDK's own scheduler of virtual threads may lose its carrier threads when the heap is full:
   * then no virtual thread runs until another one is started.
   */
  private static boolean endsWhenNudged(Thread owner) throws InterruptedException {
    Thread.ofVirtual().start(() -> {}).join();
    boolean ended = owner.join(PATIENCE);
    if (ended) {
      nudged++;
    }
    return ended;
  }

  private static Thread startedWhenThereIsRoom(Runnable work) throws InterruptedException {
    while (true) {
      try {
        return Thread.ofPlatform().daemon().name("owner").start(work);
      } catch (OutOfMemoryError e) {
        Thread.sleep(10); // what the last program has left behind is not collected yet
      }
    }
  }

  /** Something was lost. */
  private static final class WrongResult extends Error {
    private static final long serialVersionUID = 1L;

    WrongResult(String message) {
      super(message);
    }
  }

  private static int fill() {
    List<byte[]> held = new ArrayList<>();
    try {
      while (true) {
        held.add(new byte[20_000]);
      }
    } catch (OutOfMemoryError e) {
      return held.size();
    }
  }

  // ---- programs

  private static void group() throws InterruptedException {
    AtomicInteger ended = new AtomicInteger();
    TaskGroup.options()
        .withPolicy(FailurePolicy.COLLECT)
        .run(
            group -> {
              for (int i = 0; i < TASKS; i++) {
                group.launch(() -> fill()).onEnd(ended::incrementAndGet);
              }
            });
    if (ended.get() != TASKS) {
      throw new WrongResult(ended + " of " + TASKS + " actions ran");
    }
  }

  private static void failingGroup() throws InterruptedException {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < TASKS; i++) {
            int number = i;
            group.launch(
                () -> {
                  fill();
                  if (number % 3 == 0) {
                    throw new IllegalStateException("meant");
                  }
                  Selvage.sleep(Threads.LONG);
                });
          }
        });
    throw new WrongResult("a group whose tasks failed has returned");
  }

  private static void timeLimit() throws InterruptedException {
    CancelScope limit = CancelScope.moveOnAfter(Duration.ofMillis(20));
    limit.run(
        () ->
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < TASKS; i++) {
                    group.launch(
                        () -> {
                          fill();
                          Selvage.sleep(Threads.LONG);
                        });
                  }
                }));
  }

  private static void channel(Channel<Integer> channel, boolean selecting)
      throws InterruptedException {
    Channel<Integer> never = Channel.rendezvous();
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger received = new AtomicInteger();
    Throwable failure = null;
    try {
      TaskGroup.options()
          .withPolicy(FailurePolicy.COLLECT)
          .run(
              group -> {
                for (int i = 0; i < TASKS; i++) {
                  group.launch(
                      () -> {
                        fill();
                        if (selecting) {
                          Select.first(never.onReceive(), channel.onSend(1).call(() -> 1));
                        } else {
                          channel.send(1);
                        }
                        sent.incrementAndGet();
                      });
                }
                for (int i = 0; i < TASKS / 2; i++) {
                  group.launch(() -> receiveForAWhile(selecting ? never : null, channel, received));
                }
                group.launch(
                    () -> {
                      receiveTheRest(channel, received, sent);
                      group.cancel("enough");
                    });
              });
    } catch (Throwable e) {
      failure = e;
    }
    while (channel.tryReceive().isPresent()) {
      received.incrementAndGet();
    }
    // An error after the send or the receive leaves one of the two counters behind.
    if (failure == null && received.get() < sent.get()) {
      throw new WrongResult("sent " + sent + ", received " + received);
    }
  }

  /** Receives by selects if there is a second channel. */
  private static void receiveForAWhile(
      Channel<Integer> never, Channel<Integer> channel, AtomicInteger received)
      throws InterruptedException {
    CancelScope.moveOnAfter(Duration.ofMillis(50))
        .run(
            () -> {
              while (true) {
                received.addAndGet(
                    never == null
                        ? channel.receive()
                        : Select.first(never.onReceive(), channel.onReceive()));
              }
            });
    fill();
  }

  private static void receiveTheRest(
      Channel<Integer> channel, AtomicInteger received, AtomicInteger sent)
      throws InterruptedException {
    while (received.get() < sent.get()) {
      if (channel.tryReceive().isPresent()) {
        received.incrementAndGet();
      }
      Selvage.sleep(Duration.ofMillis(1));
    }
    Selvage.sleep(Duration.ofMillis(200));
  }

  private static void locks() throws InterruptedException {
    Lock lock = new Lock();
    Semaphore semaphore = new Semaphore(2);
    Event event = new Event();
    Throwable failure = null;
    try {
      TaskGroup.options()
          .withPolicy(FailurePolicy.COLLECT)
          .run(group -> forkThoseThatLock(group, lock, semaphore, event));
    } catch (TaskFailedException | OutOfMemoryError e) {
      failure = e;
    }
    if (lock.isLocked() || semaphore.available() != 2) {
      throw new WrongResult(lock + ", " + semaphore + ", failed with " + failure);
    }
  }

  private static void forkThoseThatLock(
      TaskGroup group, Lock lock, Semaphore semaphore, Event event) {
    for (int i = 0; i < TASKS; i++) {
      group.launch(
          () -> {
            try (Semaphore.Permit permit = semaphore.acquire();
                Lock.Guard guard = lock.acquire()) {
              fill();
              event.set();
            }
            event.await();
          });
    }
  }

  private static void pool() throws InterruptedException {
    ThreadPool pool = new ThreadPool(3);
    TaskGroup.options()
        .withPolicy(FailurePolicy.COLLECT)
        .run(
            group -> {
              for (int i = 0; i < TASKS; i++) {
                group.fork(() -> pool.call(HeapRounds::fill));
              }
            });
  }

  private static void loop() throws InterruptedException {
    Loop loop = new Loop("full");
    loop.run(
        () -> {
          for (int i = 0; i < TASKS; i++) {
            loop.launch(
                () -> {
                  fill();
                  Selvage.sleep(Duration.ofMillis(1));
                });
          }
        });
  }

  private static void race() throws InterruptedException {
    Tasks.race(
        List.of(
            () -> {
              fill();
              return 1;
            },
            () -> {
              fill();
              Selvage.sleep(Threads.LONG);
              return 2;
            }));
  }

  private static void actor() throws InterruptedException {
    AtomicInteger handled = new AtomicInteger();
    Actor<Integer> actor =
        Actor.of(
            message -> {
              fill();
              handled.incrementAndGet();
            });
    ThreadService service = ThreadService.virtual("actor", self -> actor.run());
    service.start();
    int submitted = 0;
    try {
      while (submitted < 5 && actor.submit(submitted)) {
        submitted++;
      }
    } finally {
      actor.close();
      service.awaitStopped();
    }
    if (!service.isFailed() && handled.get() < submitted) {
      throw new WrongResult("submitted " + submitted + ", handled " + handled);
    }
  }
}
