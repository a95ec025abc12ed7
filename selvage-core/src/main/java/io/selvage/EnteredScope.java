package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Rethrow;
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
    region.markByHand();
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
    if (!isInside(self, region)) {
      closed = true; // an outer stay that was closed first has ended this one, and has thrown an
      // exception
      return;
    }
    refuseToEndBlocks(self);
    closed = true;
    Throwable misnested = unwind(self, region, null);
    var unused = scope.leave(self, region, BodyEnd.RETURNED);
    if (misnested != null) {
      Rethrow.asDeclared(misnested);
    }
  }

  private static boolean isInside(ThreadRecord self, Region region) {
    Region current = self.region();
    while (current != region && current != self.root() && current.parent() != null) {
      current = current.parent();
    }
    return current == region;
  }

  /** A stay may end inner stays that were entered by hand, but no running blocks. */
  private void refuseToEndBlocks(ThreadRecord self) {
    for (Region above = self.region(); above != null && above != region; above = above.parent()) {
      if (!above.isByHand()) {
        throw new IllegalStateException(
            "scope was closed inside of a block that is still running: "
                + above
                + "; close it after that block");
      }
    }
  }

  /**
   * Ends the inner stays that were entered inside of {@code region} with {@link
   * CancelScope#enter()} and not closed: they are cancelled and left. If {@code region} itself has
   * been left, there is nothing to do.
   *
   * @return the exception that is being thrown now
   */
  static @Nullable Throwable unwind(ThreadRecord self, Region region, @Nullable Throwable thrown) {
    Throwable result = thrown;
    if (!isInside(self, region)) {
      return result;
    }
    while (self.region() != region) {
      Region open = self.region();
      abandon(self, open);
      result = withMisnesting(open, result);
    }
    return result;
  }

  /** Never fails: an open stay must not stay open because there is no memory for an exception. */
  private static Throwable withMisnesting(Region open, @Nullable Throwable thrown) {
    try {
      IllegalStateException misnested =
          new IllegalStateException(
              "scopes must be left innermost first: "
                  + open.scope()
                  + " was entered later and is still open; it was cancelled and left");
      if (thrown == null) {
        return misnested;
      }
      thrown.addSuppressed(misnested);
      return thrown;
    } catch (Throwable failure) {
      return thrown == null ? failure : thrown;
    }
  }

  /**
   * As {@link #unwind}, after a body that has completed.
   *
   * @throws IllegalStateException if there was an open stay
   */
  static void refuseOpen(ThreadRecord self, Region region) {
    Throwable misnested = unwind(self, region, null);
    if (misnested != null) {
      Rethrow.asDeclared(misnested);
    }
  }

  /** Ends the innermost stay, which was left open. */
  private static void abandon(ThreadRecord self, Region inner) {
    if (inner.scope() instanceof CancelScope abandoned) {
      abandoned.cancelFor(ScopeCause.of(Source.CALL, "abandoned: an outer scope was left first"));
      var unused = abandoned.leave(self, inner, BodyEnd.RETURNED);
    } else {
      self.leave(inner, false);
    }
  }

  @Override
  public String toString() {
    return "EnteredScope[" + scope + "]";
  }
}
