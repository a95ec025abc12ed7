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
   * One thread uses it, inside of a shield.
   *
   * The operating system shows descendants only as long as the processes between live. So they are collected before the first signal, and once more before
   * the kill. Parents come before their children in the set: a parent that is killed first starts no further child.
   *
   * Only the exit of the child itself is reported by the operating system; the others are looked at from time to time.
   */
  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(16);

  private final ChildProcess child;
  private final ProcessHandle handle;
  private final Set<ProcessHandle> descendants = new LinkedHashSet<>();

  Family(ChildProcess child, ProcessHandle handle) {
    this.child = child;
    this.handle = handle;
  }

  void end(Duration grace) throws InterruptedException {
    collect();
    if (!grace.isZero()) {
      child.terminate();
      descendants.forEach(ProcessHandle::destroy);
      awaitGone(Deadline.after(grace));
    }
    if (isGone()) {
      return;
    }
    for (int round = 0; round < 2; round++) { // the second one for what the first one has missed
      collect();
      child.kill();
      descendants.forEach(ProcessHandle::destroyForcibly);
    }
    child.awaitExit();
    awaitGone(Deadline.after(REST));
  }

  private void collect() {
    handle.descendants().forEach(descendants::add);
    for (ProcessHandle known : List.copyOf(descendants)) {
      known.descendants().forEach(descendants::add);
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
    return !child.isAlive() && descendants.stream().noneMatch(Family::canBeEnded);
  }

  /**
   * A process whose command is hidden belongs to another user, or has ended and nobody has asked
   * for its exit status. In both cases it is no use to wait for it.
   */
  private static boolean canBeEnded(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }
}
