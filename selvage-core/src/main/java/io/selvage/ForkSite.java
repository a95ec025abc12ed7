package io.selvage;

import java.io.Serial;
import java.util.Arrays;

/**
 * Where a task was forked: a stack, taken once for each kind of body in a group (see
 * TaskGroup.siteOf).
 */
final class ForkSite extends Throwable {
  @Serial private static final long serialVersionUID = 1L;

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
    while (first < frames.length && FailureStory.isOwn(frames[first])) {
      first++;
    }
    return Arrays.copyOfRange(frames, first, frames.length);
  }
}
