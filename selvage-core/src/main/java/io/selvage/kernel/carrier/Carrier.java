package io.selvage.kernel.carrier;

import org.jspecify.annotations.Nullable;

/** A platform thread that runs virtual threads, one after the other, on its {@link Seat}. */
final class Carrier extends Thread {
  final CarrierPool pool;
  final Seat seat;

  @SuppressWarnings("ThreadPriorityCheck") // normal, whatever the calling thread has
  Carrier(CarrierPool pool, Seat seat) {
    super(null, null, "selvage-carrier-" + seat.number, 0, false);
    this.pool = pool;
    this.seat = seat;
    setDaemon(true);
    setPriority(NORM_PRIORITY);
    setContextClassLoader(null);
  }

  @Override
  public void run() {
    do {
      Runnable continuation = pool.find(seat);
      if (continuation != null) {
        pool.wakeForMore();
        runAll(continuation);
      }
    } while (pool.rest(seat));
  }

  private void runAll(Runnable first) {
    @Nullable Runnable continuation = first;
    while (continuation != null) {
      seat.beginTurn();
      run(continuation);
      continuation = pool.needs(seat) ? pool.find(seat) : null;
    }
  }

  /** A continuation catches what its thread throws, so this is an error of the JDK. */
  private void run(Runnable continuation) {
    try {
      continuation.run();
    } catch (Throwable broken) {
      pool.report(broken);
    }
  }
}
