package io.selvage;

import java.io.Serial;
import java.util.List;

/** A join was refused, because the tasks would have waited for each other forever. */
public final class JoinCycleException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /** The names of the tasks in order. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<String> cycle;

  JoinCycleException(List<String> cycle) {
    super("tasks would wait for each other forever: " + String.join(" -> ", cycle));
    this.cycle = List.copyOf(cycle);
  }

  /** {@return the names of the tasks in order, the first again as the last} */
  public List<String> cycle() {
    return cycle;
  }
}
