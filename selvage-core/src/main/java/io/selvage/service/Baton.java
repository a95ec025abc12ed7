package io.selvage.service;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.WaitNode;

/**
 * The right to be the newest handler of an {@link Actor}: the next message begins when it is
 * released.
 *
 * <p><b>Threads.</b> Any thread may release it. Everything that this thread did before is visible
 * to the handler of the next message.
 */
public final class Baton {
  private final Completion<Boolean> released = new Completion<>();

  Baton() {}

  /**
   * Lets the next message be handled. A second call does nothing. The end of the handler releases
   * the baton, too.
   */
  public void release() {
    Step.beforeEnd("Baton.release");
    released.complete(true);
  }

  /** Releases the baton at the end of the handler; never fails. */
  void releaseAtEnd() {
    Step.beforeEnd("Baton.release");
    released.complete(true);
  }

  /** {@return whether it was released} */
  public boolean isReleased() {
    return released.isDone();
  }

  void awaitReleased() throws InterruptedException {
    var unused = released.await("Baton.awaitReleased", this, WaitNode.NEVER);
  }

  @Override
  public String toString() {
    return "Baton[" + (isReleased() ? "released" : "held") + "]";
  }
}
