package io.selvage.kernel;

/** What tests of other packages need to see of the kernel. */
public final class KernelAccess {
  private KernelAccess() {}

  /** How many timers of the process are armed. */
  public static int armedTimers() {
    return Machine.real().timers();
  }
}
