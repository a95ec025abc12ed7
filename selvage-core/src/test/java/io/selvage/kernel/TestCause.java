package io.selvage.kernel;

/** A cause of cancellation for tests of the kernel. */
record TestCause(String reason) implements CancelCause {

  /** What it looks like when it is thrown. */
  static final class TestCancelled extends InterruptedException {
    TestCancelled(String reason) {
      super(reason);
    }
  }

  @Override
  public InterruptedException toException() {
    return new TestCancelled(reason);
  }
}
