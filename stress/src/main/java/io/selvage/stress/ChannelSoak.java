package io.selvage.stress;

import io.selvage.CancelScope;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.select.Select;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Nothing is lost and nothing is doubled: many senders and receivers on one channel, platform and
 * virtual threads, which cancel one another at random moments; each item arrives exactly once.
 */
@SuppressWarnings("ThreadPriorityCheck") // so that the others see that they are cancelled
public final class ChannelSoak {
  private static final int DEFAULT_ITEMS = 1_000_000;
  private static final int SENDERS = 8;
  private static final int RECEIVERS = 8;

  private final Channel<Integer> channel;
  private final Channel<Integer> never = Channel.rendezvous();
  private final boolean selecting;
  private final AtomicInteger nextItem = new AtomicInteger();
  private final AtomicIntegerArray arrived;
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final List<Worker> workers = new ArrayList<>();

  // by the thread that runs the soak
  private int lost;
  private int doubled;

  private ChannelSoak(int items, Channel<Integer> channel, boolean selecting) {
    this.arrived = new AtomicIntegerArray(items);
    this.channel = channel;
    this.selecting = selecting;
  }

  /**
   * Runs the program.
   *
   * @param args the number of items; then the capacity of the channel, or -1 if it is unbounded;
   *     then "select" if the workers send and receive by selects
   */
  public static void main(String[] args) throws InterruptedException {
    int items = args.length == 0 ? DEFAULT_ITEMS : Integer.parseInt(args[0]);
    int capacity = args.length < 2 ? -1 : Integer.parseInt(args[1]);
    boolean selecting = args.length > 2 && args[2].equals("select");
    if (!new ChannelSoak(items, channel(capacity), selecting).run()) {
      System.exit(1);
    }
  }

  /** Soaks of channels of all kinds by turns. */
  public static final class Part implements StressPart {
    private static final int ITEMS = 50_000;
    private static final int[] CAPACITIES = {-1, 0, 1, 4, 64};

    /** Creates the part. */
    public Part() {}

    @Override
    public String name() {
      return "channel-soak";
    }

    @Override
    public String title() {
      return "channels of all kinds, with and without selects, under random cancels: each item"
          + " arrives once";
    }

    @Override
    public int weight() {
      return 8;
    }

    @Override
    public void run(PartRun run) throws InterruptedException {
      soak(run, CAPACITIES[0], true);
      run.warm();
      for (int round = 0; !run.isOver(); round++) {
        soak(run, CAPACITIES[round / 2 % CAPACITIES.length], round % 2 == 0);
      }
    }

    private static void soak(PartRun run, int capacity, boolean selecting)
        throws InterruptedException {
      ChannelSoak soak = new ChannelSoak(ITEMS, channel(capacity), selecting);
      boolean good = soak.run();
      run.expect(good, "the channel of capacity " + capacity + " is wrong, see the output");
      run.add(Figure.OPERATIONS, 2L * ITEMS + soak.cancelled.sum());
      run.add(Figure.FAULTS, soak.cancelled.sum());
      run.add(Figure.LOST, soak.lost);
      run.add(Figure.DOUBLED, soak.doubled);
      run.add(Figure.WRONG, soak.wrong.sum());
    }
  }

  private static Channel<Integer> channel(int capacity) {
    return switch (capacity) {
      case -1 -> Channel.unbounded();
      case 0 -> Channel.rendezvous();
      default -> Channel.bounded(capacity);
    };
  }

  private boolean run() throws InterruptedException {
    List<Thread> senders = threads("sender", SENDERS, Worker::send);
    List<Thread> receivers = threads("receiver", RECEIVERS, Worker::receive);
    receivers.forEach(Thread::start);
    senders.forEach(Thread::start);
    join(senders);
    channel.close();
    join(receivers);

    for (int i = 0; i < arrived.length(); i++) {
      lost += arrived.get(i) == 0 ? 1 : 0;
      doubled += arrived.get(i) > 1 ? 1 : 0;
    }
    ChannelStats stats = channel.stats();
    boolean balanced =
        stats.sent() == arrived.length()
            && stats.received() == stats.sent()
            && stats.queued() == 0
            && stats.waitingReceivers() == 0
            && stats.waitingSenders() == 0
            && never.stats().waitingReceivers() == 0
            && never.stats().waitingSenders() == 0;
    System.out.printf(
        Locale.ROOT,
        "soak: items=%d, cancelled=%d, lost=%d, doubled=%d, wrong=%d, %s%n",
        arrived.length(),
        cancelled.sum(),
        lost,
        doubled,
        wrong.sum(),
        stats);
    return lost == 0 && doubled == 0 && wrong.sum() == 0 && balanced;
  }

  /** What a worker does in one scope; returns false when there is no more to do. */
  private interface Step {
    boolean run(Worker worker) throws InterruptedException;
  }

  private List<Thread> threads(String kind, int count, Step step) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Worker worker = new Worker();
      workers.add(worker);
      Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(builder.name(kind + "-" + i).unstarted(() -> worker.loop(step)));
    }
    return threads;
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void cancelOneWorker(ThreadLocalRandom random) {
    CancelScope scope = workers.get(random.nextInt(workers.size())).target;
    if (scope != null) {
      scope.cancel("soak");
    }
  }

  /** One sender or receiver. */
  private final class Worker {
    private volatile @Nullable CancelScope target;
    private int unsent = -1;
    private boolean more = true;

    void loop(Step step) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      while (more) {
        CancelScope scope = CancelScope.create();
        try {
          boolean completed = scope.run(() -> runSteps(scope, step, random));
          if (!completed) {
            cancelled.increment();
          }
        } catch (InterruptedException e) {
          wrong.increment(); // a cancellation that no scope has caught
        }
        target = null;
      }
    }

    private void runSteps(CancelScope scope, Step step, ThreadLocalRandom random)
        throws InterruptedException {
      target = scope;
      for (int i = 0; i < 20 && more; i++) {
        more = step.run(this);
        if (random.nextInt(50) == 0) {
          cancelOneWorker(random);
          Thread.yield();
        }
      }
    }

    /** An item whose send throws was not sent: it is sent again. */
    boolean send() throws InterruptedException {
      if (unsent < 0) {
        unsent = nextItem.getAndIncrement();
      }
      if (unsent >= arrived.length()) {
        return false;
      }
      if (selecting) {
        int unused = Select.fair(never.onReceive(), channel.onSend(unsent).call(() -> 0));
      } else {
        channel.send(unsent);
      }
      unsent = -1;
      return true;
    }

    boolean receive() throws InterruptedException {
      try {
        int item =
            selecting ? Select.first(never.onReceive(), channel.onReceive()) : channel.receive();
        arrived.getAndIncrement(item);
        return true;
      } catch (EndOfStreamException e) {
        return false;
      }
    }
  }
}
