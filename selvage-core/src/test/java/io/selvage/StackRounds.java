package io.selvage;

import io.selvage.channel.Channel;
import io.selvage.kernel.KernelAccess;
import io.selvage.kernel.ThreadRecord;
import io.selvage.observe.Dump;
import io.selvage.select.Select;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Endless recursion through each operation, up to the end of the stack: what it leaves behind must
 * be whole. Runs in a JVM of its own: {@code StackRounds 20 [name]}.
 */
@SuppressWarnings("InfiniteRecursion") // that is what it is for
final class StackRounds {

  /** One kind of recursion, with the objects that it works on. */
  private abstract static class Probe {
    /** One level; it may go deeper from inside of the operation. */
    abstract void level() throws Exception;

    /** Looks whether everything is whole. The stack is empty again. */
    void verify() throws Exception {}

    private int levels = Integer.MAX_VALUE;

    /** The first use of a class needs more stack than an operation, so each is used before. */
    final Probe rehearsed() throws Exception {
      for (int i = 0; i < 200; i++) {
        levels = 3;
        try {
          deeper();
        } catch (StackOverflowError | TaskFailedException e) {
          // wanted
        }
      }
      levels = Integer.MAX_VALUE;
      return this;
    }

    final void deeper() throws Exception {
      again();
      deeper();
    }

    final void again() throws Exception {
      if (levels-- == 0) {
        throw new StackOverflowError("rehearsed");
      }
      level();
    }
  }

  private static final Map<String, Supplier<Probe>> PROBES = new LinkedHashMap<>();

  static {
    PROBES.put("scope", Scopes::new);
    PROBES.put("scope around", NestedScopes::new);
    PROBES.put("time limit around", NestedLimits::new);
    PROBES.put("group", Groups::new);
    PROBES.put("group around", NestedGroups::new);
    PROBES.put("fork", Forks::new);
    PROBES.put("cancel", Cancels::new);
    PROBES.put("join", Joins::new);
    PROBES.put("lock", Locks::new);
    PROBES.put("semaphore around", NestedPermits::new);
    PROBES.put("event", Events::new);
    PROBES.put("channel", Channels::new);
    PROBES.put("select", Selects::new);
    PROBES.put("pool", Pools::new);
    PROBES.put("loop", Loops::new);
  }

  /** The last one, for messages. */
  private static volatile Throwable overflow;

