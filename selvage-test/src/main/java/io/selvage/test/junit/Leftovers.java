package io.selvage.test.junit;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.kernel.Machine;
import io.selvage.kernel.Region;
import io.selvage.kernel.Region.TasksBelow;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.jvm.Daemons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The threads and timers that were there before a test, and the new ones that are there after it.
 */
final class Leftovers {
  private static final Set<String> GROUPS_OF_THE_JDK =
      Set.of(
          "system", "InnocuousThreadGroup", "InnocuousForkJoinWorkerThreadGroup", "CarrierThreads");
  private static final long FIRST_PAUSE = 50_000;
  private static final long LONGEST_PAUSE = 10_000_000;
  private static final int FRAMES = 12;

  private final List<Pattern> ignored;
  private final Set<Thread> threadsBefore = new HashSet<>(platformThreads());
  private final Set<ThreadRecord> usersBefore = new HashSet<>(Machine.real().roots());
  private final int timersBefore = Machine.real().timers();

  Leftovers(List<Pattern> ignored) {
    this.ignored = ignored;
  }

  /**
   * {@return what the test has left behind, in words, each on lines of its own}
   *
   * @param grace how long things that are ending get for it
   */
  List<String> found(Duration grace) {
    List<String> found = new ArrayList<>();
    leaveScopes(found);
    clearFlag(found);
    awaitEnds(grace.toNanos());
    Set<Thread> told = new HashSet<>();
    for (ThreadRecord user : users()) {
      Thread thread = user.thread();
      told.add(thread);
      String what =
          user.isService()
              ? "service '%s' runs on: stop it, and wait by awaitStopped"
              : "thread '%s' waits, or is inside of a scope: end it and join it";
      found.add(line(what.formatted(thread.getName())) + stack(thread));
    }
    for (Thread thread : threads()) {
      if (told.add(thread)) {
        found.add(
            line(
                    "thread '"
                        + thread.getName()
                        + "' lives on: end it and join it, or close what has started it")
                + stack(thread));
      }
    }
    if (timers() > 0) {
      found.add(
          line(
              "timers that are armed: "
                  + timers()
                  + "; end the work that is inside of scopes with a deadline"));
    }
    return found;
  }

  // ---- the thread of the test

  private static void leaveScopes(List<String> found) {
    ThreadRecord self = ThreadRecord.current();
    while (self.region() != self.root()) {
      Region region = self.region();
      StringBuilder text = new StringBuilder();
      text.append(line(region.scope() + " was entered and not left: close it in the same block"));
      for (TasksBelow below = new TasksBelow(region); !below.isOver(); ) {
        Object task = below.advance();
        if (task != null) {
          text.append("\n      below it runs ").append(task);
        }
      }
      found.add(text.toString());
      if (region.scope() instanceof CancelScope scope) {
        scope.cancel("a test has left it open");
        scope.setDeadline(Deadline.NEVER);
      }
      self.leave(region, false);
    }
  }

  private static void clearFlag(List<String> found) {
    if (Thread.interrupted()) {
      found.add(
          line(
              "the interrupt flag of "
                  + Thread.currentThread()
                  + ", which is set: let the test end by an InterruptedException, or take the flag"
                  + " by Thread.interrupted(); it is cleared now"));
    }
  }

  // ---- what else is alive

  /** A pause counts at most twice: the whole process may have stood still. */
  private void awaitEnds(long grace) {
    Machine machine = Machine.real();
    long left = grace;
    long pause = FIRST_PAUSE;
    while (isAnythingLeft() && left > 0) {
      long before = machine.now();
      machine.park(ThreadRecord.current(), this, before + pause);
      left -= Math.min(machine.now() - before, 2 * pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      if (Thread.currentThread().isInterrupted()) {
        return; // the interrupt asks not to wait
      }
    }
  }

  private boolean isAnythingLeft() {
    return timers() > 0 || !users().isEmpty() || !threads().isEmpty();
  }

  private int timers() {
    return Machine.real().timers() - timersBefore;
  }

  /** The threads that are no tasks and use the library: services, and those of others. */
  private List<ThreadRecord> users() {
    return Machine.real().roots().stream()
        .filter(user -> !usersBefore.contains(user))
        .filter(user -> user.isService() || isForeign(user.thread()))
        .toList();
  }

  private boolean isForeign(Thread thread) {
    return thread != Thread.currentThread()
        && !threadsBefore.contains(thread)
        && !isIgnored(thread);
  }

  private List<Thread> threads() {
    return platformThreads().stream()
        .filter(this::isForeign)
        .sorted(Comparator.comparingLong(Thread::threadId))
        .toList();
  }

  private static List<Thread> platformThreads() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) {
      top = top.getParent();
    }
    Thread[] threads;
    int count;
    int room = top.activeCount() + 16;
    do {
      room *= 2;
      threads = new Thread[room];
      count = top.enumerate(threads, true);
    } while (count == room); // some may have been left out
    return Arrays.asList(threads).subList(0, count);
  }

  private boolean isIgnored(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    String name = thread.getName();
    return group == null // it has ended
        || GROUPS_OF_THE_JDK.contains(group.getName())
        || name.startsWith("ForkJoinPool.commonPool-")
        || name.startsWith("junit-")
        || name.startsWith("surefire-")
        || thread.getClass().getName().startsWith("org.junit.")
        || Daemons.isOne(thread)
        || ignored.stream().anyMatch(pattern -> pattern.matcher(name).matches());
  }

  // ---- words

  private static String line(String text) {
    return "\n  " + text;
  }

  private static String stack(Thread thread) {
    StringBuilder text = new StringBuilder();
    text.append("\n      ").append(thread).append(' ').append(thread.getState());
    StackTraceElement[] frames = thread.getStackTrace();
    for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
      text.append("\n        at ").append(frames[i]);
    }
    return text.toString();
  }
}
