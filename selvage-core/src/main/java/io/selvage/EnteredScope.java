package io.selvage;

import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import org.jspecify.annotations.Nullable;

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
   *     and both are left
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
    if (closed) {
      return;
    }
    closed = true;
    CancelScope abandoned = null;
    while (self.region() != region) {
      abandoned = leaveAbandoned(self);
    }
    scope.leave(self, region, null);
    if (abandoned != null) {
      throw new IllegalStateException(
          "scopes must be left innermost first: "
              + abandoned
              + " was entered later and is still open; it was cancelled and left");
    }
  }

  private static @Nullable CancelScope leaveAbandoned(ThreadRecord self) {
    Region inner = self.region();
    if (!(inner.scope() instanceof CancelScope innerScope)) {
      throw new IllegalStateException(
          "scope was closed inside of a call that is still running: " + inner);
    }
    innerScope.cancel("abandoned: an outer scope was left first");
    innerScope.leave(self, inner, null);
    return innerScope;
  }

  @Override
  public String toString() {
    return "EnteredScope[" + scope + "]";
  }
}
