package io.selvage.kernel.support;

import java.io.Serial;

/**
 * The place where a task was forked: a stack trace, taken once for each class of body in a group
 * (see TaskGroup.siteOf).
 */
public final class ForkSite extends Throwable {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Class<?> bodyClass;

  /**
   * Takes the stack trace of the calling thread.
   *
   * @param bodyClass the class of the body that is forked
   */
  public ForkSite(Class<?> bodyClass) {
    super("forked here");
    this.bodyClass = bodyClass;
  }

  /** {@return whether bodies of this class are forked here} */
  public boolean isOf(Class<?> otherClass) {
    return bodyClass == otherClass;
  }
}
