package io.selvage.kernel;

import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.support.SimulationAbandoned;

/**
 * The calls of one canceller. The first call is made when its region is cancelled; more calls
 * follow at growing intervals until the region is left.
 *
 * <p>One call is not enough. Many cancel requests are lost if they arrive before the call that they
 * should cancel has begun to work, and the library cannot see when it has begun.
 */
public final class CancelRequests extends Errand {
  /*
   * Protocol. This object is prepared before its region is entered. The thread that finds the region cancelled and armed hands it to the machine. The
   * owner thread calls forgetErrand on leaving. So nothing has to be allocated once the region is cancelled.
   *
   * Each run goes through the gate, as an interrupt does: it changes ARMED to DELIVERING, calls the canceller, and goes back to ARMED, or to SPENT if
   * no further call follows. So the canceller is called only while the region is the innermost one and has not been left, and the owner does not
   * leave before the call is over.
   *
   * A run that does not find its region armed makes no call and is tried again after the next interval: the thread is inside of an inner region, or
   * an operation has reported the cancellation and that report may be withdrawn. The runs end when the owner leaves.
   *
   * An interval begins when the call is over. next is written by one run and read by the following one; the machine runs them in sequence.
   *
   * Check with: GateTest, CancellerTest, CancellerSimulationTest, GateStress.
   */
  private final Runnable canceller;
  private final long longestNanos;
  private final boolean repeated;
  private long nextNanos;
  private Region region;

  /**
   * Creates the requests for the region that is entered with them.
   *
   * @param canceller the foreign code
   * @param firstNanos the interval between the first and the second call; it doubles each time
   * @param longestNanos the longest interval
   * @param repeated whether there is more than one call
   */
  @SuppressWarnings("NullAway.Init") // region is set before another thread can see this
  public CancelRequests(Runnable canceller, long firstNanos, long longestNanos, boolean repeated) {
    this.canceller = canceller;
    this.nextNanos = firstNanos;
    this.longestNanos = longestNanos;
    this.repeated = repeated;
  }

  /** Sets the region. Owner thread only, before the region is entered. */
  void belongTo(Region cancelled) {
    region = cancelled;
  }

  /** {@return whether the canceller is called more than once} */
  boolean isRepeated() {
    return repeated;
  }

  /** Calls the canceller. Called only by the holder of DELIVERING. */
  void call() {
    canceller.run();
  }

  @Override
  public long run() {
    boolean called = true;
    try {
      called = region.record.gate.ask(region);
    } catch (SimulationAbandoned e) {
      throw e;
    } catch (Throwable failure) {
      Log.error("a canceller failed", failure);
    }
    if (called && !repeated) {
      return OVER;
    }
    long delay = nextNanos;
    nextNanos = delay > longestNanos / 2 ? longestNanos : 2 * delay;
    return delay;
  }
}
