package io.selvage.observe;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Machine;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.TextEscaper;
import io.selvage.observe.Dump.Activity;
import io.selvage.observe.Dump.GroupNode;
import io.selvage.observe.Dump.MoreNode;
import io.selvage.observe.Dump.Node;
import io.selvage.observe.Dump.ScopeNode;
import io.selvage.observe.Dump.TaskNode;
import io.selvage.observe.Dump.ThreadNode;
import io.selvage.observe.Dump.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes a dump: walks the regions of a machine while its threads continue to run. */
final class DumpBuilder {
  /*
   * Every link is read once and leads away from the roots; the tasks of a group are those at the time of the visit. So the walk ends, however fast
   * the tree changes. Each part of the result was true at some time during the walk, but not all parts at the same time.
   *
   * The depth of its recursion and the size of its result are limited, because a dump is often taken when the program already has a problem.
   */
  private static final String OWN_PACKAGES = "io.selvage.";

  private final long now;
  private final int mostLevels;
  private final int mostNodes;
  private int nodes;

  private DumpBuilder(long now, int mostLevels, int mostNodes) {
    this.now = now;
    this.mostLevels = mostLevels;
    this.mostNodes = mostNodes;
  }

  static Dump of(Machine machine, int mostLevels, int mostNodes) {
    List<ThreadRecord> threads = machine.roots();
    return new Dump(
        new DumpBuilder(machine.now(), mostLevels, mostNodes).roots(threads),
        machine == Machine.real() ? Threads.ownCarriers() : Optional.empty());
  }

  private List<Node> roots(List<ThreadRecord> records) {
    nodes = Math.min(records.size(), mostNodes); // all threads first, then the nodes below them
    List<Node> roots = new ArrayList<>();
    for (ThreadRecord record : records.subList(0, nodes)) {
      roots.add(
          new ThreadNode(
              Threads.nameOf(record.thread()),
              record.isService(),
              activity(record),
              below(record.root(), 1)));
    }
    if (roots.size() < records.size()) {
      roots.add(new MoreNode((records.size() - roots.size()) + " more threads"));
    }
    return roots;
  }

  private List<Node> below(Region region, int level) {
    Region scope = nextScope(region);
    List<Region> tasks = new ArrayList<>();
    region.forEachLiveRoot(tasks::add);
    if (scope == null && tasks.isEmpty()) {
      return List.of();
    }
    if (level == mostLevels) {
      return List.of(new MoreNode("deeper levels"));
    }
    List<Node> below = new ArrayList<>();
    if (scope != null) {
      nodes++;
      below.add(stay(scope, level));
    }
    for (int i = tasks.size() - 1; i >= 0; i--) {
      if (nodes >= mostNodes) {
        below.add(new MoreNode((i + 1) + " more tasks"));
        break;
      }
      ThreadRecord record = tasks.get(i).record();
      if (record.task() instanceof Task<?> task) {
        nodes++;
        below.add(task(task, record, level));
      }
    }
    return below;
  }

  /** Returns the next inner region that belongs to a scope, not to a single call. */
  private static @Nullable Region nextScope(Region region) {
    Region nested = region.inner();
    while (nested != null && !(nested.scope() instanceof CancelScope)) {
      nested = nested.inner();
    }
    return nested;
  }

  private Node stay(Region region, int level) {
    List<Node> below = below(region, level + 1);
    Optional<Duration> remaining =
        region.scope() instanceof CancelScope scope
            ? remaining(scope.deadline())
            : Optional.empty();
    return region.group() instanceof TaskGroup group
        ? new GroupNode(group.name(), region.liveTasks(), remaining, cancelled(region), below)
        : new ScopeNode(region.isShield(), remaining, cancelled(region), below);
  }

  private Node task(Task<?> task, ThreadRecord record, int level) {
    Region root = record.root();
    return new TaskNode(
        task.name(), task.state(), cancelled(root), activity(record), below(root, level + 1));
  }

  private static Optional<String> cancelled(Region region) {
    return Optional.ofNullable(region.cause()).map(CancelCause::reason);
  }

  private static Optional<Duration> remaining(Deadline deadline) {
    return deadline.equals(Deadline.NEVER) ? Optional.empty() : Optional.of(deadline.remaining());
  }

  private Activity activity(ThreadRecord record) {
    Thread thread = record.thread();
    WaitNode node = record.waiting();
    return new Activity(
        thread.isVirtual(),
        thread.getState(),
        Optional.ofNullable(record.lastOperation()),
        record.awaitsTurn(),
        node != null && node.isWaiting() ? Optional.of(wait(thread, node)) : Optional.empty());
  }

  private Wait wait(Thread thread, WaitNode node) {
    return new Wait(
        node.operation(),
        TextEscaper.textOf(node.awaited()),
        Duration.ofNanos(Math.max(0, now - node.since())),
        !node.isUncancellable(),
        place(thread));
  }

  /** The first frame that is neither of the library nor of the JDK. */
  private static Optional<StackTraceElement> place(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .filter(frame -> !isOfLibrary(frame) && !isOfJdk(frame))
        .findFirst();
  }

  private static boolean isOfLibrary(StackTraceElement frame) {
    return frame.getClassName().startsWith(OWN_PACKAGES);
  }

  private static boolean isOfJdk(StackTraceElement frame) {
    String module = frame.getModuleName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }
}
