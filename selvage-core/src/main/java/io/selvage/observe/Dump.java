package io.selvage.observe;

import io.selvage.Task;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The tree of threads, scopes, groups and tasks at one moment: who waits for what and how long
 * already, inside of which scopes and deadlines. Taken by {@link #take()}.
 *
 * <p>For people there is {@link #text()}, for programs {@link #json()} and the tree itself:
 *
 * {@snippet class="io.selvage.Snippets" region="dumpWalk"}
 *
 * <p>A value: immutable, usable from any thread, holds on to nothing of what it describes. All
 * durations are as of the moment at which it was taken.
 */
public final class Dump {
  private static final int MOST_LEVELS = 100;
  private static final int MOST_NODES = 100_000;

  /** One line of a dump, with what is below it. */
  public sealed interface Node {
    /** {@return what is below} */
    List<Node> children();
  }

  /**
   * A thread that is no task. Below it is the outermost scope that it is in.
   *
   * @param name its name, or its kind and number if it has none
   * @param service whether it is the thread of a service
   * @param activity what it does
   * @param children what is below
   */
  public record ThreadNode(String name, boolean service, Activity activity, List<Node> children)
      implements Node {
    /** Creates one. */
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
   * @param state where it is in its life
   * @param cancelled why it is effectively cancelled, or empty
   * @param activity what its thread does
   * @param children what is below
   */
  public record TaskNode(
      String name,
      Task.State state,
      Optional<String> cancelled,
      Activity activity,
      List<Node> children)
      implements Node {
    /** Creates one. */
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
   * @param shield whether outer cancellation is hidden from the inside
   * @param remaining how much time its own deadline leaves, zero if that has passed; empty if there
   *     is none
   * @param cancelled why it is effectively cancelled, or empty
   * @param children what is below
   */
  public record ScopeNode(
      boolean shield, Optional<Duration> remaining, Optional<String> cancelled, List<Node> children)
      implements Node {
    /** Creates one. */
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
   * @param remaining how much time its own deadline leaves, zero if that has passed; empty if there
   *     is none
   * @param cancelled why it is effectively cancelled, or empty
   * @param children what is below
   */
  public record GroupNode(
      String name,
      long tasks,
      Optional<Duration> remaining,
      Optional<String> cancelled,
      List<Node> children)
      implements Node {
    /** Creates one. */
    public GroupNode {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(remaining, "remaining");
      Objects.requireNonNull(cancelled, "cancelled");
      children = Arguments.elements(children, "children");
    }
  }

  /**
   * Stands for what was left out, as the dump would have become too large or too deep.
   *
   * @param what it was
   */
  public record MoreNode(String what) implements Node {
    /** Creates one. */
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
   * @param state what the JDK says of it
   * @param operation the Selvage operation that it began last, or empty
   * @param awaitsTurn whether it could go on, but others of its limited group run
   * @param waiting what it waits for in Selvage; empty if it runs, or is blocked in other code
   */
  public record Activity(
      boolean virtual,
      Thread.State state,
      Optional<String> operation,
      boolean awaitsTurn,
      Optional<Wait> waiting) {
    /** Creates one. */
    public Activity {
      Objects.requireNonNull(state, "state");
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(waiting, "waiting");
    }
  }

  /**
   * A wait in a Selvage operation.
   *
   * @param operation its name, as {@code Channel.receive}
   * @param awaited what is waited for, in words: for a join the task and its state
   * @param time how long already
   * @param cancellable whether cancelling the thread ends it
   * @param place where the program called the operation, or empty if its stack is not known
   */
  public record Wait(
      String operation,
      String awaited,
      Duration time,
      boolean cancellable,
      Optional<StackTraceElement> place) {
    /** Creates one. */
    public Wait {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(awaited, "awaited");
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(place, "place");
    }
  }

  private final List<Node> roots;

  /**
   * {@return the tree of scopes and tasks as it is now: what each waits for and how long already,
   * under which deadline}
   *
   * <p>It begins at the threads that are no tasks, also those that Selvage has not started; inside
   * of a simulation it shows that simulation.
   *
   * {@snippet class="io.selvage.Snippets" region="dump"}
   *
   * <p><b>Threads.</b> Any thread may call it at any time, also while everything hangs: it never
   * waits, cannot be cancelled, and stops no other thread. So its lines are not all of the same
   * instant.
   *
   * @apiNote Meant for a production process, as behind an HTTP endpoint or a signal. A reader sees
   *     the names of tasks and the reasons of cancellations.
   * @implNote Costs about a microsecond for each node, and some ten for each waiting thread, as its
   *     stack is looked at. Scopes and tasks pay nothing for it; a
   *     thread that Selvage has not started pays once, at its first operation, for being found. At
   *     most 100 levels and 100 000 nodes are shown.
   */
  public static Dump take() {
    return DumpBuilder.of(ThreadRecord.current().machine(), MOST_LEVELS, MOST_NODES);
  }

  Dump(List<Node> roots) {
    this.roots = List.copyOf(roots);
  }

  /**
   * {@return the threads that are no tasks, the oldest first: those of services, and all others
   * that are in a scope or wait in Selvage}
   */
  public List<Node> roots() {
    return roots;
  }

  /** {@return the tree for people, a line for each node} */
  public String text() {
    return DumpText.of(this);
  }

  /**
   * {@return the tree for programs, in JSON: an object with the list {@code threads}}
   *
   * <p>Each node is an object with its {@code kind}, {@code thread}, {@code task}, {@code scope},
   * {@code group} or {@code more}, with the properties of the records above, and {@code children}.
   * Durations are numbers of nanoseconds; what is not there is {@code null}.
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
