package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.Children;
import io.selvage.kernel.Region;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happens behind the body of a group: its tasks are waited for, then it is decided what to
 * throw. Owner only.
 */
final class GroupEnd {
  /*
   * What leaves the group, the first that applies:
   *
   *   1. an exception of the body's own, as it is, with the failures of tasks suppressed on it
   *   2. the failures of tasks, also if the body only passes one on as a join throws it, or is being cancelled
   *   3. the cancellation of an outer scope, if the body throws it
   *   4. that the owner was interrupted from outside while it waited; behind 1 to 3 the flag is set again instead
   *   5. the cancellation of an outer scope, if it has cut tasks short; otherwise the body's result stands
   *
   * A cancellation of the group itself is absorbed. What rides on a cancellation that does not leave is a failure.
   */
  private final GroupOptions options;
  private final CancelScope scope;
  private final Region region;
  private final Children children;
  private final GroupFailures failures;
  private volatile boolean cutShort; // a task was cancelled; any thread sets it

  GroupEnd(
      GroupOptions options,
      CancelScope scope,
      Region region,
      Children children,
      GroupFailures failures) {
    this.options = options;
    this.scope = scope;
    this.region = region;
    this.children = children;
    this.failures = failures;
  }

  /** A task was cancelled. Any thread. */
  void noteCancelled() {
    cutShort = true;
  }

  /** Waits for all tasks, leaves the scope, and throws what there is to throw. */
  void end(@Nullable Throwable thrownByBody) throws InterruptedException {
    ThreadRecord self = region.record();
    Step.before("TaskGroup.end");
    Throwable thrown = EnteredScope.unwind(self, region, thrownByBody);
    boolean cancelled = thrown != null && isCancellation(self, thrown);
    boolean passedOn = thrown != null && !cancelled && failures.isPassedOnBy(thrown);
    boolean bodyFailed = thrown != null && !cancelled && !passedOn;
    if (bodyFailed) {
      cancelBecauseOf(thrown);
    }
    boolean interrupted = awaitTasks(self);
    boolean caught = scope.leave(self, region, thrown);
    if (cancelled && (caught || interrupted || !failures.isEmpty())) {
      failures.addRiding(Objects.requireNonNull(thrown), region);
    } else if (passedOn) {
      failures.addPassedOn(Objects.requireNonNull(thrown));
    }
    failures.reportUnobserved();
    if (bodyFailed) {
      failures.suppressOn(Objects.requireNonNull(thrown));
    }
    TaskFailedException ofTasks = bodyFailed ? null : failures.toException(thrown);
    if (ofTasks == null) {
      failures.warnOfMisbehaved();
    }
    throwOutcome(
        self, bodyFailed ? thrown : ofTasks, cancelled && !caught ? thrown : null, interrupted);
  }

  /**
   * Throws a failure, or else the cancellation that goes on, or else that the owner was
   * interrupted.
   */
  private void throwOutcome(
      ThreadRecord self,
      @Nullable Throwable failure,
      @Nullable Throwable cancellation,
      boolean interrupted)
      throws InterruptedException {
    Throwable outcome = failure == null ? cancellation : failure;
    if (interrupted && outcome == null) {
      outcome =
          self.outsideInterrupt("the owner of group '" + options.name() + "' was interrupted");
    } else if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (outcome != null) {
      Rethrow.asDeclared(outcome);
    }
    if (cutShort && self.region().cause() != null) {
      self.checkpoint(); // the tasks were cancelled from outside, so the group has not done its
      // work
    }
  }

  private void cancelBecauseOf(@Nullable Throwable fromBody) {
    if (fromBody instanceof InterruptedException) {
      cancelBecauseInterrupted();
    } else {
      scope.cancel(Source.FAILURE, "the body of group '" + options.name() + "' failed");
    }
  }

  private void cancelBecauseInterrupted() {
    scope.cancel(Source.INTERRUPT, "the owner of group '" + options.name() + "' was interrupted");
  }

  private boolean isCancellation(ThreadRecord self, Throwable thrown) {
    self.retract(region);
    return Cancellations.isCancellation(thrown, region);
  }

  /** Returns whether the owner was interrupted from outside, and no shield hides that. */
  private boolean awaitTasks(ThreadRecord self) {
    boolean[] interrupted = {false};
    Runnable onInterrupt =
        () -> {
          if (region.hidesInterrupts()) {
            self.putOff(region);
          } else {
            interrupted[0] = true;
            cancelBecauseInterrupted();
          }
        };
    if (self.muteInterrupts()) {
      onInterrupt.run();
    }
    children.awaitEnd(self, "group '" + options.name() + "'", onInterrupt);
    return interrupted[0];
  }
}
