package io.selvage;

import java.io.Serial;
import java.util.Arrays;

/**
 * Where a task was forked: a stack, taken once for each kind of body in a group (see
 * TaskGroup.siteOf).
 */
final class ForkSite extends Throwable {
  @Serial private static final long serialVersionUID = 1L;
  private static final String OWN_PACKAGE = "io.selvage.";

  private final transient Class<?> bodyClass;

  ForkSite(Class<?> bodyClass) {
    super("forked here");
    this.bodyClass = bodyClass;
  }

  boolean isOf(Class<?> otherClass) {
    return bodyClass == otherClass;
  }

  /** {@return the frames from the caller of fork on} */
  StackTraceElement[] callerFrames() {
    StackTraceElement[] frames = getStackTrace();
    int first = 0;
    while (first < frames.length && isForking(frames[first])) {
      first++;
    }
    return Arrays.copyOfRange(frames, first, frames.length);
  }

  private static boolean isForking(StackTraceElement frame) {
    String name = frame.getClassName();
    return name.equals(OWN_PACKAGE + "ForkSite")
        || name.equals(OWN_PACKAGE + "TaskGroup")
        || name.equals(OWN_PACKAGE + "Loop")
        || name.equals(OWN_PACKAGE + "LoopRun")
        || name.equals(OWN_PACKAGE + "PoolCall")
        || name.equals(OWN_PACKAGE + "ThreadPool")
        || name.equals(OWN_PACKAGE + "GroupOptions")
        || name.equals(OWN_PACKAGE + "Tasks")
        || name.equals(OWN_PACKAGE + "Gather")
        || name.equals(OWN_PACKAGE + "Race")
        || name.equals(OWN_PACKAGE + "Lazy");
  }
}
