package io.selvage.kernel.carrier;

import io.selvage.kernel.jvm.EventSource;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs virtual threads on one carrier for each processor.
 *
 * <p>A thread that is woken by another one on a carrier is put into the slot "next" of this
 * carrier, if that is empty. It runs when the thread that woke it waits or yields, and no other
 * carrier is woken. So two threads that hand something to and fro stay on one processor. All others
 * are put into the queue of the carrier, and a resting carrier is woken, which takes from the
 * queues of the others. Threads that are woken by platform threads are put into a common queue.
 */
final class CarrierPool implements Executor {
  /*
   * Protocol.
   *
   * execute adds a continuation to exactly one place: a slot, the queue of a carrier, or the common queue. Each is a single step. What can fail comes
   * before it (no memory for the common queue: nothing was added) or after it (a carrier cannot be started, or the stack ends). In the second case the
   * continuation is in its place, and the JDK may pass it again. It then runs once only, because it looks at the state of its thread first.
   *
   * No continuation is left behind. A thread that has added to a queue looks for a resting carrier afterwards. A carrier that is about to rest says so
   * first (resting, status) and looks into all queues afterwards. All of these are volatile, so at least one of the two sees the other. The slot of a
   * carrier is filled only by what runs there, and the carrier looks there before it rests. If something runs there for long, the watch takes the
   * continuation out of the slot.
   *
   * A thread that wakes a carrier has won the CAS of its status, so each added continuation wakes another carrier. A carrier that comes back may find
   * another continuation than the one that it was woken for; so it wakes a further carrier if more is waiting.
   *
   * resting: how many of the seats up to parallelism are not RUNNING. It is counted up before the status changes, and down afterwards. So it may be too
   * high for a moment, never too low.
   *
   * Events: a carrier that would rest waits for them instead, if no other thread does (polling). While all carriers run, one of them looks for events
   * once in SHARED_FIRST turns. If the only carriers that run are stuck, the watch wakes another one, which finds nothing and so waits for events; if all are stuck, the
   * watch looks itself. polls of a seat says that its carrier has to be woken through the source. It is set before the carrier looks at its status once more,
   * and read after the status was changed. A carrier that waits for events does not end.
   *
   * seats: the first parallelism of them stay; the watch adds others (CarrierWatch).
   *
   * Check with: CarrierPoolTest, CarrierStress.
   */

  /** After so many turns in a row from the slot, a carrier looks into its queue first. */
  private static final int LONGEST_STREAK = 16;

  /** Once in so many turns a carrier looks first for what is not its own. */
  private static final int SHARED_FIRST = 64;

  private static final long PAUSE_NANOS = 1_000_000;

  private final int parallelism;
  private final long restNanos;
  private final Consumer<Throwable> broken;
  private final ConcurrentLinkedQueue<Runnable> common = new ConcurrentLinkedQueue<>();
  private final AtomicInteger resting;
  private final CarrierWatch watch;
  private final AtomicReference<@Nullable EventSource> events = new AtomicReference<>();
  private final AtomicBoolean polling = new AtomicBoolean();
  private volatile Seat[] seats;

  /**
   * Creates a pool without threads; a carrier is started when there is work for it.
   *
   * @param parallelism how many carriers there are while none is blocked
   * @param most how many carriers there may be while some are blocked
   * @param restNanos how long a carrier without work rests until it ends
   * @param broken receives errors of the JDK
   */
  CarrierPool(int parallelism, int most, long restNanos, Consumer<Throwable> broken) {
    this.parallelism = parallelism;
    this.restNanos = restNanos;
    this.broken = broken;
    this.resting = new AtomicInteger(parallelism);
    Seat[] all = new Seat[parallelism];
    for (int i = 0; i < parallelism; i++) {
      all[i] = new Seat(i, false);
    }
    this.seats = all;
    this.watch = new CarrierWatch(this, most, restNanos);
  }

  // ---- adding

  @Override
  public void execute(Runnable continuation) {
    if (CarrierAccess.currentCarrier() instanceof Carrier carrier && carrier.pool == this) {
      add(continuation, carrier);
    } else {
      common.add(continuation);
      wakeOne();
    }
    watch.wakeIfAsleep();
  }

  private void add(Runnable continuation, Carrier carrier) {
    Seat seat = carrier.seat;
    boolean mounted = Thread.currentThread() != carrier;
    if (mounted && seat.setNext(continuation)) {
      return;
    }
    if (!mounted && seat.status() == Seat.RESTING) {
      comeBack(seat, Seat.RESTING); // it has waited for events, and this is one
    }
    if (isSurplus(seat) || !seat.queue.offer(continuation)) {
      common.add(continuation);
      wakeOne();
    } else if (mounted || seat.queue.size() > 1) {
      wakeOne();
    }
  }

  /**
   * Wakes a carrier that rests, if there is one: at best one that is parked, else the one that
   * waits for events, else a new one.
   */
  void wakeOne() {
    if (resting.get() == 0) {
      return;
    }
    Seat[] all = seats;
    Seat waiting = null;
    for (int i = 0; i < parallelism; i++) {
      if (all[i].polls != null) {
        waiting = all[i];
      } else if (wake(all[i])) {
        return;
      }
    }
    if (waiting != null && wake(waiting)) {
      return;
    }
    for (int i = 0; i < parallelism; i++) {
      if (start(all[i])) {
        resting.decrementAndGet();
        return;
      }
    }
  }

  private boolean wake(Seat seat) {
    if (!seat.move(Seat.RESTING, Seat.RUNNING)) {
      return false;
    }
    resting.decrementAndGet();
    EventSource source = seat.polls;
    if (source == null) {
      LockSupport.unpark(seat.thread);
    } else {
      source.wake();
    }
    return true;
  }

