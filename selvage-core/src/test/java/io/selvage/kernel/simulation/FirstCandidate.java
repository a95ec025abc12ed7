package io.selvage.kernel.simulation;

/**
 * A director that always picks the first candidate, and makes an exception of all that goes wrong.
 */
public class FirstCandidate implements Director {
  @Override
  public int pick(Candidates candidates, Moment moment) {
    return 0;
  }

  @Override
  public int pick(int count) {
    return 0;
  }

  @Override
  public long arrives(SimulatedThread thread, String operation, boolean begins) {
    return 0;
  }

  @Override
  public void takes(SimulatedThread thread, String operation, boolean begins) {}

  @Override
  public boolean fails(SimulatedThread thread, String faultPoint) {
    return false;
  }

  @Override
  public Throwable stuck() {
    return new IllegalStateException("stuck");
  }

  @Override
  public Throwable stalled(SimulatedThread thread) {
    return new IllegalStateException("stalled in " + thread.name());
  }

  @Override
  public void starts(SimulatedThread thread) {}

  @Override
  public void ends(SimulatedThread thread) {}

  @Override
  public void idles() {}

  @Override
  public Throwable uncaught(String message, Throwable failure) {
    return new IllegalStateException(message, failure);
  }

  @Override
  public RuntimeException meddled(String what) {
    return new IllegalStateException(what);
  }
}
