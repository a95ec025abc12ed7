package io.selvage;

import io.selvage.kernel.support.LinkedSet;
import java.util.List;

/** One wait of one task for other tasks, all of which must end before it continues. */
final class Join {
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
