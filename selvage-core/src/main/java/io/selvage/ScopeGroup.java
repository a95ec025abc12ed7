package io.selvage;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.support.LinkedSet;
import java.util.Objects;
import java.util.Optional;

/**
 * A set of regions that can be cancelled together from any thread, also from the thread of a signal
 * handler: "stop everything that is running now".
 *
 * {@snippet class="io.selvage.Snippets" region="scopeGroup"}
 *
 * <p>Each region catches its own cancellation, so its thread continues after the region. {@link
 * #cancelForGood} also cancels regions that begin later, until {@link #clear()}. A region that
 * begins during that call is cancelled, too.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public final class ScopeGroup {
  /*
   * Protocol. A region is registered before its thread reads forGood; cancelForGood writes forGood before it reads the regions. So a region that
   * begins during that call is cancelled by one of the two.
   *
   * All needed objects are created before: the entry and the scope before the region is registered, the cause before forGood is written. From there
   * on neither a cancel nor the end of a region allocates anything; so neither stops halfway.
   */
  private static final String FOR_GOOD = "cancelled";

  /** A region, from before it begins until it has ended. */
  private static final class Stay extends LinkedSet.Entry<Stay> {
    private final CancelScope scope = CancelScope.create();
  }

  private final LinkedSet<Stay> running = new LinkedSet<>();
  private volatile boolean forGood;

  /** Creates a group without regions. */
  public ScopeGroup() {}

  /**
   * Runs {@code body} as a region of this group.
   *
   * @param <X> what the body may throw
   * @param body the work
   * @return true if the body completed, false if this region was cancelled
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   */
  public <X extends Exception> boolean run(ThrowingRunnable<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    Step.reserveStack();
    Stay stay = newStay();
    try {
      return register(stay).run(body);
    } finally {
      var unused = running.remove(stay);
    }
  }

  /**
   * Runs {@code body} as a region of this group.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body the work; its result must not be null
   * @return the result, or empty if this region was cancelled
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   */
  public <T, X extends Exception> Optional<T> call(ThrowingSupplier<? extends T, X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    Step.reserveStack();
    Stay stay = newStay();
    try {
      return register(stay).call(body);
    } finally {
      var unused = running.remove(stay);
    }
  }

  private static Stay newStay() {
    Exhaustion.point("ScopeGroup.run");
    return new Stay();
  }

  private CancelScope register(Stay stay) {
    var unused = running.add(stay);
    Step.within("ScopeGroup.run");
    if (forGood) {
      stay.scope.cancel(FOR_GOOD);
    }
    return stay.scope;
  }

  /**
   * Cancels the regions that are running now; later regions run normally.
   *
   * @param reason the result of {@link CancelledException#reason()}
   * @return whether a region was running, even if it was cancelled before
   */
  public boolean cancel(String reason) {
    return cancel(reason, false);
  }

  /**
   * Cancels the regions that are running now, and all that begin before {@link #clear()}.
   *
   * @param reason the result of {@link CancelledException#reason()}; that of later regions is
   *     "cancelled"
   * @return whether a region was running, even if it was cancelled before
   */
  public boolean cancelForGood(String reason) {
    return cancel(reason, true);
  }

  private boolean cancel(String reason, boolean laterOnesToo) {
    Objects.requireNonNull(reason, "reason");
    Step.reserveStack();
    ScopeCause why = ScopeCause.of(CancelledException.Source.CALL, reason);
    if (laterOnesToo) {
      forGood = true;
    }
    Step.beforeEnd("ScopeGroup.cancel");
    boolean found = false;
    long last = running.lastNumber();
    for (Stay stay = running.first(); stay != null && stay.number() <= last; stay = stay.next()) {
      found = true;
      var unused = stay.scope.cancelFor(why);
    }
    return found;
  }

  /** Ends the effect of {@link #cancelForGood}: regions that begin from now on run normally. */
  public void clear() {
    forGood = false;
  }

  /** {@return whether regions that begin now are cancelled at once} */
  public boolean isCancelling() {
    return forGood;
  }

  /** {@return whether a region is running} */
  public boolean isActive() {
    return !running.isEmpty();
  }

  @Override
  public String toString() {
    return "ScopeGroup[" + running.size() + " running" + (forGood ? ", cancelling" : "") + "]";
  }
}
