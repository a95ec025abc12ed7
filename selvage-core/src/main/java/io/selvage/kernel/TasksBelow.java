package io.selvage.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Goes through the tasks that run in the groups which one task has open, one link at a time. It
 * finds each that runs from the beginning to the end of the walk. For one thread.
 */
public final class TasksBelow {
  private @Nullable Region level;
  private @Nullable Region child;

  /**
   * Begins a walk.
   *
   * @param root the root region of the thread whose groups are meant
   */
  public TasksBelow(Region root) {
    level = root;
    child = root.youngestChild();
  }

  /**
   * Goes on by one link, which may lead to no task that runs.
   *
   * @return the task, or null
   */
  public @Nullable Object advance() {
    Region at = child;
    if (at != null) {
      child = at.nextSibling;
      return at.ended ? null : at.record.task();
    }
    if (level != null) {
      level = level.inner;
      child = level == null ? null : level.youngestChild();
    }
    return null;
  }

  /** {@return whether the walk is over} */
  public boolean isOver() {
    return level == null;
  }
}