  private StackRounds() {}

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    for (Map.Entry<String, Supplier<Probe>> probe : PROBES.entrySet()) {
      if (args.length > 1 && !args[1].equals(probe.getKey())) {
        continue;
      }
      for (Threads.Kind kind : Threads.Kind.values()) {
        for (int round = 0; round < rounds; round++) {
          run(
              probe.getKey() + ", " + kind + ", round " + round,
              probe.getValue().get(),
              kind,
              round);
        }
      }
    }
    System.out.println(rounds + " rounds ended");
  }

  private static void run(String name, Probe probe, Threads.Kind kind, int round) throws Exception {
    Throwable[] wrong = {null};
    Thread thread =
        kind.unstarted(
            () -> {
              try {
                exhaust(probe.rehearsed(), round);
                verify(probe);
              } catch (Throwable e) {
                wrong[0] = e;
              }
            });
    thread.start();
    if (!thread.join(Threads.PATIENCE.multipliedBy(3))) {
      System.out.println(name + ": hangs");
      System.out.println(Dump.take().text());
      Runtime.getRuntime().halt(1);
    }
    if (wrong[0] != null) {
      System.out.println(name + ": " + wrong[0]);
      wrong[0].printStackTrace(System.out);
      System.out.println("The stack was at its end here:");
      Stream.of(overflow.getStackTrace())
          .limit(120)
          .forEach(frame -> System.out.println("\t" + frame));
      Runtime.getRuntime().halt(1);
    }
  }

  /** Most of the stack is used up by calls that do nothing: a deep virtual thread parks slowly. */
  private static final int FRAMES_LEFT = 150;

  /** Each round begins a frame further down, so that the end comes elsewhere. */
  private static void exhaust(Probe probe, int round) throws Exception {
    int[] reached = {0};
    try {
      countFrames(reached);
    } catch (StackOverflowError e) {
      // wanted
    }
    try {
      descend(Math.max(reached[0] - FRAMES_LEFT + round, 0), probe);
    } catch (StackOverflowError e) {
      overflow = e; // wanted
    } catch (TaskFailedException e) {
      overflow = root(e);
      if (!(overflow instanceof StackOverflowError)) {
        throw e;
      }
    }
  }

  private static void countFrames(int[] reached) {
    reached[0]++;
    countFrames(reached);
  }

  private static void descend(int frames, Probe probe) throws Exception {
    if (frames > 0) {
      descend(frames - 1, probe);
    } else {
      probe.deeper();
    }
  }

  private static Throwable root(Throwable thrown) {
    Throwable last = thrown;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return last;
  }

  private static void verify(Probe probe) throws Exception {
    ThreadRecord self = ThreadRecord.current();
    check(self.region() == self.root(), "the thread is still inside of " + self.region());
    check(!Thread.interrupted(), "the interrupt flag is set");
    probe.verify();
    check(KernelAccess.armedTimers() == 0, KernelAccess.armedTimers() + " timers are armed");
    int[] sum = {0};
    TaskGroup.run(group -> sum[0] = group.fork(() -> 42).join());
    check(sum[0] == 42, "a group afterwards returned " + sum[0]);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  // ---- the probes

  private static final class Scopes extends Probe {
    @Override
    void level() throws Exception {
      CancelScope.create().run(() -> {});
    }
  }

  private static final class NestedScopes extends Probe {
    @Override
    void level() throws Exception {
      CancelScope.create().run(this::again);
    }
  }

  private static final class NestedLimits extends Probe {
    @Override
    void level() throws Exception {
      CancelScope.moveOnAfter(Threads.LONG).run(this::again);
    }
  }

  private static final class Groups extends Probe {
    private final AtomicInteger ran = new AtomicInteger();
    private int ended;

    @Override
    void level() throws Exception {
      TaskGroup.run(group -> group.launch(() -> Thread.onSpinWait()).onEnd(ran::incrementAndGet));
      ended++;
    }

    @Override
    void verify() {
      check(ran.get() >= ended, ended + " groups ended, " + ran + " tasks did");
    }
  }

  private static final class NestedGroups extends Probe {
    private final AtomicInteger forked = new AtomicInteger();
    private final AtomicInteger ran = new AtomicInteger();

    @Override
    void level() throws Exception {
      TaskGroup.run(
          group -> {
            group.launch(() -> Thread.onSpinWait()).onEnd(ran::incrementAndGet);
            forked.incrementAndGet();
            again();
          });
    }

    @Override
    void verify() {
      check(ran.get() >= forked.get(), forked + " tasks were forked, " + ran + " ended");
    }
  }

  private static final class Forks extends Probe {
    private final AtomicInteger ran = new AtomicInteger();
    private int forked;
    private TaskGroup open;

    @Override
    void level() throws Exception {
      if (open != null) {
        open.launch(() -> Thread.onSpinWait()).onEnd(ran::incrementAndGet);
        forked++;
        return;
      }
      try {
        TaskGroup.run(
            group -> {
              open = group;
              deeper();
            });
      } finally {
        open = null;
      }
    }

    @Override
    void verify() {
      check(ran.get() >= forked, forked + " tasks were forked, " + ran + " ended");
    }
  }

  private static final class Cancels extends Probe {
    @Override
    void level() throws Exception {
      CancelScope scope = CancelScope.create();
      check(!scope.run(() -> waitIn(scope)), "a cancelled scope was left as if it were not");
    }

    private static void waitIn(CancelScope scope) throws Exception {
      TaskGroup.run(
          group -> {
            group.launch(() -> new Event().await());
            scope.cancel("meant");
          });
      Selvage.checkpoint();
    }
  }

  private static final class Joins extends Probe {
    private Task<Integer> joined;

    @Override
    void level() throws Exception {
      if (joined != null) {
        check(joined.join() == 1, "joined");
        return;
      }
      try {
        TaskGroup.run(
            group -> {
              joined = group.fork(() -> 1);
              deeper();
            });
      } finally {
        joined = null;
      }
    }
  }

  private static final class Locks extends Probe {
    private final Lock lock = new Lock();

    @Override
    void level() throws Exception {
      try (Lock.Guard guard = lock.acquire()) {
        check(lock.isLocked(), "acquired");
      }
    }

    @Override
    void verify() {
      check(!lock.isLocked(), lock.toString());
    }
  }

  private static final class NestedPermits extends Probe {
    private static final int ALL = 1_000_000;
    private final Semaphore semaphore = new Semaphore(ALL);

    @Override
    void level() throws Exception {
      try (Semaphore.Permit permit = semaphore.acquire()) {
        again();
      }
    }

    @Override
    void verify() {
      check(semaphore.available() == ALL, semaphore.toString());
    }
  }

  private static final class Events extends Probe {
    private final Event event = new Event();

    @Override
    void level() throws Exception {
      event.set();
      event.await();
      event.clear();
    }

    @Override
    void verify() throws Exception {
      event.set();
      event.await();
      check(event.waiting() == 0, event.toString());
    }
  }

  private static final class Channels extends Probe {
    private final Channel<Integer> channel = Channel.unbounded();
    private int sent;
    private int received;

    @Override
    void level() throws Exception {
      channel.send(1);
      sent++;
      channel.send(2);
      sent++;
      channel.receive();
      received++;
    }

    @Override
    void verify() {
      while (channel.tryReceive().isPresent()) {
        received++;
      }
      check(sent == received, "sent " + sent + ", received " + received);
    }
  }

  private static final class Selects extends Probe {
    private final Channel<Integer> never = Channel.rendezvous();
    private final Channel<Integer> channel = Channel.bounded(2);
    private int sent;
    private int received;

    @Override
    void level() throws Exception {
      Select.first(never.onReceive(), channel.onSend(1).call(() -> 1));
      sent++;
      Select.fair(channel.onReceive(), never.onReceive());
      received++;
      Select.first(never.onReceive(), Select.after(Duration.ofNanos(1)).call(() -> 0));
    }

    @Override
    void verify() {
      while (channel.tryReceive().isPresent()) {
        received++;
      }
      check(sent == received, "sent " + sent + ", received " + received);
      check(never.stats().waitingReceivers() == 0, never.toString());
      check(channel.stats().waitingReceivers() == 0, channel.toString());
    }
  }

  private static final class Pools extends Probe {
    private final ThreadPool pool = new ThreadPool(2);

    @Override
    void level() throws Exception {
      check(pool.call(() -> 1) == 1, "called");
    }

    @Override
    void verify() throws Exception {
      check(pool.call(() -> pool.call(() -> 2)) == 2, "called afterwards");
      TaskGroup.run(
          group -> {
            for (int i = 0; i < 4; i++) {
              group.fork(() -> pool.call(() -> 1));
            }
          });
    }
  }

  private static final class Loops extends Probe {
    @Override
    void level() throws Exception {
      Loop loop = new Loop();
      loop.run(
          () -> {
            loop.fork(() -> 1);
          });
    }
  }
}
