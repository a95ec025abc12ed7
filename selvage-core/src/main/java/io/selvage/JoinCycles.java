package io.selvage;

import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Region;
import io.selvage.kernel.Region.TasksBelow;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.LinkedSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The waits of tasks for tasks. A wait that would never end, because the tasks wait for each other,
 * is refused.
 */
final class JoinCycles {
  /*
   * The graph. A task waits for the tasks that it joins, and for the tasks that run in its open groups, because it cannot end before them. A join is
   * refused if there is a path from a joined task to the joiner.
   *
   * The search runs from both ends, alternating one link each: forward from the joined tasks to the tasks that they wait for, backward from the
   * joiner to the tasks that wait for it. Each of the two alone would find every path. The search is over when one of them has found the other end,
   * or has no links left. So it costs twice as much as the cheaper one. If a chain is built from its front, no task waits for the joiner. If it is
   * built from its back, the joined task waits for no task. Otherwise the shorter part is walked, so all joins of n tasks, each of which joins one,
   * walk at most n * log n links in total.
   *
   * The backward search leaves out the tasks that are around all of the joined tasks. A path from a joined task T to a task A around it would be a
   * cycle even without the new join, because A waits for T; one of the joins of that cycle is refused. So tasks outside of a group do not affect the
   * cost of joins inside of it.
   *
   * Two tasks that close a cycle at the same time. Each join is published on both sides before its search begins. In a cycle that lasts, the search
   * of the join that was published last sees all joins of the cycle. (If that search leaves the cycle out, as described above, there is a cycle with
   * fewer joins, which lasts as well; the same holds for it.)
   *
   * The links may change during the search. So a path that was found is checked a second time, link by link. A join is the same object only while it
   * lasts without interruption, and a task runs without interruption. So a link that is seen twice existed all the time in between, and a path that
   * is seen twice existed as a whole at one moment. Otherwise something has changed, and the search begins again: there may be another path.
   *
   * No lock is held; all allocated objects belong to the search.
   *
   * Check with: JoinCycleTest, JoinGrowthTest, JoinSimulationTest.
   */
  private JoinCycles() {}

  /** One wait of one task for other tasks, all of which must end before it continues. */
  static final class Join {
    /*
     * Protocol. Created, then begun and ended once each by the joiner's thread; nothing is allocated in between.
     *
     * While it lasts it can be found from both sides: from the joiner (Task.joining) and from each joined task (Task.joiners). It is a new object for
     * each wait and is never published again after its end. So a thread that sees it twice knows that it lasted in between.
     */
    private final Task<?> joiner;
    private final Edge[] edges;

    /** The link from one joined task to its joiner. */
    static final class Edge extends LinkedSet.Entry<Edge> {
      private final Join join;
      private final Task<?> joined;
      private final LinkedSet<Edge> joiners;

      Edge(Join join, Task<?> joined) {
        this.join = join;
        this.joined = joined;
        this.joiners = joined.joinersToAdd();
      }

      Join join() {
        return join;
      }
    }

    Join(Task<?> joiner, List<? extends Task<?>> joined) {
      this.joiner = joiner;
      this.edges = new Edge[joined.size()];
      int i = 0;
      for (Task<?> each : joined) {
        edges[i++] = new Edge(this, each);
      }
    }

    void begin() {
      for (Edge edge : edges) {
        var unused = edge.joiners.add(edge);
      }
      joiner.setJoining(this);
    }

    /** Ends the wait, even if {@link #begin} was completed only partly. */
    void end() {
      joiner.setJoining(null);
      for (Edge edge : edges) {
        var unused = edge.joiners.remove(edge);
      }
    }

    /** {@return whether it has begun and has not ended; any thread} */
    boolean lasts() {
      return joiner.joining() == this;
    }

    Task<?> joiner() {
      return joiner;
    }

    int size() {
      return edges.length;
    }

    Task<?> joined(int i) {
      return edges[i].joined;
    }
  }

  /** Waits for a value that all of these tasks must produce; throws if that wait makes a cycle. */
  static <V extends @Nullable Object> V dependOn(
      List<? extends Task<?>> all, ThreadRecord self, ThrowingSupplier<V, RuntimeException> wait)
      throws InterruptedException {
    if (!(self.task() instanceof Task<?> joiner)) {
      return wait.get();
    }
    Step.reserveStack();
    Exhaustion.point("Task.join");
    Join join = new Join(joiner, all);
    try {
      join.begin();
      Step.within("Task.join");
      refuse(join);
      return wait.get();
    } finally {
      join.end();
    }
  }

