package io.selvage.stress;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * No interrupt of a cancelled scope reaches the code behind it: scopes with bodies of many kinds
 * are cancelled at random moments, and behind each of them the thread must be as good as new.
 *
 * <p>Runs until a number of cancellations was delivered (seen by the flag, by an exception or by
 * the scope's catching it) to platform threads, and the same number to virtual ones. Fails if an
 * interrupt has leaked behind a scope or into a shield, or if one did not come at all.
 */
@SuppressWarnings("ThreadPriorityCheck") // there are fewer processors than threads
public final class InterruptLeakStress {
  private static final long DEFAULT_DELIVERIES = 1_000_000;
  private static final int WORKERS = 4;
  private static final int CANCELLERS = 2;

  /** Longer than any canceller needs: a thread that waits so long was forgotten. */
  private static final Duration FOREVER = Duration.ofSeconds(30);

  private static final Duration SHORT = Duration.ofNanos(50_000);

  /** What runs inside of a scope. */
  private enum Body {
    SPIN,
    SPIN_AND_LOOK,
    FOREIGN_SLEEP,
    FOREIGN_SLEEP_SWALLOWED,
    SHORT_FOREIGN_SLEEP,
    SELVAGE_SLEEP,
    SHORT_SELVAGE_SLEEP,
    QUEUE_POLL,
    CANCELLED_INNER,
    CANCELLED_OUTER,
    SHIELD,
    OWN_CANCEL,
    OWN_CANCEL_AND_SLEEP;

    private static final Body[] ALL = values();
    private static final Body[] SHORT_ONES = {
      SPIN, SHORT_FOREIGN_SLEEP, SHORT_SELVAGE_SLEEP, CANCELLED_INNER
    };

    /** Half of them end by themselves, at about the time of the cancel. */
    static Body random(ThreadLocalRandom random) {
      Body[] some = random.nextBoolean() ? SHORT_ONES : ALL;
      return some[random.nextInt(some.length)];
    }
  }

  private final BooleanSupplier late;
  private final LongAdder regions = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private final LongAdder leaked = new LongAdder();
  private final LongAdder missed = new LongAdder();
  private final AtomicLong open;
  private final List<Worker> workers = new ArrayList<>();
  private volatile boolean over;

  private InterruptLeakStress(long deliveries, BooleanSupplier late) {
    this.open = new AtomicLong(deliveries);
    this.late = late;
  }

  /** Half of the time on platform threads, the other half on virtual ones. */
  public static final class Part implements StressPart {
    /** Creates the part. */
    public Part() {}

    @Override
    public String name() {
      return "interrupt-leak";
    }

    @Override
    public String title() {
      return "interrupts that race with the ends of their scopes: none leaks, none is missed";
    }

    @Override
    public int weight() {
      return 12;
    }

    @Override
    public void run(PartRun run) throws InterruptedException {
      count(run, "platform", Thread.ofPlatform(), run.left().dividedBy(20)); // to be warm
      run.warm();
      count(run, "platform", Thread.ofPlatform(), run.left().dividedBy(2));
      count(run, "virtual", Thread.ofVirtual(), run.left());
    }

    private static void count(PartRun run, String kind, Thread.Builder builder, Duration time)
        throws InterruptedException {
      long end = System.nanoTime() + time.toNanos();
      InterruptLeakStress stress =
          new InterruptLeakStress(Long.MAX_VALUE, () -> System.nanoTime() - end >= 0);
      boolean unused = stress.run(kind, builder);
      run.add(Figure.OPERATIONS, stress.regions.sum());
      run.add(Figure.DELIVERIES, stress.delivered.sum());
      run.add(Figure.LEAKED, stress.leaked.sum());
      run.add(Figure.LOST, stress.missed.sum());
    }
  }

  /** Runs the program; the argument is the number of deliveries to each kind of thread. */
  public static void main(String[] args) throws InterruptedException {
    long deliveries = args.length == 0 ? DEFAULT_DELIVERIES : Long.parseLong(args[0]);
    BooleanSupplier never = () -> false;
    boolean clean = new InterruptLeakStress(deliveries, never).run("platform", Thread.ofPlatform());
    clean &= new InterruptLeakStress(deliveries, never).run("virtual", Thread.ofVirtual());
    if (!clean) {
      System.exit(1);
    }
  }

  private boolean run(String kind, Thread.Builder builder) throws InterruptedException {
    long begin = System.nanoTime();
    List<Thread> working = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      Worker worker = new Worker();
      workers.add(worker);
      working.add(builder.name(kind + "-worker-" + i).unstarted(worker));
    }
    List<Thread> cancelling = new ArrayList<>();
    for (int i = 0; i < CANCELLERS; i++) {
      cancelling.add(Thread.ofPlatform().name("canceller-" + i).start(this::cancel));
    }
    working.forEach(Thread::start);
    for (Thread thread : working) {
      thread.join();
    }
    over = true;
    for (Thread thread : cancelling) {
      thread.join();
    }
    System.out.printf(
        Locale.ROOT,
        "%s: regions=%d, delivered=%d, leaked=%d, missed=%d, seconds=%.1f%n",
        kind,
        regions.sum(),
        delivered.sum(),
        leaked.sum(),
        missed.sum(),
        (System.nanoTime() - begin) / 1e9);
    return leaked.sum() == 0 && missed.sum() == 0;
  }

  /** Cancels what the workers offer, each at a random moment. */
  private void cancel() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    while (!over) {
      for (Worker worker : workers) {
        CancelScope scope = worker.target;
        if (scope != null && !scope.isCancelled()) {
          spin(random.nextInt(200));
          scope.cancel("stress");
        }
      }
      spin(random.nextInt(50));
      Thread.yield();
    }
  }

  private static void spin(int rounds) {
    for (int i = 0; i < rounds; i++) {
      Thread.onSpinWait();
    }
  }

  /** A thread that runs one scope after the other. */
  private final class Worker implements Runnable {
    private final LinkedBlockingQueue<String> empty = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();

    /** The scope that is to be cancelled. */
    private volatile @Nullable CancelScope target;

    /** Whether the body of the present scope has seen the cancellation. */
    private boolean seen;

    @Override
    public void run() {
      while (open.get() > 0 && !late.getAsBoolean()) {
        round();
      }
      // what is late comes now
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        leak("behind the last scope", null);
      }
      expectClean("at the end", null);
    }

    private void round() {
      Body body = Body.random(ThreadLocalRandom.current());
      CancelScope scope = CancelScope.create();
      seen = false;
      expectClean("before", body);
      try {
        scope.run(() -> inside(scope, body));
      } catch (InterruptedException e) {
        leak("out of the scope as " + e, body);
      }
      target = null;
      expectClean("behind", body);
      if (seen || scope.cancelledCaught()) {
        delivered.increment();
        open.decrementAndGet();
      }
      regions.increment();
    }

    private void inside(CancelScope scope, Body body) throws InterruptedException {
      if (body != Body.CANCELLED_INNER
          && body != Body.OWN_CANCEL
          && body != Body.OWN_CANCEL_AND_SLEEP) {
        target = scope;
      }
      try {
        perform(scope, body);
      } catch (InterruptedException e) {
        seen = true;
        throw e;
      } finally {
        seen |= Thread.currentThread().isInterrupted();
      }
    }

    private void perform(CancelScope scope, Body body) throws InterruptedException {
      switch (body) {
        case SPIN -> spin(ThreadLocalRandom.current().nextInt(2_000));
        case SPIN_AND_LOOK -> spinAndLook();
        case FOREIGN_SLEEP -> {
          Thread.sleep(FOREVER);
          miss(body);
        }
        case FOREIGN_SLEEP_SWALLOWED -> swallow(body);
        case SHORT_FOREIGN_SLEEP -> Thread.sleep(SHORT);
        case SELVAGE_SLEEP -> {
          Selvage.sleep(FOREVER);
          miss(body);
        }
        case SHORT_SELVAGE_SLEEP -> Selvage.sleep(SHORT);
        case QUEUE_POLL -> {
          var unused = empty.poll(FOREVER.toSeconds(), TimeUnit.SECONDS);
          miss(body);
        }
        case CANCELLED_INNER -> cancelledInner(body);
        case CANCELLED_OUTER -> cancelledOuter(body);
        case SHIELD -> shield(body);
        case OWN_CANCEL -> scope.cancel("own");
        case OWN_CANCEL_AND_SLEEP -> {
          scope.cancel("own");
          Thread.sleep(FOREVER);
          miss(body);
        }
      }
    }

    /** Computes until it is told to stop, by the flag alone. */
    private void spinAndLook() {
      long end = System.nanoTime() + FOREVER.toNanos();
      for (int round = 1; !Thread.currentThread().isInterrupted(); round++) {
        Thread.onSpinWait();
        if ((round & 0xfff) == 0) {
          Thread.yield();
          if (System.nanoTime() - end > 0) {
            miss(Body.SPIN_AND_LOOK);
            return;
          }
        }
      }
    }

    /** Swallows the interrupt; the next operation throws again. */
    private void swallow(Body body) throws InterruptedException {
      try {
        Thread.sleep(FOREVER);
        miss(body);
      } catch (InterruptedException e) {
        seen = true;
      }
      Selvage.throwIfCancelled();
      miss(body);
    }

    /** Only the inner scope is cancelled: the outer one hears nothing of it. */
    private void cancelledInner(Body body) throws InterruptedException {
      CancelScope inner = CancelScope.create();
      target = inner;
      inner.run(
          () -> {
            if (ThreadLocalRandom.current().nextBoolean()) {
              Thread.sleep(SHORT);
            } else {
              spin(ThreadLocalRandom.current().nextInt(2_000));
            }
          });
      target = null;
      seen |= inner.cancelledCaught();
      expectClean("behind the inner scope", body);
    }

    /** The outer scope is cancelled at any moment, also while inner ones begin and end. */
    private void cancelledOuter(Body body) throws InterruptedException {
      for (int i = 0; i < 3; i++) {
        CancelScope.create().run(() -> spin(ThreadLocalRandom.current().nextInt(200)));
      }
      CancelScope.create().run(() -> Thread.sleep(FOREVER));
      miss(body);
    }

    /** Inside of the shield nothing is heard; behind it the cancellation is. */
    private void shield(Body body) throws InterruptedException {
      spin(ThreadLocalRandom.current().nextInt(500));
      CancelScope.shieldUnlimited()
          .run(
              () -> {
                expectClean("at the begin of the shield", body);
                spin(ThreadLocalRandom.current().nextInt(2_000));
                expectClean("in the shield", body);
              });
      Thread.sleep(FOREVER);
      miss(body);
    }

    /** The flag is clean, and foreign calls that look at it succeed. */
    private void expectClean(String where, @Nullable Body body) {
      if (Thread.currentThread().isInterrupted()) {
        leak("flag set " + where, body);
        var unused = Thread.interrupted();
      }
      try {
        queue.offer("item");
        if (queue.poll(FOREVER.toSeconds(), TimeUnit.SECONDS) == null) {
          miss(body);
        }
        Thread.sleep(0);
      } catch (InterruptedException e) {
        leak("foreign call interrupted " + where, body);
        queue.clear();
      }
    }

    private void leak(String what, @Nullable Body body) {
      leaked.increment();
      report("leaked", what, body);
    }

    private void miss(@Nullable Body body) {
      missed.increment();
      report("missed", "never interrupted", body);
    }

    private void report(String kind, String what, @Nullable Body body) {
      if (leaked.sum() + missed.sum() <= 20) {
        System.out.println(kind + ": " + what + ", body " + body);
      }
    }
  }
}
