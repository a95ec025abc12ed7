package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.GroupMembers;
import io.selvage.kernel.Region;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Rethrow;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of a group after its body: waits for the tasks, then decides which exception to throw.
 * Owner thread only.
 */
final class GroupEnd implements Runnable {
  /*
   * The exception that leaves the group is the first one that applies:
   *
   *   1. an exception of the body itself, unchanged, with the failures of tasks suppressed on it
   *   2. the failures of tasks, also if the body only passes one on as a join throws it, or is being cancelled
   *   3. the cancellation of an outer scope, if the body throws it
   *   4. an interrupt of the owner from outside while it waited; after 1 to 3 the flag is set again instead
   *   5. the cancellation of an outer scope, if it has cancelled tasks; otherwise the result of the body is returned
   *
   * A cancellation of the group itself is absorbed. Exceptions suppressed on a cancellation that does not leave the group are failures.
   *
   * Whatever happens, for example a full heap, the group waits for its tasks and leaves the scope; every step up to there works even without memory.
   * An error in this bookkeeping is thrown after that, so it is never lost.
   */
  private final GroupOptions options;
  private final CancelScope scope;
  private final Region region;
  private final GroupMembers members;
  private final GroupFailures failures;

  // how the body ended, and the exception that it has thrown
  private BodyEnd body = BodyEnd.RETURNED;
  private @Nullable Throwable thrown;
  private boolean passedOn; // the body only passes on the failure of a task
  private boolean interrupted; // the owner was interrupted while it waited, outside of any shield

  GroupEnd(
      GroupOptions options,
      CancelScope scope,
      Region region,
      GroupMembers members,
      GroupFailures failures) {
    this.options = options;
    this.scope = scope;
    this.region = region;
    this.members = members;
    this.failures = failures;
  }

  /**
   * Waits for all tasks, leaves the scope, and throws the exception that leaves the group, if any.
   */
  void end(@Nullable Throwable thrownByBody) throws InterruptedException {
    ThreadRecord self = region.record();
    Step.beforeEnd("TaskGroup.end");
    judge(self, thrownByBody);
    if (bodyFailed()) {
      tryCancel();
    }
    awaitTasks(self);
    body = scope.leave(self, region, body);
    throwOutcome(self, outcome(), body == BodyEnd.OUTER_CANCELLATION ? thrown : null);
  }

  /** Judges the end of the body; if that fails, the body counts as failed. */
  private void judge(ThreadRecord self, @Nullable Throwable thrownByBody) {
    thrown = EnteredScope.unwind(self, region, thrownByBody);
    self.retract(region);
    try {
      Exhaustion.point("TaskGroup.end: judge");
      if (thrown != null) {
        body = BodyEnd.of(thrown, region);
        passedOn = body == BodyEnd.FAILURE && failures.isPassedOnBy(thrown);
      }
    } catch (Throwable bookkeeping) {
      thrown = insteadOf(thrown, bookkeeping);
      body = BodyEnd.FAILURE;
    }
  }

  /**
   * A cancellation is no failure, and may be a cancellation of this group: it must not leave the
   * group as a failure.
   */
  private static Throwable insteadOf(@Nullable Throwable thrown, Throwable bookkeeping) {
    if (thrown != null && !(thrown instanceof CancelledException)) {
      return thrown;
    }
    try {
      if (thrown != null) {
        bookkeeping.addSuppressed(thrown);
      }
    } catch (Throwable noMemory) {
      return bookkeeping; // without the exceptions suppressed on the cancellation
    }
    return bookkeeping;
  }

  private boolean bodyFailed() {
    return thrown != null && !body.isCancellation() && !passedOn;
  }

  /** {@return the failure that leaves the group, or null; if creating it fails, that error} */
  private @Nullable Throwable outcome() {
    try {
      Exhaustion.point("TaskGroup.end: outcome");
      if (body.isCancellation()
          && (body == BodyEnd.OWN_CANCELLATION || interrupted || !failures.isEmpty())) {
        failures.addRiding(Objects.requireNonNull(thrown), region);
      } else if (passedOn) {
        failures.addPassedOn(Objects.requireNonNull(thrown));
      }
      failures.reportUnobserved();
      if (bodyFailed()) {
        failures.suppressOn(Objects.requireNonNull(thrown));
      }
      TaskFailedException ofTasks = bodyFailed() ? null : failures.toException(thrown);
      if (ofTasks == null) {
        failures.warnOfMisbehaved();
      }
      return bodyFailed() ? thrown : ofTasks;
    } catch (Throwable bookkeeping) {
      return bodyFailed() ? thrown : bookkeeping;
    }
  }

  /**
   * Throws a failure; otherwise the cancellation that continues; otherwise the interrupt of the
   * owner.
   */
  private void throwOutcome(
      ThreadRecord self, @Nullable Throwable failure, @Nullable Throwable cancellation)
      throws InterruptedException {
    Throwable outcome = failure == null ? cancellation : failure;
    if (interrupted && outcome == null) {
      outcome =
          self.outsideInterrupt("the owner of group '" + options.name() + "' was interrupted");
    } else if (interrupted) {
      self.interruptAgain();
    }
    if (outcome != null) {
      Rethrow.asDeclared(outcome);
    }
    if (failures.isCutShort() && self.region().cause() != null) {
      self.checkpoint(); // the tasks were cancelled from outside: the group has not done its work
    }
  }

  /**
   * If even that fails, because there is no stack left, the group waits for the tasks without
   * cancelling them.
   */
  private void tryCancel() {
    try {
      if (body == BodyEnd.OUTSIDE_INTERRUPT) {
        cancelBecauseInterrupted();
      } else {
        scope.cancelFor(
            ScopeCause.of(Source.FAILURE, "the body of group ", options.name(), " failed"));
      }
    } catch (StackOverflowError tooDeep) {
      // The exception of the body leaves the group.
    }
  }

  private void cancelBecauseInterrupted() {
    scope.cancelFor(
        ScopeCause.of(Source.INTERRUPT, "the owner of group ", options.name(), " was interrupted"));
  }

  private void awaitTasks(ThreadRecord self) {
    if (self.muteInterrupts()) {
      run();
    }
    members.awaitEnd(self, this, this);
  }

  /** The owner was interrupted from outside. */
  @Override
  public void run() {
    if (region.hidesInterrupts()) {
      region.putOffInterrupt();
    } else {
      interrupted = true;
      cancelBecauseInterrupted();
    }
  }

  /** The description of the owner's wait, for dumps. */
  @Override
  public String toString() {
    return "group '" + options.name() + "'";
  }
}
