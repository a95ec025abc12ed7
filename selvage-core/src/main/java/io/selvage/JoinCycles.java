package io.selvage;

import io.selvage.kernel.Region;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds out whether a join would never end, because the tasks wait for each other. */
final class JoinCycles {
  private JoinCycles() {}

  /**
   * Looks for a way along which one of {@code joined} waits for {@code joiner}. What is seen on the
   * way may change meanwhile, so a cycle counts only if it is seen twice. The joiner has published
   * whom it joins before, so of two that close a cycle at once at least one sees it.
   *
   * @param from the joiner's innermost region
   */
  static void refuse(Task<?> joiner, List<? extends Task<?>> joined, Region from) {
    List<String> cycle = find(joiner, joined, from);
    if (cycle != null && cycle.equals(find(joiner, joined, from))) {
      throw new JoinCycleException(cycle);
    }
  }

  private static @Nullable List<String> find(
      Task<?> joiner, List<? extends Task<?>> joined, Region from) {
    Map<Task<?>, Task<?>> waiter = new HashMap<>();
    ArrayDeque<Task<?>> open = new ArrayDeque<>();
    for (Task<?> each : joined) {
      if (!each.isDone() && waiter.putIfAbsent(each, joiner) == null) {
        open.push(each);
      }
    }
    for (Task<?> next = open.poll(); next != null; next = open.poll()) {
      if (next == joiner || isAround(next, from)) {
        return names(next, joiner, waiter);
      }
      Task<?> last = next;
      next.forEachAwaited(
          awaited -> {
            if (waiter.putIfAbsent(awaited, last) == null) {
              open.push(awaited);
            }
          });
    }
    return null;
  }

  /** A task cannot end before those in the groups that it opened. */
  private static boolean isAround(Task<?> task, Region from) {
    for (Region region = from; region != null; region = region.parent()) {
      if (region.record().task() == task) {
        return true;
      }
    }
    return false;
  }

  /** The way back from {@code last}, turned round, with the joiner at both ends. */
  private static List<String> names(Task<?> last, Task<?> joiner, Map<Task<?>, Task<?>> waiter) {
    List<String> path = new ArrayList<>();
    path.add(joiner.name());
    if (last != joiner) {
      path.add(last.name());
    }
    Task<?> task = Objects.requireNonNull(waiter.get(last));
    while (task != joiner) {
      path.add(task.name());
      task = Objects.requireNonNull(waiter.get(task));
    }
    path.add(joiner.name());
    return path.reversed();
  }
}
