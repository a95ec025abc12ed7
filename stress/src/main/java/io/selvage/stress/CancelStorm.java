package io.selvage.stress;

import io.selvage.CancelScope;
import io.selvage.channel.Channel;
import io.selvage.select.Select;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;
import io.selvage.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Withdrawn waits leave nothing behind: many receivers on an empty channel, whose waits are ended
 * by cancels and by interrupts from outside all the time. The queue never holds more than the
 * threads there are, it is empty at the end, and what is kept on the heap does not grow.
 */
public final class CancelStorm {
  private static final long DEFAULT_WAITS = 1_000_000;
  private static final int RECEIVERS = 64;
  private static final long MAX_GROWTH = 8L << 20;

  private final Channel<String> channel = Channel.unbounded();
  private final Channel<String> full = Channel.bounded(1);
  private final Event event = new Event();
  private final LongAdder waits = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder interrupted = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final List<Receiver> receivers = new ArrayList<>();
  private final LongAdder faults = new LongAdder();
  private volatile boolean over;

  // by the thread that runs the storm
  private long heapBegin;
  private long heapEnd;
  private int left;

  private CancelStorm() {
    full.trySend("first");
  }

  /** Runs the program; the argument is the number of waits. */
  public static void main(String[] args) throws InterruptedException {
    long waits = args.length == 0 ? DEFAULT_WAITS : Long.parseLong(args[0]);
    CancelStorm storm = new CancelStorm();
    if (!storm.run(() -> storm.waits.sum() >= waits / 4, () -> storm.waits.sum() >= waits)) {
      System.exit(1);
    }
  }

  /** The storm, for as long as there is time. */
  public static final class Part implements StressPart {
    /** Creates the part. */
    public Part() {}

    @Override
    public String name() {
      return "cancel-storm";
    }

    @Override
    public String title() {
      return "waits that are cancelled and interrupted all the time leave nothing behind";
    }

    @Override
    public int weight() {
      return 6;
    }

    @Override
    public void run(PartRun run) throws InterruptedException {
      CancelStorm storm = new CancelStorm();
      Duration threeQuarters = run.left().dividedBy(4).multipliedBy(3);
      boolean good = storm.run(() -> run.left().compareTo(threeQuarters) < 0, run::isOver);
      run.expect(good, "something is left behind, see the output");
      run.add(Figure.OPERATIONS, storm.waits.sum());
      run.add(Figure.DELIVERIES, storm.cancelled.sum() + storm.interrupted.sum());
      run.add(Figure.FAULTS, storm.faults.sum());
      run.add(Figure.LOST, storm.left);
      run.add(Figure.WRONG, storm.wrong.sum());
      run.set(Figure.HEAP_BEGIN, storm.heapBegin >> 10);
      run.set(Figure.HEAP_END, storm.heapEnd >> 10);
    }
  }

  /**
   * Runs the storm.
   *
   * @param warm when the heap is looked at for the first time
   * @param end when the storm is over
   */
  private boolean run(BooleanSupplier warm, BooleanSupplier end) throws InterruptedException {
    for (int i = 0; i < RECEIVERS; i++) {
      Receiver receiver = new Receiver(i, i % 8 == 0 ? Thread.ofPlatform() : Thread.ofVirtual());
      receivers.add(receiver);
    }
    receivers.forEach(receiver -> receiver.thread.start());
    Thread storm = Thread.ofPlatform().name("storm").start(this::storm);

    int longest = watch(warm);
    heapBegin = used();
    longest = Math.max(longest, watch(end));
    heapEnd = used();

    over = true;
    storm.join();
    for (Receiver receiver : receivers) {
      while (!receiver.thread.join(Duration.ofMillis(10))) {
        receiver.thread.interrupt();
      }
    }
    left = waiting();
    System.out.printf(
        Locale.ROOT,
        "storm: waits=%d, cancelled=%d, interrupted=%d, wrong=%d, longest queue=%d,"
            + " left in queue=%d, heap growth=%d KiB%n",
        waits.sum(),
        cancelled.sum(),
        interrupted.sum(),
        wrong.sum(),
        longest,
        left,
        (heapEnd - heapBegin) >> 10);
    return wrong.sum() == 0
        && longest <= RECEIVERS
        && left == 0
        && event.waiting() == 0
        && heapEnd - heapBegin < MAX_GROWTH;
  }

  /** Looks at the queue until this holds; returns its greatest length. */
  private int watch(BooleanSupplier until) throws InterruptedException {
    int longest = 0;
    while (!until.getAsBoolean()) {
      longest = Math.max(longest, waiting());
      Thread.sleep(1);
    }
    return longest;
  }

  /** A select has one place in each queue. */
  private int waiting() {
    return Math.max(channel.stats().waitingReceivers(), full.stats().waitingSenders());
  }

  private static long used() throws InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      // at once: the receivers go on
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
      Thread.sleep(20);
    }
    return least;
  }

  private void storm() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    while (!over) {
      Receiver receiver = receivers.get(random.nextInt(RECEIVERS));
      CancelScope scope = receiver.target;
      if (scope == null || random.nextInt(4) == 0) {
        receiver.thread.interrupt();
      } else {
        scope.cancel("storm");
      }
      faults.increment();
    }
  }

  /** Waits for an item that never comes, or for room that there never is, or for both. */
  private final class Receiver implements Runnable {
    private final Thread thread;
    private final int number;
    private volatile @Nullable CancelScope target;

    Receiver(int number, Thread.Builder builder) {
      this.number = number;
      thread = builder.unstarted(this);
    }

    private void waitForEver() throws InterruptedException {
      switch (number % 3) {
        case 0 -> channel.receive();
        case 1 -> full.send("never");
        default -> Select.fair(channel.onReceive(), full.onSend("never"), event.onSet());
      }
    }

    @Override
    public void run() {
      while (!over) {
        CancelScope scope = CancelScope.create();
        try {
          boolean completed =
              scope.run(
                  () -> {
                    target = scope;
                    waitForEver();
                  });
          (completed ? wrong : cancelled).increment();
        } catch (InterruptedException e) {
          interrupted.increment();
        }
        target = null;
        waits.increment();
      }
    }
  }
}