  /**
   * Starts a carrier on a seat, if it has none.
   *
   * @throws OutOfMemoryError if no thread can be started
   */
  boolean start(Seat seat) {
    if (!seat.move(Seat.ENDED, Seat.RUNNING)) {
      return false;
    }
    boolean started = false;
    try {
      Carrier carrier = new Carrier(this, seat);
      seat.thread = carrier;
      carrier.start();
      started = true;
    } finally {
      if (!started) {
        var unused = seat.move(Seat.RUNNING, Seat.ENDED);
      }
    }
    return true;
  }

  // ---- taking

  /** {@return what the carrier of this seat must run next, or null if nothing is waiting} */
  @Nullable Runnable find(Seat own) {
    Runnable found = null;
    if (own.turns() % SHARED_FIRST == 0) {
      lookForEvents();
      found = findShared(own);
    }
    if (found == null && own.streak < LONGEST_STREAK) {
      found = own.takeNext();
      if (found != null) {
        own.streak++;
        return found;
      }
    }
    own.streak = 0;
    if (found == null) {
      found = own.queue.take();
    }
    if (found == null) {
      found = own.takeNext();
    }
    return found == null ? findShared(own) : found;
  }

  private @Nullable Runnable findShared(Seat own) {
    Runnable found = common.poll();
    if (found == null) {
      found = watch.taken.take();
    }
    Seat[] all = seats;
    for (int i = 1; found == null && i < all.length; i++) {
      found = all[(own.number + i) % all.length].queue.take();
    }
    return found;
  }

  /** {@return whether something is waiting that any carrier may take} */
  boolean hasWaiting() {
    if (!common.isEmpty() || !watch.taken.isEmpty()) {
      return true;
    }
    for (Seat seat : seats) {
      if (!seat.queue.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  // ---- the life of a carrier

  /** A carrier comes back with work: wakes another one if there is more. Never throws. */
  void wakeForMore() {
    try {
      if (hasWaiting()) {
        wakeOne();
      }
    } catch (Throwable noThread) {
      // the watch tries again
    }
  }

  /** {@return whether the carrier of this seat must look for more work} */
  boolean needs(Seat seat) {
    return !isSurplus(seat) || !seat.isEmpty();
  }

  private boolean isSurplus(Seat seat) {
    return seat.extra && !watch.needsExtraCarriers();
  }

  /**
   * Blocks the carrier of this seat, which has found no work, until there is some.
   *
   * @return false if the carrier must end
   */
  boolean rest(Seat seat) {
    seat.queue.clear();
    if (seat.extra) {
      var unused = seat.move(Seat.RUNNING, Seat.ENDED);
      return false;
    }
    resting.incrementAndGet();
    var unused = seat.move(Seat.RUNNING, Seat.RESTING);
    long until = System.nanoTime() + restNanos;
    while (seat.status() == Seat.RESTING) {
      if (hasWaiting()) {
        comeBack(seat, Seat.RESTING);
        return true;
      }
      long left = until - System.nanoTime();
      if (waitForEvents(seat, left > 0 ? left : restNanos)) {
        continue;
      }
      if (left <= 0 && seat.move(Seat.RESTING, Seat.ENDED)) {
        return hasWaiting() && comeBack(seat, Seat.ENDED);
      }
      LockSupport.parkNanos(this, left);
      boolean ignored = Thread.interrupted(); // otherwise the next park would return at once
    }
    return true;
  }

  /** Returns false if there is no source of events, or another thread waits for them. */
  private boolean waitForEvents(Seat seat, long nanos) {
    if (events.get() == null || !polling.compareAndSet(false, true)) {
      return false;
    }
    boolean failed = false;
    try {
      EventSource source = events.get();
      seat.polls = source;
      if (source != null && seat.status() == Seat.RESTING && !hasWaiting()) {
        failed = !source.await(nanos);
      }
    } finally {
      seat.polls = null;
      polling.set(false);
    }
    if (failed) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
    boolean ignored = Thread.interrupted();
    return true;
  }

  /** Looks for events, if no thread waits for them. */
  void lookForEvents() {
    if (events.get() != null && polling.compareAndSet(false, true)) {
      try {
        EventSource source = events.get();
        if (source != null) {
          source.look();
        }
      } finally {
        polling.set(false);
      }
    }
  }

  /** Returns false if the seat was taken by a thread that wakes a carrier. */
  private boolean comeBack(Seat seat, int from) {
    if (!seat.move(from, Seat.RUNNING)) {
      return false;
    }
    seat.thread = Thread.currentThread();
    resting.decrementAndGet();
    return true;
  }

  void report(Throwable error) {
    broken.accept(error);
  }

  // ---- events

  /** From here on carriers wait for the events of this source, in place of any other one. */
  void install(EventSource source) {
    events.set(source);
    wakeOne(); // a carrier that finds nothing waits for events
    watch.wakeIfAsleep();
  }

  /** The source has ended. */
  void remove(EventSource source) {
    var unused = events.compareAndSet(source, null);
  }

  /** {@return whether there is a source of events, and no thread waits there} */
  boolean lacksPolling() {
    return events.get() != null && !polling.get();
  }

  // ---- for the watch

  Seat[] seats() {
    return seats;
  }

  /** {@return a new seat for a carrier that works while others are blocked; for the watch only} */
  Seat addSeat() {
    Seat[] old = seats;
    Seat added = new Seat(old.length, true);
    Seat[] all = Arrays.copyOf(old, old.length + 1);
    all[old.length] = added;
    seats = all;
    return added;
  }

  boolean hasResting() {
    return resting.get() > 0;
  }

  @Override
  public String toString() {
    return parallelism + " carriers of Selvage";
  }
}
