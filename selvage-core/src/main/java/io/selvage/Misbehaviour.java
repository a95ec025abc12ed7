package io.selvage;

import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import java.util.ArrayList;
import java.util.List;

/**
 * The tasks of a group that returned normally after an operation had reported their cancellation.
 */
final class Misbehaviour {
  /** The maximum number of names that are kept. */
  private static final int KEPT = 100;

  private final List<String> names = new ArrayList<>(0); // guarded by this
  private long count; // guarded by this

  /** Any thread. Never fails: if there is no memory for the name, the task is only counted. */
  synchronized void add(String name) {
    count++;
    if (names.size() < KEPT) {
      try {
        Exhaustion.point("Misbehaviour.add");
        names.add(name);
      } catch (OutOfMemoryError e) {
        return;
      }
    }
  }

  /** {@return the names of the first tasks} */
  synchronized List<String> names() {
    return List.copyOf(names);
  }

  private synchronized long others() {
    return count - names.size();
  }

  /** Logs one line, because no exception names these tasks. */
  void warn(String group) {
    warn("group '" + group + "'", names(), others());
  }

  /** Logs the tasks that were named by an exception which does not leave the group. */
  static void warn(String whose, List<String> names, long others) {
    if (names.isEmpty()) {
      return;
    }
    Log.warning(
        TaskGroup.class,
        "tasks of "
            + whose
            + " returned as if nothing had happened after they were told that they are cancelled: "
            + String.join(", ", names)
            + (others == 0 ? "" : " and " + others + " more")
            + "; let CancelledException pass, or set the interrupt flag again before returning");
  }
}
