package io.selvage;

import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tasks of a group returned as if nothing had happened, after an operation had told them that
 * they are cancelled.
 */
final class Misbehaviour {
  /** Of so many the names are kept. */
  private static final int KEPT = 100;

  private final List<String> names = new ArrayList<>(0); // guarded by this
  private long count; // guarded by this

  /** Any thread. Never fails: without memory for the name the task is one of the others. */
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

  /** {@return the names of the first of them} */
  synchronized List<String> names() {
    return List.copyOf(names);
  }

  private synchronized long others() {
    return count - names.size();
  }

  /** Tells the log, in one line, as there is no exception that could tell. */
  void warn(String group) {
    warn("group '" + group + "'", names(), others());
  }

  /** Tells the log of those whom an exception named that does not leave. */
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
