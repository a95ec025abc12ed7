package io.selvage;

import io.selvage.kernel.Step;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A set of regions that can be cancelled together from any thread, also from a signal's: "stop what
 * is running now".
 *
 * {@snippet class="io.selvage.Snippets" region="scopeGroup"}
 *
 * <p>Each region catches for itself, so the threads live on behind it. With {@link Latch#LATCH}
 * regions that begin later are cancelled, too, until {@link #clear()}; without gap, however the two
 * calls race.
 *
 * <p><b>Threads.</b> Any thread may call anything.
 */
public final class ScopeGroup {
  /*
   * Protocol. A region is registered before it looks at latched; cancel writes latched before it looks at the regions.
   * So a region that begins while a latching cancel runs is cancelled by one of the two.
   */

  /** Whether a cancel also holds for regions that begin later. */
  public enum Latch {
    /** Only what is running now. */
    ONCE,
    /** Also what begins later, until {@link ScopeGroup#clear()}. */
    LATCH
  }

  private static final String LATCHED = "cancelled";

  private final AtomicLong begun = new AtomicLong();
  private final NavigableMap<Long, CancelScope> running =
      new ConcurrentSkipListMap<>(); // by number
  private volatile boolean latched;

  /** Creates a group without regions. */
  public ScopeGroup() {}

  /**
   * Runs {@code body} as a region of this group.
   *
   * @param <X> what the body may throw
   * @param body the work
   * @return true if the body came to its end, false if this region was cancelled
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   */
  public <X extends Exception> boolean run(ThrowingRunnable<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    long number = begun.incrementAndGet();
    try {
      return register(number).run(body);
    } finally {
      running.remove(number);
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
    long number = begun.incrementAndGet();
    try {
      return register(number).call(body);
    } finally {
      running.remove(number);
    }
  }

  private CancelScope register(long number) {
    CancelScope scope = CancelScope.create();
    running.put(number, scope);
    Step.within("ScopeGroup.run");
    if (latched) {
      scope.cancel(LATCHED);
    }
    return scope;
  }

  /**
   * Cancels the regions that are running now.
   *
   * @param reason found in {@link CancelledException#reason()}
   * @return whether there was any
   */
  public boolean cancel(String reason) {
    return cancel(reason, Latch.ONCE);
  }

  /**
   * Cancels the regions that are running now and, if latched, all that begin before {@link
   * #clear()}.
   *
   * @param reason found in {@link CancelledException#reason()}; that of later regions is
   *     "cancelled"
   * @param latch whether later regions are meant, too
   * @return whether a region was running, be it cancelled before
   */
  public boolean cancel(String reason, Latch latch) {
    Objects.requireNonNull(reason, "reason");
    if (Objects.requireNonNull(latch, "latch") == Latch.LATCH) {
      latched = true;
    }
    Step.before("ScopeGroup.cancel");
    List<CancelScope> found = List.copyOf(running.values());
    found.forEach(scope -> scope.cancel(reason));
    return !found.isEmpty();
  }

  /** Ends the latch: regions that begin from now on run. */
  public void clear() {
    latched = false;
  }

  /** {@return whether regions that begin now are cancelled at once} */
  public boolean isCancelling() {
    return latched;
  }

  /** {@return whether a region is running} */
  public boolean isActive() {
    return !running.isEmpty();
  }

  @Override
  public String toString() {
    return "ScopeGroup[" + running.size() + " running" + (latched ? ", latched" : "") + "]";
  }
}
