package io.selvage.test.run;

import static java.util.Collections.newSetFromMap;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.EnteredScope;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.simulation.SimulatedMachine;
import io.selvage.kernel.simulation.SimulatedThread;
import io.selvage.test.schedule.Schedule;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The cancellation that {@code cancelEverywhere} puts into a run, and the exceptions that it
 * explains.
 */
@KitCode
final class InjectedCancel {
  /*
   * What was thrown is explained by the cancellation if every part of it is (decision 0037). Its parts are: itself, the
   * failures of a TaskFailedException, and all that is suppressed on one of them. A part is explained if, following
   * its causes, the first of these is found:
   *
   *   CancelledException       if the body is cancelled, whatever the reason: a limit or a cancel of the program's own
   *                            that came first leaves the decision to the outermost scope, which is this one.
   *                            If it is only a task: with our reason, or as the cause of another exception
   *   TaskCancelledException, CancellationException     whatever the reason: there is no result
   *   "interrupted" in any shape                        on the body's own thread, once that was told
   *   TaskFailedException                               its failures are further parts
   *
   * Nothing is explained before a cancellation has taken effect.
   *
   * Only the thread that has the turn writes and reads; a run that was given up is not judged any more.
   */
  private static final String REASON = "cancelled by the simulation";

  private final Schedule.@Nullable Cancel where;
  private final CancelScope scope = CancelScope.create();
  private @Nullable Region region; // of the body
  private boolean tookEffect;

  /**
   * Creates one.
   *
   * @param where to cancel, or null for a run in which nothing is
   */
  InjectedCancel(Schedule.@Nullable Cancel where) {
    this.where = where;
  }

  // ---- cancelling

  /** {@return whether a thread can be cancelled as such} */
  static boolean isPossible(SimulatedThread thread) {
    return thread.id() == 0 || thread.record().root().parent() != null;
  }

  /** {@return the number of the thread that is to be cancelled before this step, or -1} */
  int targetAt(long step) {
    return where != null && where.step() == step ? where.thread() : -1;
  }

  /** Cancels a thread; that takes no step. */
  void cancel(SimulatedThread thread) {
    if (thread.id() == 0) {
      tookEffect |= scope.cancel(REASON);
    } else if (thread.record().task() instanceof Task<?> task) {
      tookEffect |= task.cancel(REASON);
    }
  }

  /** Runs the body where it can be cancelled. Entering and leaving take no step. */
  @SuppressWarnings("InterruptedExceptionSwallowed") // it is thrown again
  void runBody(SimulatedMachine machine, ThrowingRunnable<?> body) throws Exception {
    EnteredScope stay = machine.callWithoutSteps(scope::enter);
    region = ThreadRecord.current().region();
    try {
      body.run();
    } catch (Throwable thrown) {
      try {
        machine.runWithoutSteps(stay::close);
      } catch (IllegalStateException misnested) {
        thrown.addSuppressed(misnested);
      }
      throw thrown;
    }
    machine.runWithoutSteps(stay::close);
  }

  // ---- what it explains

  /** {@return what may go on for ever because of it, to be told with a run that does} */
  String aboutLoops() {
    return tookEffect
        ? ". A task was cancelled, so each of its operations throws; a loop that catches that comes"
            + " to no end: let it pass"
        : "";
  }

  /**
   * {@return the first part of what the body has thrown that the cancellation does not explain, or
   * null} When the body has ended.
   */
  @Nullable Throwable unexplainedByBody(Throwable thrown) {
    Region own = region;
    return unexplained(thrown, own, own != null && (own.wasInterrupted() || own.wasReported()));
  }

  /** {@return whether a thread other than the body's has thrown this because of it} */
  boolean explains(Throwable thrown) {
    return unexplained(thrown, null, false) == null;
  }

  private record Part(Throwable thrown, boolean anyShape) {}

  private @Nullable Throwable unexplained(Throwable whole, @Nullable Region own, boolean anyShape) {
    if (!tookEffect) {
      return whole;
    }
    Set<Throwable> seen = newSetFromMap(new IdentityHashMap<>());
    Deque<Part> parts = new ArrayDeque<>(List.of(new Part(whole, anyShape)));
    while (!parts.isEmpty()) {
      Part part = parts.remove();
      if (seen.add(part.thrown()) && !explains(part, own, parts)) {
        return part.thrown();
      }
    }
    return null;
  }

  /** Follows the causes, and adds the further parts. */
  private boolean explains(Part part, @Nullable Region own, Deque<Part> parts) {
    for (Throwable current : Found.causes(part.thrown())) {
      if (own != null && own.record().isOutsideInterrupt(current)) {
        return false;
      }
      for (Throwable suppressed : current.getSuppressed()) {
        parts.add(new Part(suppressed, part.anyShape()));
      }
      switch (current) {
        case CancelledException e -> {
          return scope.isCancelled() || current != part.thrown() || e.reason().equals(REASON);
        }
        case TaskCancelledException e -> {
          return true;
        }
        case CancellationException e -> {
          return true;
        }
        case TaskFailedException e -> {
          e.failures().forEach(failure -> parts.add(new Part(failure, false)));
          return true;
        }
        default -> {
          if (part.anyShape() && saysInterrupted(current)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** As the end of a task does: its thread is its own. */
  private static boolean saysInterrupted(Throwable thrown) {
    return switch (thrown) {
      case InterruptedException e -> true;
      case ClosedByInterruptException e -> true;
      case SocketTimeoutException e -> false;
      case InterruptedIOException e -> true;
      case SocketException e -> "Closed by interrupt".equals(e.getMessage());
      default -> false;
    };
  }
}
