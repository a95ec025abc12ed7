package io.selvage.kernel.carrier;

import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at the carriers of a pool from time to time. If one has been running the same continuation
 * since the last look, it takes the next continuation from its slot, so that another carrier runs
 * it. If all carriers are blocked and something is waiting, it adds a carrier.
 */
final class CarrierWatch implements Runnable {
  /*
   * Protocol.
   *
   * state: ABSENT ──wake, by CAS; a thread is started──▶ AWAKE ──nothing to watch──▶ ASLEEP ──wake, by CAS; the thread is unparked──▶ AWAKE
   *        ASLEEP ──there is something to watch after all, by CAS──▶ AWAKE
   *        ASLEEP ──it has slept for long, by CAS──▶ ABSENT
   *
   * A thread that has added a continuation looks at the state afterwards. The watch looks at the seats after it has set ASLEEP. So at least one sees
   * the other. A watch that is ASLEEP and times out loses the CAS to a thread that wakes it.
   *
   * taken: only the thread of the watch adds. There is one such thread at a time: it touches nothing after it has set ABSENT.
   *
   * Time between two looks: 100 microseconds at first, and after a look that has found a continuation to take; else twice the last one, up to a
   * millisecond. So a continuation waits in a slot for two milliseconds at most.
   *
   * Extra carriers: the JDK's scheduler adds a carrier while a thread is blocked in the file system, and is lost if all are blocked in native code.
   * Here the reason why a carrier is stuck is not known. So one is added if none has begun a turn for STALL, and each further one after a longer time than the
   * last; then even a program that computes does not get many. needed says whether as many carriers as extra ones are stuck; otherwise the extra ones go.
   */
  private static final int ABSENT = 0;
  private static final int AWAKE = 1;
  private static final int ASLEEP = 2;

  private static final VarHandle STATE = FieldHandle.of(MethodHandles.lookup(), "state", int.class);

  private static final long SHORTEST = 100_000;
  private static final long LONGEST = 1_000_000;
  private static final long STALL = 20_000_000;

  /** After so many looks that found nothing to watch, the watch sleeps. */
  private static final int LOOKS = 10;

  private final CarrierPool pool;
  private final int most;
  private final long sleepNanos;
  final RunQueue taken = new RunQueue();
  private volatile int state = ABSENT;
  private volatile boolean needed;
  private volatile Thread thread = Thread.currentThread(); // replaced before it is used

  // the thread of the watch only
  private long stalledSince;
  private boolean acted;
  private boolean quiet;
  private int stuck;
  private int running;
  private int extra;

  CarrierWatch(CarrierPool pool, int most, long sleepNanos) {
    this.pool = pool;
    this.most = most;
    this.sleepNanos = sleepNanos;
  }

  /** {@return whether as many carriers are stuck as there are extra ones} */
  boolean needsExtraCarriers() {
    return needed;
  }

  /** Ensures that the watch looks, after something was added. */
  void wakeIfAsleep() {
    if (state != AWAKE) {
      wake();
    }
  }

  private void wake() {
    if (STATE.compareAndSet(this, ASLEEP, AWAKE)) {
      LockSupport.unpark(thread);
    } else if (STATE.compareAndSet(this, ABSENT, AWAKE)) {
      boolean started = false;
      try {
        Thread fresh =
            Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("selvage-carrier-watch")
                .unstarted(this);
        fresh.setContextClassLoader(null);
        thread = fresh;
        fresh.start();
        started = true;
      } finally {
        if (!started) {
          state = ABSENT;
        }
      }
    }
  }

  // ---- its thread

  @Override
  public void run() {
    do {
      watch();
    } while (sleep());
  }

  /** Looks until there is nothing to watch. */
  private void watch() {
    long interval = SHORTEST;
    int quietLooks = 0;
    stalledSince = System.nanoTime();
    while (quietLooks < LOOKS) {
      LockSupport.parkNanos(this, interval);
      tryToLook();
      interval = acted ? SHORTEST : Math.min(LONGEST, 2 * interval);
      quietLooks = quiet ? quietLooks + 1 : 0;
    }
  }

  /** If a carrier cannot be started now, the next look tries again. */
  private void tryToLook() {
    try {
      look();
    } catch (Throwable e) {
      quiet = false;
    }
  }

  private void look() {
    acted = false;
    quiet = true;
    stuck = 0;
    running = 0;
    extra = 0;
    for (Seat seat : pool.seats()) {
      if (seat.status() == Seat.RUNNING) {
        look(seat);
      }
    }
    needed = extra <= stuck;
    boolean waiting = pool.hasWaiting();
    quiet &= !waiting;
    if (pool.lacksPolling()) {
      quiet = false;
      if (!pool.hasResting()) {
        pool.lookForEvents();
      } else if (running == stuck) {
        pool.wakeOne();
      }
    }
    if (waiting && pool.hasResting()) {
      pool.wakeOne();
    }
    growIfStalled(waiting && running == stuck && !pool.hasResting());
  }

  private void look(Seat seat) {
    running++;
    if (seat.extra) {
      extra++;
    }
    long turns = seat.turns();
    if (seat.seen != turns) {
      seat.seen = turns;
      quiet = false;
      return;
    }
    stuck++;
    if (seat.hasNext()) {
      quiet = false;
      takeNextOf(seat);
    }
  }

  private void takeNextOf(Seat seat) {
    if (taken.hasRoom()) {
      Runnable next = seat.takeNext();
      if (next != null) {
        var unused = taken.offer(next);
        acted = true;
      }
    }
  }

  private void growIfStalled(boolean stalled) {
    long now = System.nanoTime();
    if (!stalled) {
      stalledSince = now;
    } else if (now - stalledSince >= STALL * (extra + 1)) {
      stalledSince = now;
      if (running < most) {
        addCarrier();
      }
    }
  }

  private void addCarrier() {
    needed = true;
    for (Seat seat : pool.seats()) {
      if (seat.extra && pool.start(seat)) {
        return;
      }
    }
    var unused = pool.start(pool.addSeat());
  }

  // ---- its sleep

  /** Returns false if the thread must end. */
  private boolean sleep() {
    taken.clear();
    state = ASLEEP;
    while (state == ASLEEP) {
      tryToLook();
      if (!quiet) {
        var unused = STATE.compareAndSet(this, ASLEEP, AWAKE);
        return true;
      }
      long before = System.nanoTime();
      LockSupport.parkNanos(this, sleepNanos);
      boolean late = System.nanoTime() - before >= sleepNanos;
      if (late && STATE.compareAndSet(this, ASLEEP, ABSENT)) {
        return false;
      }
    }
    return true;
  }
}
