package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.support.ForeignThrowable;
import io.selvage.kernel.support.ForkSite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the stack trace of a failure of tasks: which task joined which, up to the body of the
 * group, and where they were forked. The frames of the library itself are left out, except for the
 * operation that the program has called.
 */
final class FailureStory {
  /*
   * A task may end because its join has ended with an exception: the joined task has failed, or the group was cancelled because of that failure. Such
   * a task leaves a Waiter in the joined task (tellJoined), before it is counted as ended. So after the last task has ended, the owner of the
   * group finds the whole chain of tasks that waited for the failed one. The chain ends at a task for which no task waited, or several.
   */

  /**
   * A task that ended because its join of another task did.
   *
   * @param task the joining task, or null for several
   * @param thrown the exception of the join
   */
  record Waiter(@Nullable Task<?> task, @Nullable Throwable thrown) {
    static final Waiter SEVERAL = new Waiter(null, null);
  }

  /** The maximum length of a reported chain. */
  private static final int MOST = 50;

  private static final String OWN_PACKAGE = "io.selvage.";
  private static final String FORKED = "forked";
  private static final String JOINED = "joinedBy";

  /**
   * The classes whose frames surround the program's code on the threads of tasks, or lie below its
   * calls.
   */
  static final Set<String> OWN =
      Set.of(
          "CancelScope",
          "Canceller",
          "ScopeCause",
          "CompletionOrder",
          "EnteredScope",
          "FailureStory",
          "Gather",
          "GroupEnd",
          "GroupFailures",
          "GroupOptions",
          "JoinAll",
          "JoinCycles",
          "Lazy",
          "Loop",
          "Outcome",
          "Race",
          "ScopeGroup",
          "Selvage",
          "Task",
          "TaskFailedException",
          "TaskGroup",
          "TaskRun",
          "TaskStatus",
          "Tasks",
          "ThreadPool",
          "TimeLimit",
          "TurnLimit",
          "Uncaught",
          "function.ThrowingRunnable");

  private FailureStory() {}

  /**
   * {@return the frames of a {@link TaskFailedException}}
   *
   * @param failed the task that failed first, if it was one
   * @param fromBody the exception of the body of its group, if this exception is thrown by a group
   * @param own the frames of the exception itself
   */
  static StackTraceElement[] tell(
      @Nullable Task<?> failed, @Nullable Throwable fromBody, StackTraceElement[] own) {
    List<StackTraceElement> story = new ArrayList<>();
    Task<?> last = failed;
    for (int links = 0; links < MOST && last != null; links++) {
      Waiter waiter = last.waiter();
      if (waiter == null || waiter.task() == null || waiter.thrown() == null) {
        break;
      }
      last = waiter.task();
      story.add(marker(JOINED, last.name()));
      story.addAll(readable(framesOf(waiter.thrown())));
      story.add(marker(FORKED, last.name()));
      StackTraceElement[] forkedAt = callerFrames(last.forkSite());
      if (forkedAt.length > 0) {
        story.add(forkedAt[0]);
      }
    }
    Throwable joinedByBody = fromBody == null || last == null ? null : joinOf(fromBody, last);
    if (last != null && last != failed) {
      String group = last.group().name();
      story.add(
          joinedByBody == null ? marker("inGroup", group) : marker(JOINED, "the body of " + group));
    }
    story.addAll(readable(joinedByBody == null ? Arrays.asList(own) : framesOf(joinedByBody)));
    if (failed != null) {
      story.add(marker(FORKED, failed.name()));
      story.addAll(readable(Arrays.asList(callerFrames(failed.forkSite()))));
    }
    return story.toArray(StackTraceElement[]::new);
  }

  /**
   * If a task ends with {@code thrown} because a join did, leaves that in the joined task, for the
   * story of its failure.
   */
  static void tellJoined(Task<?> ended, Throwable thrown) {
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < ForeignThrowable.MOST_CAUSES; depth++) {
      Task<?> joined = joinedIn(current);
      if (joined != null) {
        if (joined.group() == ended.group()) {
          joined.addWaiter(new Waiter(ended, current));
        }
        return;
      }
      current = ForeignThrowable.causeOf(current);
    }
  }

  /**
   * {@return the exception with which a join of {@code joined} ended: {@code thrown} or one of its
   * causes; null if there is none}
   */
  static @Nullable Throwable joinOf(Throwable thrown, Task<?> joined) {
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < ForeignThrowable.MOST_CAUSES; depth++) {
      if (joinedIn(current) == joined) {
        return current;
      }
      current = ForeignThrowable.causeOf(current);
    }
    return null;
  }

  /** {@return the task that was being joined when this was thrown, or null} */
  static @Nullable Task<?> joinedIn(Throwable thrown) {
    if (thrown instanceof TaskFailedException failed) {
      return failed.task();
    }
    return thrown instanceof CancelledException cancelled && cancelled.source() == Source.FAILURE
        ? cancelled.joined()
        : null;
  }

  /** {@return the frames up to the place where the trace continues on another thread} */
  private static List<StackTraceElement> framesOf(Throwable thrown) {
    StackTraceElement[] frames = thrown.getStackTrace();
    int end = 0;
    while (end < frames.length && !isMarker(frames[end])) {
      end++;
    }
    return Arrays.asList(frames).subList(0, end);
  }

  private static StackTraceElement marker(String what, String name) {
    return new StackTraceElement("", what, name, -1);
  }

  private static boolean isMarker(StackTraceElement frame) {
    return frame.getClassName().isEmpty();
  }

  /**
   * Leaves out the frames below the program, and within the library all frames except the operation
   * that was called.
   */
  private static List<StackTraceElement> readable(List<StackTraceElement> frames) {
    int end = frames.size();
    while (end > 0 && (isOwn(frames.get(end - 1)) || isOfThread(frames.get(end - 1)))) {
      end--;
    }
    List<StackTraceElement> readable = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      if (!isOwn(frames.get(i)) || !isOwn(frames.get(i + 1))) {
        readable.add(frames.get(i));
      }
    }
    return readable.isEmpty() ? frames : readable;
  }

  private static boolean isOfThread(StackTraceElement frame) {
    String name = frame.getClassName();
    return name.startsWith("java.lang.VirtualThread")
        || name.equals("java.lang.Thread")
        || name.startsWith("java.util.concurrent.ThreadPoolExecutor")
        || name.startsWith("jdk.internal.");
  }

  /** {@return the frames of a fork, from the caller of fork on} */
  static StackTraceElement[] callerFrames(ForkSite site) {
    StackTraceElement[] frames = site.frames();
    int first = 0;
    while (first < frames.length && isOwn(frames[first])) {
      first++;
    }
    return Arrays.copyOfRange(frames, first, frames.length);
  }

  /**
   * {@return whether this is a method of the library that programs call, or one that such a method
   * calls}
   */
  static boolean isOwn(StackTraceElement frame) {
    String name = frame.getClassName();
    if (!name.startsWith(OWN_PACKAGE)) {
      return false;
    }
    String rest = name.substring(OWN_PACKAGE.length());
    int nested = rest.indexOf('$');
    return rest.startsWith("kernel.")
        || OWN.contains(nested < 0 ? rest : rest.substring(0, nested));
  }
}
