package io.selvage.kernel;

import io.selvage.kernel.jvm.Errand;
import io.selvage.kernel.support.SimulationAbandoned;

/**
 * The calls of one canceller: the first when its region is cancelled, the next ones at growing
 * intervals until the region is left.
 *
 * <p>Once is not enough. Many a cancel is lost if it arrives before the call that it is meant for
 * has begun to work, and nobody can see when that is.
 */
public final class CancelRequests extends Errand {
  /*
   * Protocol. It is prepared before its region is entered, handed to the machine by whoever finds the region cancelled and
   * armed, and forgotten by the owner on leaving. So there is nothing to be allocated once the region is cancelled.
   *
   * Each run goes through the gate, as an interrupt does: it takes ARMED to DELIVERING, calls the canceller, and goes back
   * to ARMED, or to SPENT if there is to be no further call. So it is called only while the region is the innermost one and
   * has not been left, and the owner does not leave before the call is over.
   *
   * A run that does not find its region armed calls nobody and is tried again after the next interval: the thread is inside
   * of an inner region, or an operation has reported the cancellation and that may be taken back. What ends the tries
   * is that the owner leaves.
   *
   * An interval begins when the call is over. next is handed on by the machine from run to run.
   *
   * Check with: GateTest, CancellerTest, CancellerSimulationTest, GateStress.
   */
  private final Runnable canceller;
  private final long longestNanos;
  private final boolean repeated;
  private long nextNanos;
  private Region region;

  /**
   * Creates one for the region that is entered with it.
   *
   * @param canceller the foreign code
   * @param firstNanos how long after the first call the second one comes; twice as long each time
   * @param longestNanos the longest interval
   * @param repeated whether there is a second one
   */
  @SuppressWarnings("NullAway.Init") // region: before anybody else can see this
  public CancelRequests(Runnable canceller, long firstNanos, long longestNanos, boolean repeated) {
    this.canceller = canceller;
    this.nextNanos = firstNanos;
    this.longestNanos = longestNanos;
    this.repeated = repeated;
  }

  /** Owner only, before the region is entered. */
  void belongTo(Region cancelled) {
    region = cancelled;
  }

  /** {@return whether the canceller is called more than once} */
  boolean isRepeated() {
    return repeated;
  }

  /** Calls the canceller. Only by the holder of DELIVERING. */
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
