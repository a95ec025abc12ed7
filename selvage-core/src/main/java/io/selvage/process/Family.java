package io.selvage.process;

import io.selvage.Deadline;
import io.selvage.Selvage;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A child process and its descendants, which are ended together. */
final class Family {
  /*
   * One thread at a time uses it: that of the first close, inside of a shield, and after it the attendant, if the close has failed.
   *
   * The operating system shows descendants only as long as the processes between live. So they are collected before the first signal, and once more before
   * the kill. Parents come before their children in the set: a parent that is killed first starts no further child. The set is replaced, never changed: a
   * close that fails leaves it whole to the attendant, which can no longer collect those below a process that has exited.
   *
   * The operating system uses the numbers of processes again. A handle knows when its process was started, so isAlive and the signals are about the right
   * one; but the list of descendants goes by the number alone. So it counts only if its process was alive before and is alive after the listing.
   *
   * Only the exit of the child itself is reported by the operating system; the others are looked at from time to time.
   */
  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(16);

  private final ChildProcess child;
  private final ProcessHandle handle;
  private Set<ProcessHandle> descendants = Set.of();

  Family(ChildProcess child, ProcessHandle handle) {
    this.child = child;
    this.handle = handle;
  }

  /** Ends all of them. Returns false if the child runs on, because it may not be signalled. */
  boolean end(Duration grace) throws InterruptedException {
    collect();
    if (!grace.isZero()) {
      child.terminate();
      descendants.forEach(ProcessHandle::destroy);
      awaitGone(Deadline.after(grace));
    }
    boolean signalled = kill();
    if (!child.awaitExit(REST)) {
      if (!signalled) {
        return false;
      }
      child.awaitExit();
    }
    awaitGone(Deadline.after(REST));
    return true;
  }

  /**
   * Kills all that live. Does not wait. Returns false if the child lives and cannot be signalled.
   */
  boolean kill() {
    boolean signalled = false;
    for (int round = 0; round < 2; round++) { // the second one for what the first one has missed
      collect();
      signalled |= !child.isAlive() || handle.destroyForcibly();
      descendants.forEach(ProcessHandle::destroyForcibly);
    }
    return signalled;
  }

  private void collect() {
    if (child.isAlive()) {
      collectBelow(handle);
    }
    for (ProcessHandle known : descendants) {
      collectBelow(known);
    }
  }

  private void collectBelow(ProcessHandle parent) {
    if (!parent.isAlive()) {
      return;
    }
    List<ProcessHandle> below;
    try {
      below = parent.descendants().toList();
    } catch (RuntimeException e) {
      return; // the processes cannot be listed: only those that are known are ended
    }
    if (parent.isAlive()) {
      Set<ProcessHandle> more = new LinkedHashSet<>(descendants);
      more.addAll(below);
      descendants = more;
    }
  }

  private void awaitGone(Deadline deadline) throws InterruptedException {
    if (!child.awaitExit(deadline.remaining())) {
      return;
    }
    Duration pause = Duration.ofMillis(1);
    while (!isGone() && !deadline.isExpired()) {
      Selvage.sleep(pause);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }
  }

  private boolean isGone() {
    return !child.isAlive() && descendants.stream().noneMatch(Family::canBeAwaited);
  }

  /**
   * A process whose command is hidden belongs to another user, or has ended and no process has
   * asked for its exit status. In both cases it is no use to wait for it. It is killed
   * nevertheless: the command of a process that can be killed may be hidden, too.
   */
  private static boolean canBeAwaited(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }
}
