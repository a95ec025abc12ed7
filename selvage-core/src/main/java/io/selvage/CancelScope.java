package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.GroupMembers;
import io.selvage.kernel.Region;
import io.selvage.kernel.RegionSet;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Durations;
import io.selvage.kernel.support.FieldHandle;
import io.selvage.kernel.support.Preload;
import io.selvage.kernel.support.Rethrow;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that can be cancelled as a whole, from any thread, with everything that runs
 * below it.
 *
 * {@snippet class="io.selvage.Snippets" region="scope"}
 *
 * <p>While a scope is cancelled, every operation of the library inside it that may wait throws
 * {@link CancelledException}, also in {@code finally} and after the exception was swallowed once. A
 * thread that is blocked in foreign code (code that is not part of the library) is interrupted. The
 * outermost cancelled scope catches the cancellation at its end, and the code after the scope
 * continues normally: no interrupt leaks out.
 *
 * <p><b>Threads.</b> Any thread may call {@link #cancel}, set the deadline and query the state. One
 * scope may be entered by several threads, also one after the other. Cancelling it cancels all of
 * them, and each thread catches its own cancellation.
 *
 * <p><b>Nesting.</b> A scope is affected by the cancellation of the outer scopes unless it is a
 * <em>shield</em>. A shield protects its inside from outer cancellation, deadlines and interrupts,
 * for clean-up that must not be interrupted. Its own cancel and deadline still work. Whether a
 * scope is a shield is fixed when it is created.
 */
public final class CancelScope {
  /*
   * Protocol.
   *
   *   cause    null ──cancel / deadline──▶ why, once, by CAS; then every region of the scope is cancelled.
   *   regions  the stays of threads in this scope, see RegionSet.
   *            Entering adds the region, then reads cause; cancel writes cause, then reads regions: at least one sees the other's write.
   *   timer    the deadline, see ScopeTimer.
   *   caught   set by a leaving thread.
   */
  private static final VarHandle CAUSE =
      FieldHandle.of(MethodHandles.lookup(), "cause", ScopeCause.class);
  private static final VarHandle TIMER =
      FieldHandle.of(MethodHandles.lookup(), "timer", ScopeTimer.class);

  static {
    Preload.classes(MethodHandles.lookup(), BodyEnd.class); // needed when a scope is left
  }

  private final boolean shield;

  private volatile @Nullable ScopeCause cause;
  private final RegionSet regions = new RegionSet();
  private volatile boolean caught;
  private volatile @Nullable ScopeTimer timer; // created when there is a deadline, by CAS

  private CancelScope(boolean shield) {
    this.shield = shield;
  }

  // ---- making one

  /** {@return a scope without a deadline} */
  public static CancelScope create() {
    return new CancelScope(false);
  }

  /**
   * {@return a scope that cancels itself {@code timeout} after it is first entered} When the time
   * is over, everything below it is cancelled and joined, and the code after it continues.
   *
   * {@snippet class="io.selvage.Snippets" region="moveOnAfter"}
   *
   * @param timeout zero or more
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public static CancelScope moveOnAfter(Duration timeout) {
    return new CancelScope(false).relative(timeout);
  }

  /**
   * {@return a time limit that ends with an exception} When the time is over, everything below it
   * is cancelled and joined, then a {@link TimeoutException} is thrown.
   *
   * {@snippet class="io.selvage.Snippets" region="failAfter"}
   *
   * @param timeout zero or more
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public static TimeLimit failAfter(Duration timeout) {
    return new TimeLimit(timeout);
  }

  /**
   * {@return a scope that cancels itself at {@code deadline}}
   *
   * @param deadline may have passed already: then the scope is cancelled on entry
   */
  public static CancelScope moveOnAt(Deadline deadline) {
    CancelScope scope = new CancelScope(false);
    scope.setDeadline(deadline);
    return scope;
  }

  /**
   * {@return a shield that cancels itself {@code timeout} after it is first entered}
   *
   * @param timeout how long clean-up may take
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public static CancelScope shield(Duration timeout) {
    return new CancelScope(true).relative(timeout);
  }

  /**
   * {@return a shield without a deadline: the code inside ends only by itself or by this scope's
   * own cancel}
   */
  public static CancelScope shieldUnlimited() {
    return new CancelScope(true);
  }

  private CancelScope relative(Duration timeout) {
    var unused = Durations.nanos(timeout, "timeout");
    timer().setTimeout(timeout);
    return this;
  }

  private ScopeTimer timer() {
    ScopeTimer existing = timer;
    if (existing != null) {
      return existing;
    }
    ScopeTimer made = new ScopeTimer(this);
    ScopeTimer winner = (ScopeTimer) TIMER.compareAndExchange(this, null, made);
    return winner == null ? made : winner;
  }

  // ---- running code inside

  /**
   * Runs {@code body} inside of this scope.
   *
   * @param <X> what the body may throw
   * @param body the work
   * @return true if the body completed, false if it was cancelled and this scope caught that
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   * @throws IllegalStateException if the calling thread is inside of this scope already
   */
  public <X extends Exception> boolean run(ThrowingRunnable<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    return call(() -> {
          body.run();
          return true;
        })
        .isPresent();
  }

  /**
   * Runs {@code body} inside of this scope.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body the work; its result must not be null
   * @return the result, or empty if the body was cancelled and this scope caught that
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   * @throws IllegalStateException if the calling thread is inside of this scope already
   */
  @SuppressWarnings("InterruptedExceptionSwallowed") // it is thrown again
  public <T, X extends Exception> Optional<T> call(ThrowingSupplier<? extends T, X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    ThreadRecord self = ThreadRecord.current();
    Region region = enter(self, null);
    @Nullable T value = null;
    @Nullable Throwable thrown = null;
    try {
      value = body.get();
    } catch (Throwable t) {
      thrown = t;
    }
    thrown = EnteredScope.unwind(self, region, thrown);
    if (leave(self, region, judge(self, region, thrown)) == BodyEnd.OWN_CANCELLATION) {
      Uncaught.reportRiding(Objects.requireNonNull(thrown), region);
      return Optional.empty();
    }
    if (thrown != null) {
      Rethrow.asDeclared(thrown);
    }
    return Optional.of(
        Objects.requireNonNull(value, "the body's result must not be null; use run"));
  }

  /**
   * Enters this scope without a body, for code that cannot be put into a lambda. Prefer {@link
   * #run}.
   *
   * <p>The stay ends with {@link EnteredScope#close()}, on the same thread, innermost first. A
   * cancellation that was not delivered is retracted, as at every exit. But {@code close} cannot
   * swallow an exception, so it catches nothing.
   *
   * @return the stay, to be closed
   * @throws IllegalStateException if the calling thread is inside of this scope already
   */
  public EnteredScope enter() {
    ThreadRecord self = ThreadRecord.current();
    return new EnteredScope(this, self, enter(self, null));
  }

  Region enter(ThreadRecord self, @Nullable GroupMembers children) {
    refuseReentry(self);
    Step.before("CancelScope.enter");
    Exhaustion.point("CancelScope.enter");
    Region region = self.enter(this, shield, children); // allocates everything that leaving needs
    try {
      regions.add(region);
      Step.within("CancelScope.enter");
      if (timer != null) {
        timer.onEnter();
      }
      self.entered(region, cause);
      return region;
    } catch (Throwable failure) {
      left(region);
      self.leave(region, false);
      throw failure;
    }
  }

  private void refuseReentry(ThreadRecord self) {
    if (regions.contains(self, this)) {
      throw new IllegalStateException(
          self.thread()
              + " is inside of this scope already: "
              + this
              + "; use a new scope for nested work");
    }
  }

  private void left(Region region) {
    regions.remove(region);
    if (timer != null) {
      timer.onLeave();
    }
  }

  /**
   * Does not fail, because the region must be left: an exception that cannot be examined is no
   * cancellation.
   */
  private static BodyEnd judge(ThreadRecord self, Region region, @Nullable Throwable thrown) {
    if (thrown == null) {
      return BodyEnd.RETURNED;
    }
    try {
      self.retract(region);
      return BodyEnd.of(thrown, region);
    } catch (Throwable bookkeeping) {
      return BodyEnd.FAILURE;
    }
  }

  /**
   * Leaves after a body that ended in this way. The region must be the innermost one.
   *
   * @return the end as it is now; this scope catches an {@link BodyEnd#OWN_CANCELLATION}
   */
  BodyEnd leave(ThreadRecord self, Region region, BodyEnd end) {
    Step.within("CancelScope.leave");
    left(region);
    Step.within("CancelScope.leave");
    BodyEnd atExit = end.atExit(region);
    self.leave(region, atExit == BodyEnd.OUTER_CANCELLATION);
    if (atExit == BodyEnd.OWN_CANCELLATION) {
      caught = true;
    }
    return atExit;
  }

  // ---- cancelling

  /**
   * Cancels the scope: as {@link #cancel(String)}, without a reason.
   *
   * @return true if this call cancelled it, false if it was cancelled before
   */
  public boolean cancel() {
    return cancel("no reason given");
  }

  /**
   * Cancels the scope and everything below it. Any thread, also the thread of a signal handler;
   * never blocks and runs no foreign code. Before the scope is entered, the cancel takes effect on
   * entry; after the scope was left, it has no effect.
   *
   * @param reason the result of {@link CancelledException#reason()}
   * @return true if this call cancelled it, false if it was cancelled before: then the earlier
   *     reason stays
   */
  public boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    Step.reserveStack();
    return cancelFor(ScopeCause.of(Source.CALL, reason));
  }

  /**
   * As {@link #cancel(String)}; never fails, because it may be called at the end of a group or
   * task.
   */
  boolean cancelFor(ScopeCause why) {
    Step.beforeEnd("CancelScope.cancel");
    if (!CAUSE.compareAndSet(this, null, why)) {
      return false;
    }
    Step.within("CancelScope.cancel");
    walk(why);
    return true;
  }

  /**
   * The deadline has passed. Returns the cause if that has cancelled the scope: then the caller
   * must walk its regions.
   *
   * @param limit the duration of the time limit, if it was one
   */
  @Nullable ScopeCause expire(@Nullable Duration limit) {
    ScopeCause why = ScopeCause.ofDeadline(limit);
    return CAUSE.compareAndSet(this, null, why) ? why : null;
  }

  /** Cancels the regions. */
  void walk(@Nullable ScopeCause why) {
    if (why != null) {
      regions.cancelAll(why);
    }
  }

  /**
   * Sets or moves the deadline. Any thread, before or while the scope is entered. A deadline that
   * has passed cancels at once. A cancelled scope stays cancelled.
   *
   * @param newDeadline {@link Deadline#NEVER} to remove it
   */
  public void setDeadline(Deadline newDeadline) {
    Objects.requireNonNull(newDeadline, "deadline");
    timer().setDeadline(newDeadline.nanos());
  }

  // ---- queries

  /**
   * {@return whether {@link #cancel} was called or the deadline has passed while a thread was
   * inside}
   */
  public boolean isCancelled() {
    return cause != null;
  }

  /** {@return whether the deadline has cancelled the scope} */
  public boolean timedOut() {
    ScopeCause why = cause;
    return why != null && why.source() == Source.DEADLINE;
  }

  /**
   * {@return whether this scope has caught a cancellation at its end, so that its body did not
   * complete}
   */
  public boolean cancelledCaught() {
    return caught;
  }

  /** {@return the reason of the first cancel, or empty} */
  public Optional<String> reason() {
    return Optional.ofNullable(cause).map(ScopeCause::reason);
  }

  /** {@return whether a thread is inside} */
  public boolean isActive() {
    return !regions.isEmpty();
  }

  /** {@return whether the inside is shielded from outer cancellation} */
  public boolean isShield() {
    return shield;
  }

  /**
   * {@return the deadline; {@link Deadline#NEVER} if there is none, or if it is relative and no
   * thread has entered}
   */
  public Deadline deadline() {
    return timer == null ? Deadline.NEVER : Deadline.ofNanos(timer.deadline());
  }

  /**
   * {@return the innermost scope that the calling thread is in, or that its task inherits; empty
   * outside of all scopes}
   */
  public static Optional<CancelScope> current() {
    return find(ThreadRecord.current().region(), false);
  }

  /**
   * {@return the innermost scope around the calling thread that was cancelled itself, up to and
   * including the innermost shield}
   */
  public static Optional<CancelScope> currentCancelled() {
    return find(ThreadRecord.current().region(), true);
  }

  private static Optional<CancelScope> find(Region innermost, boolean cancelled) {
    for (Region region = innermost; region != null; region = region.parent()) {
      if (region.scope() instanceof CancelScope scope && (!cancelled || scope.isCancelled())) {
        return Optional.of(scope);
      }
      if (cancelled && region.isShield()) {
        break;
      }
    }
    return Optional.empty();
  }

  /**
   * {@return the effective deadline: the earliest of all scopes around the calling thread, up to
   * and including the innermost shield}
   *
   * <p>It has passed if one of them is cancelled, for whatever reason. {@link Deadline#NEVER} if
   * there is none.
   */
  public static Deadline effectiveDeadline() {
    Deadline earliest = Deadline.NEVER;
    for (Region region = ThreadRecord.current().region();
        region != null;
        region = region.parent()) {
      if (region.cause() != null) {
        return Deadline.after(Duration.ZERO).earliest(earliest);
      }
      if (region.scope() instanceof CancelScope scope) {
        earliest = earliest.earliest(scope.deadline());
      }
      if (region.isShield()) {
        break;
      }
    }
    return earliest;
  }

  TimeoutException timedOutAfter(Duration timeout) {
    ScopeCause why = cause;
    return new TimeoutException(
        "operation timed out after " + timeout + (why == null ? "" : why.whileWaiting()));
  }

  @Override
  public String toString() {
    ScopeCause why = cause;
    return "CancelScope["
        + (why == null ? (isActive() ? "active" : "idle") : "cancelled: " + why.reason())
        + (shield ? ", shield" : "")
        + (timer == null ? "" : ", deadline " + deadline())
        + "]";
  }
}
