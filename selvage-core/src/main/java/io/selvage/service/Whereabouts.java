package io.selvage.service;

import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The stack traces of a service that does not end: of its thread and of its tasks, for the log. */
final class Whereabouts {
  /** The maximum number of tasks with a stack trace in the report. */
  private static final int MOST_TASKS = 20;

  private Whereabouts() {}

  /** {@return the stacks, as an exception; those of the tasks are suppressed on it} */
  static Throwable of(String service, ThreadRecord record) {
    Throwable where = at("where service '" + service + "' is", record);
    Deque<Region> left = new ArrayDeque<>();
    left.add(record.root());
    AtomicInteger seen = new AtomicInteger();
    while (!left.isEmpty()) {
      for (Region region = left.remove(); region != null; region = region.inner()) {
        region.forEachLiveRoot(
            root -> {
              if (seen.incrementAndGet() <= MOST_TASKS) {
                String task = Threads.nameOf(root.record().thread());
                where.addSuppressed(at("where its task '" + task + "' is", root.record()));
                left.add(root);
              }
            });
      }
    }
    int more = seen.get() - MOST_TASKS;
    if (more > 0) {
      where.addSuppressed(withStack("and at least " + more + " more tasks", null));
    }
    return where;
  }

  private static Throwable at(String what, ThreadRecord record) {
    WaitNode node = record.waiting();
    return withStack(node == null ? what : what + ", in " + node.operation(), record.thread());
  }

  private static Throwable withStack(String message, @Nullable Thread thread) {
    Throwable stack = new Throwable(message);
    stack.setStackTrace(thread == null ? new StackTraceElement[0] : thread.getStackTrace());
    return stack;
  }
}
