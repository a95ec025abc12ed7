package io.selvage;

import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;

/**
 * A stay of one thread in a {@link CancelScope}, for code that cannot be put into a lambda; see
 * {@link CancelScope#enter()}.
 *
 * {@snippet class="io.selvage.Snippets" region="enter"}
 */
public final class EnteredScope implements AutoCloseable {
  private final CancelScope scope;
  private final ThreadRecord owner;
  private final Region region;
  private boolean closed; // owner thread only

  EnteredScope(CancelScope scope, ThreadRecord owner, Region region) {
    this.scope = scope;
    this.owner = owner;
    this.region = region;
  }

  /** {@return the scope} */
  public CancelScope scope() {
    return scope;
  }

  /**
   * Leaves the scope. A second call does nothing.
   *
   * @throws WrongThreadException if called by another thread than the one that entered
   * @throws IllegalStateException if a scope that was entered later is still open: it is cancelled,
   *     and both are left; or if a call that was begun later is still running: nothing is left then
   */
  @Override
  public void close() {
    ThreadRecord self = ThreadRecord.current();
    if (self != owner) {
      throw new WrongThreadException(
          "scope was entered by "
              + owner.thread()
              + " and can only be left by it, not by "
              + self.thread());
    }
    if (closed || !isOpen(self)) {
      return;
    }
    closed = true;
    scope.leave(self, region, null);
  }

  /** Returns false if the scope was abandoned, and so left by an outer one. */
  private boolean isOpen(ThreadRecord self) {
    boolean inCall = false;
    for (Region each = self.region(); each != null; each = each.parent()) {
      if (each == region) {
        if (inCall) {
          throw new IllegalStateException(
              "scope was closed inside of a call that is still running; close it behind the call: "
                  + scope);
        }
        return true;
      }
      inCall |= !each.isWithoutBody();
    }
    return false;
  }

  @Override
  public String toString() {
    return "EnteredScope[" + scope + "]";
  }
}
