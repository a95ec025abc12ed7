package io.selvage.observe;

import io.selvage.Task;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The tree of threads, scopes, groups and tasks at one moment. It shows what each thread waits for,
 * for how long, and inside of which scopes and deadlines. Taken by {@link #take()}.
 *
 * <p>People read {@link #text()}; programs use {@link #json()} or the tree itself:
 *
 * {@snippet class="io.selvage.Snippets" region="dumpWalk"}
 *
 * <p>A value: immutable, usable from any thread. It keeps no reference to the objects that it
 * describes. All durations refer to the moment at which it was taken.
 */
public final class Dump {
  private static final int MOST_LEVELS = 100;
  private static final int MOST_NODES = 100_000;

  /** One line of a dump, with its children. */
  public sealed interface Node {
    /** {@return the nodes below} */
    List<Node> children();
  }

  /**
   * A thread that is no task. Below it is the outermost scope that it is in.
   *
   * @param name its name, or its kind and number if it has none
   * @param service whether it is the thread of a service
   * @param activity what the thread does
   * @param children the nodes below
   */
  public record ThreadNode(String name, boolean service, Activity activity, List<Node> children)
      implements Node {
    /** Creates a node. */
    public ThreadNode {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(activity, "activity");
      children = Arguments.elements(children, "children");
    }
  }

  /**
   * A task that has not ended. Below it is the outermost scope that it has entered itself.
   *
   * @param name its name, as {@code group/task}
   * @param state its state
   * @param cancelled why it is effectively cancelled, or empty
   * @param activity what its thread does
   * @param children the nodes below
   */
  public record TaskNode(
      String name,
      Task.State state,
      Optional<String> cancelled,
      Activity activity,
      List<Node> children)
      implements Node {
    /** Creates a node. */
    public TaskNode {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(state, "state");
      Objects.requireNonNull(cancelled, "cancelled");
      Objects.requireNonNull(activity, "activity");
      children = Arguments.elements(children, "children");
    }
  }

  /**
   * The stay of a thread in a scope. Below it is the scope that the thread has entered next.
   *
   * @param shield whether the inside is shielded from outer cancellation
   * @param remaining the time until its own deadline, zero if that has passed; empty if there is
   *     none
   * @param cancelled why it is effectively cancelled, or empty
   * @param children the nodes below
   */
  public record ScopeNode(
      boolean shield, Optional<Duration> remaining, Optional<String> cancelled, List<Node> children)
      implements Node {
    /** Creates a node. */
    public ScopeNode {
      Objects.requireNonNull(remaining, "remaining");
      Objects.requireNonNull(cancelled, "cancelled");
      children = Arguments.elements(children, "children");
    }
  }

  /**
   * A group, on the thread that has opened it. Below it is the scope that its body has entered
   * next, then its tasks in the order of their forks.
   *
   * @param name its name
   * @param tasks how many of its tasks have not ended
   * @param remaining the time until its own deadline, zero if that has passed; empty if there is
   *     none
   * @param cancelled why it is effectively cancelled, or empty
   * @param children the nodes below
   */
  public record GroupNode(
      String name,
      long tasks,
      Optional<Duration> remaining,
      Optional<String> cancelled,
      List<Node> children)
      implements Node {
    /** Creates a node. */
    public GroupNode {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(remaining, "remaining");
      Objects.requireNonNull(cancelled, "cancelled");
      children = Arguments.elements(children, "children");
    }
  }

  /**
   * Stands for nodes that were left out, because the dump would have become too large or too deep.
   *
   * @param what a description of these nodes
   */
  public record MoreNode(String what) implements Node {
    /** Creates a node. */
    public MoreNode {
      Objects.requireNonNull(what, "what");
    }

    @Override
    public List<Node> children() {
      return List.of();
    }
  }

  /**
   * What a thread does.
   *
   * @param virtual whether it is a virtual thread
   * @param state its state according to the JDK
   * @param operation the operation of the library that it began last, or empty
   * @param awaitsTurn whether it could continue, but waits because other tasks of its limited group
   *     run
   * @param waiting its wait in an operation of the library; empty if it runs, or is blocked in
   *     other code
   */
  public record Activity(
      boolean virtual,
      Thread.State state,
      Optional<String> operation,
      boolean awaitsTurn,
      Optional<Wait> waiting) {
    /** Creates a node. */
    public Activity {
      Objects.requireNonNull(state, "state");
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(waiting, "waiting");
    }
  }

  /**
   * A wait in an operation of the library.
   *
   * @param operation the name of the operation, for example {@code Channel.receive}
   * @param awaited a description of the awaited object: for a join the task and its state
   * @param time how long it has waited
   * @param cancellable whether cancelling the thread ends it
   * @param place where the program called the operation, or empty if its stack is not known
   */
  public record Wait(
      String operation,
      String awaited,
      Duration time,
      boolean cancellable,
      Optional<StackTraceElement> place) {
    /** Creates a node. */
    public Wait {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(awaited, "awaited");
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(place, "place");
    }
  }

  private final List<Node> roots;
  private final Optional<String> carriers;

  /**
   * {@return the tree of scopes and tasks as it is now: what each thread waits for, for how long,
   * and under which deadline}
   *
   * <p>It begins at the threads that are no tasks, including those that the library has not
   * started. Inside of a simulation it shows that simulation.
   *
   * {@snippet class="io.selvage.Snippets" region="dump"}
   *
   * <p><b>Threads.</b> Any thread may call it at any time, even while all other threads hang: it
   * never waits, cannot be cancelled, and stops no other thread. So its lines do not all show the
   * same instant.
   *
   * @apiNote It can be used in production, for example for an HTTP endpoint or on a signal. A
   *     reader sees the names of tasks and the reasons of cancellations.
   * @implNote Costs about a microsecond for each node, and about ten for each waiting thread, as
   *     its stack is read. Scopes and tasks have no cost for it. A thread that the library has not
   *     started is registered once, at its first operation. At most 100 levels and 100 000 nodes
   *     are shown.
   */
  public static Dump take() {
    return DumpBuilder.of(ThreadRecord.current().machine(), MOST_LEVELS, MOST_NODES);
  }

  Dump(List<Node> roots) {
    this(roots, Optional.empty());
  }

  Dump(List<Node> roots, Optional<String> carriers) {
    this.roots = List.copyOf(roots);
    this.carriers = carriers;
  }

  /**
   * {@return the threads that are no tasks, the oldest first: those of services, and all others
   * that are in a scope or wait in an operation of the library}
   */
  public List<Node> roots() {
    return roots;
  }

  /**
   * {@return what runs the virtual threads, if the application lets the library do that; empty if
   * they run on the scheduler of the JDK}
   */
  public Optional<String> carriers() {
    return carriers;
  }

  /**
   * {@return the tree as text for people, one line for each node; the carriers are the last line}
   */
  public String text() {
    return DumpText.of(this);
  }

  /**
   * {@return the tree as JSON for programs: an object with {@code carriers} and the list {@code
   * threads}}
   *
   * <p>Each node is an object with its {@code kind}, {@code thread}, {@code task}, {@code scope},
   * {@code group} or {@code more}, with the properties of the records above, and {@code children}.
   * Durations are numbers of nanoseconds; an absent value is {@code null}.
   */
  public String json() {
    return DumpJson.of(this);
  }

  /** {@return the same as {@link #text()}} */
  @Override
  public String toString() {
    return text();
  }
}
