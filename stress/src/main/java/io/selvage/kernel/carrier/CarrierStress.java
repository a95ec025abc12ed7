package io.selvage.kernel.carrier;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The protocols of {@link Seat} and {@link CarrierPool}. */
public final class CarrierStress {
  private CarrierStress() {}

  /** A carrier that is about to rest, and two threads that wake it. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 0", "0, 1, 0", "0, 0, 1"},
      expect = ACCEPTABLE,
      desc = "One of the three has set the seat running.")
  @Outcome(expect = FORBIDDEN, desc = "Two have, or none.")
  @State
  public static class WakeOrComeBack {
    private final Seat seat = new Seat(0, false);

    public WakeOrComeBack() {
      var unused = seat.move(Seat.ENDED, Seat.RUNNING);
      unused = seat.move(Seat.RUNNING, Seat.RESTING);
    }

    @Actor
    public void waker(III_Result r) {
      r.r1 = seat.move(Seat.RESTING, Seat.RUNNING) ? 1 : 0;
    }

    @Actor
    public void otherWaker(III_Result r) {
      r.r2 = seat.move(Seat.RESTING, Seat.RUNNING) ? 1 : 0;
    }

    @Actor
    public void carrier(III_Result r) {
      r.r3 = seat.move(Seat.RESTING, Seat.RUNNING) ? 1 : 0;
    }
  }

  /** A carrier and the watch take the next continuation. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "One of them has it.")
  @Outcome(expect = FORBIDDEN, desc = "It was lost or doubled.")
  @State
  public static class TakeNextOrTakeNext {
    private final Seat seat = new Seat(0, false);

    public TakeNextOrTakeNext() {
      var unused = seat.setNext(() -> {});
    }

    @Actor
    public void carrier(II_Result r) {
      r.r1 = seat.takeNext() == null ? 0 : 1;
    }

    @Actor
    public void watch(II_Result r) {
      r.r2 = seat.takeNext() == null ? 0 : 1;
    }
  }

  /** Carriers that rest, end and come back all the time, and two threads that give them work. */
  @JCStressTest
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "Both were run.")
  @Outcome(expect = FORBIDDEN, desc = "One was left behind.")
  @State
  public static class ExecuteOrRest {
    private static final CarrierPool POOL =
        new CarrierPool(2, 2, 2_000, broken -> {}); // they end after 2 microseconds

    private final CountDownLatch both = new CountDownLatch(2);

    @Actor
    public void first() {
      POOL.execute(both::countDown);
    }

    @Actor
    public void second() {
      POOL.execute(both::countDown);
    }

    @Arbiter
    public void wait(I_Result r) {
      try {
        var unused = both.await(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        r.r1 = -1;
        return;
      }
      r.r1 = 2 - (int) both.getCount();
    }
  }
}
