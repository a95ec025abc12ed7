package io.selvage.kernel;

/** A cause of cancellation for tests of the kernel. */
final class TestCause extends CancelCause {
  private final String reason;

  TestCause(String reason) {
    this.reason = reason;
  }

  /** What it looks like when it is thrown. */
  static final class TestCancelled extends InterruptedException {
    TestCancelled(String reason) {
      super(reason);
    }
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public InterruptedException toException() {
    return new TestCancelled(reason);
  }
}