  /**
   * Searches for a path along which one of the joined tasks waits for the joiner. The join has
   * begun.
   *
   * @throws JoinCycleException if there is one
   */
  static void refuse(Join join) {
    if (isHarmless(join)) {
      return;
    }
    while (true) {
      Search search = new Search(join);
      List<Link> way = search.find();
      if (way == null) {
        return;
      }
      List<Link> shortest = upToWhatIsAround(join.joiner(), way);
      if (shortest.stream().allMatch(Link::lasts)) {
        throw new JoinCycleException(names(join.joiner(), shortest));
      }
    }
  }

  /** {@return how many links a search for this join visits; for tests} */
  static int links(Join join) {
    if (isHarmless(join)) {
      return 0;
    }
    Search search = new Search(join);
    var unused = search.find();
    return search.links;
  }

  /** Handles the most frequent cases without allocating. */
  private static boolean isHarmless(Join join) {
    if (join.size() != 1) {
      return false;
    }
    Task<?> joined = join.joined(0);
    Task<?> joiner = join.joiner();
    if (joined == joiner) {
      return false;
    }
    return !joined.waitsForTasks()
        || (!joiner.isJoined()
            && (joiner.group() == joined.group()
                || joined.parent() == joiner
                || joiner.parent() == null));
  }

  /**
   * One task waits for another task: by a join, or, if there is none, because it is around that
   * task.
   */
  private record Link(Task<?> waiter, Task<?> awaited, @Nullable Join by) {
    boolean lasts() {
      return by == null ? !awaited.isDone() : by.lasts();
    }
  }

  /** A path to a task around the joiner is a path to the joiner. */
  private static List<Link> upToWhatIsAround(Task<?> joiner, List<Link> way) {
    Set<Task<?>> around = new HashSet<>();
    for (Task<?> each = joiner; each != null; each = each.parent()) {
      around.add(each);
    }
    int length = 1;
    while (!around.contains(way.get(length - 1).awaited())) {
      length++;
    }
    return way.subList(0, length);
  }

  private static List<String> names(Task<?> joiner, List<Link> way) {
    List<String> path = new ArrayList<>();
    path.add(joiner.name());
    for (Link link : way) {
      path.add(link.awaited().name());
    }
    if (way.getLast().awaited() != joiner) {
      path.add(joiner.name());
    }
    return path;
  }

  /** The tasks that one task waits for, one link at a time. */
  private static final class Ahead {
    private final Task<?> task;
    private final @Nullable Join join;
    private int next;
    private final @Nullable TasksBelow below;

    Ahead(Task<?> task, @Nullable Join join, @Nullable TasksBelow below) {
      this.task = task;
      this.join = join;
      this.below = below;
    }

    static Ahead of(Task<?> task) {
      Region root = task.rootIfRunning();
      return new Ahead(task, task.joining(), root == null ? null : new TasksBelow(root));
    }

    boolean isOver() {
      return (join == null || next == join.size()) && (below == null || below.isOver());
    }

    @Nullable Link advance() {
      if (join != null && next < join.size()) {
        return new Link(task, join.joined(next++), join);
      }
      return below != null && below.advance() instanceof Task<?> child
          ? new Link(task, child, null)
          : null;
    }
  }

  /** The tasks that wait for one task, one link at a time. */
  private static final class Behind {
    private final Task<?> task;
    private Join.@Nullable Edge next;
    private @Nullable Task<?> parent;

    Behind(Task<?> task) {
      this.task = task;
      this.next = task.firstJoiner();
      this.parent = task.parent();
    }

    boolean isOver() {
      return next == null && parent == null;
    }

    @Nullable Link advance() {
      Join.Edge edge = next;
      if (edge != null) {
        next = edge.next();
        return new Link(edge.join().joiner(), task, edge.join());
      }
      Task<?> around = parent;
      parent = null;
      return around == null ? null : new Link(around, task, null);
    }
  }

  /** One search, from both ends. */
  private static final class Search {
    private final Task<?> joiner;
    private final IdentityHashMap<Task<?>, Link> cameBy = new IdentityHashMap<>(); // forward
    private final IdentityHashMap<Task<?>, Link> leavesBy = new IdentityHashMap<>(); // backward
    private final ArrayDeque<Ahead> ahead = new ArrayDeque<>();
    private final ArrayDeque<Behind> behind = new ArrayDeque<>();
    private final Set<Task<?>> joined = new HashSet<>();
    private final Surroundings left;
    private int links;

    Search(Join join) {
      joiner = join.joiner();
      for (int i = 0; i < join.size(); i++) {
        joined.add(join.joined(i));
      }
      left = Surroundings.ofAll(joined);
      ahead.add(new Ahead(joiner, join, null));
      behind.add(new Behind(joiner));
    }

    /** {@return the path from the joiner over a joined task back to the joiner, or null} */
    @Nullable List<Link> find() {
      if (joined.contains(joiner)) {
        return List.of(new Link(joiner, joiner, Objects.requireNonNull(joiner.joining())));
      }
      while (true) {
        if (finished(ahead)) {
          return null;
        }
        links += 2;
        Link forward = ahead.getLast().advance();
        if (forward != null && goForward(forward)) {
          return wayByForward();
        }
        if (finishedBehind()) {
          return null;
        }
        Link backward = behind.getLast().advance();
        if (backward != null && goBackward(backward)) {
          return wayByBackward(backward.waiter());
        }
      }
    }

    private static boolean finished(ArrayDeque<Ahead> open) {
      while (!open.isEmpty() && open.getLast().isOver()) {
        open.removeLast();
      }
      return open.isEmpty();
    }

    private boolean finishedBehind() {
      while (!behind.isEmpty() && behind.getLast().isOver()) {
        behind.removeLast();
      }
      return behind.isEmpty();
    }

    private boolean goForward(Link link) {
      Task<?> to = link.awaited();
      if (!to.isDone() && cameBy.putIfAbsent(to, link) == null) {
        ahead.addLast(Ahead.of(to));
        return to == joiner;
      }
      return false;
    }

    private boolean goBackward(Link link) {
      Task<?> to = link.waiter();
      if (to != joiner && !left.contains(to) && leavesBy.putIfAbsent(to, link) == null) {
        behind.addLast(new Behind(to));
        return joined.contains(to);
      }
      return false;
    }

    private List<Link> wayByForward() {
      List<Link> way = new ArrayList<>();
      Task<?> at = joiner;
      do {
        Link link = Objects.requireNonNull(cameBy.get(at));
        way.add(link);
        at = link.waiter();
      } while (at != joiner);
      return way.reversed();
    }

    private List<Link> wayByBackward(Task<?> first) {
      List<Link> way = new ArrayList<>();
      way.add(new Link(joiner, first, Objects.requireNonNull(joiner.joining())));
      for (Task<?> at = first; at != joiner; at = way.getLast().awaited()) {
        way.add(Objects.requireNonNull(leavesBy.get(at)));
      }
      return way;
    }
  }

  /** The tasks that are around each of several tasks. */
  private static final class Surroundings {
    private final List<Task<?>> innermostFirst = new ArrayList<>(); // as far as it was needed

    static Surroundings ofAll(Set<Task<?>> tasks) {
      Surroundings common = new Surroundings();
      Task<?> innermost = null;
      boolean first = true;
      TaskGroup lastGroup = null;
      for (Task<?> task : tasks) {
        if (task.group() != lastGroup) {
          lastGroup = task.group();
          innermost = first ? task.parent() : meet(innermost, task.parent());
          first = false;
        }
      }
      if (innermost != null) {
        common.innermostFirst.add(innermost);
      }
      return common;
    }

    private static @Nullable Task<?> meet(@Nullable Task<?> one, @Nullable Task<?> other) {
      Task<?> a = one;
      Task<?> b = other;
      while (a != b) {
        if (a == null || b == null) {
          return null;
        }
        if (a.depth() >= b.depth()) {
          a = a.parent();
        } else {
          b = b.parent();
        }
      }
      return a;
    }

    boolean contains(Task<?> task) {
      if (innermostFirst.isEmpty()) {
        return false;
      }
      int up = innermostFirst.getFirst().depth() - task.depth();
      while (up >= innermostFirst.size()) {
        Task<?> next = innermostFirst.getLast().parent();
        if (next == null) {
          return false;
        }
        innermostFirst.add(next);
      }
      return up >= 0 && innermostFirst.get(up) == task;
    }
  }
}
