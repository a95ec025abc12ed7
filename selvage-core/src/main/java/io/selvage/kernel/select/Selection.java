package io.selvage.kernel.select;

import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.JdkThreads;
import io.selvage.kernel.jvm.SpinLock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Waits until one of several choices can be performed, and performs exactly that one. */
public final class Selection {
  /*
   * Protocol.
   *
   *   1. Each choice is tried by itself, in order. Most selections end here, with one lock at a time.
   *   2. All locks are acquired, in the order of their numbers. A thread that holds some of them does not wait for the next one: it releases them,
   *      lets other threads run and begins again (see SpinLock). Because of the order, the thread that is furthest in it always succeeds. Each choice
   *      is tried again. If none is possible, all of them join their queues with one shared node. Then all locks are released.
   *   3. The thread waits. Another thread that performs one of the operations claims that choice: the node decides for exactly one.
   *   4. The other choices leave their queues, each under its own lock.
   *
   * Two selections that can serve each other: the one that comes second finds the entry of the first one in step 1 or 2, and claims it by one CAS. Its
   * own entries are in no queue yet, so it can be claimed by no thread at that time. So either both happen, or none; and a selection never meets
   * itself, because it tries all choices before it joins any queue.
   *
   * Cancelled on entry or in step 3: no choice has happened. A cancellation that comes after the claim is kept for the next operation (WaitNode).
   *
   * The node is allocated before the locks are acquired. The order by locks is a chain through the choices, made by insertion from its end: choices of
   * channels that were created in the order of the clauses cost one comparison each.
   *
   * Check with: SelectTest, SelectionLocksTest, SelectHistoryTest, SelectStress, Linearizability, CancelEverywhereTest.
   */
  private static final String OPERATION = "Select.first";

  private final ThreadRecord self;
  private final @Nullable Choice first; // in the order in which they are tried
  private @Nullable Choice firstByLock;
  private @Nullable Choice otherwise;

  private Selection(ThreadRecord self, @Nullable Choice first) {
    this.self = self;
    this.first = first;
  }

  /**
   * Performs one of the choices.
   *
   * @param clauses the choices, in the order in which they are tried; each is used once
   * @param fair whether the order begins at a place that is drawn
   * @return the choice that was performed; its {@link Choice#result()} is to be read
   * @throws InterruptedException if the thread is cancelled or interrupted: then none was performed
   */
  public static Choice select(Object[] clauses, boolean fair) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    check(clauses);
    self.begin(
        OPERATION); // before the clauses are used: after a cancellation they can be used again
    Choice first = chain(clauses, fair ? self.machine().draw(clauses.length) : 0);
    return new Selection(self, first).run();
  }

  private static void check(Object[] clauses) {
    int on = 0;
    for (int i = 0; i < clauses.length; i++) {
      if (clauses[i] == null) {
        throw new NullPointerException("element " + i + " of clauses must not be null");
      }
      if (!(clauses[i] instanceof Choice choice)) {
        throw new IllegalArgumentException(
            "element "
                + i
                + " of clauses must come from a method of this library such as onReceive, was "
                + clauses[i].getClass().getName());
      }
      on += choice.isOff() ? 0 : 1;
    }
    if (on == 0) {
      throw new IllegalArgumentException(
          "clauses must have one that is switched on, "
              + (clauses.length == 0 ? "was empty" : "all " + clauses.length + " are off")
              + "; a select without one would wait for ever");
    }
  }

  /** Links the clauses that are switched on. */
  private static Choice chain(Object[] clauses, int start) {
    Choice first = null;
    Choice last = null;
    for (int i = 0; i < clauses.length; i++) {
      Choice choice = (Choice) clauses[(start + i) % clauses.length];
      if (choice.isOff()) {
        continue;
      }
      if (!choice.use()) {
        throw new IllegalStateException(
            "a clause can be used once, was used before: " + choice + "; make a new one");
      }
      if (last == null) {
        first = choice;
      } else {
        last.nextInOrder = choice;
      }
      last = choice;
    }
    return Objects.requireNonNull(first);
  }

  private Choice run() throws InterruptedException {
    Choice done = tryEach();
    if (done == null) {
      done = otherwise;
    }
    if (done == null) {
      Step.within(OPERATION);
      done = tryTogetherOrWait();
    }
    done.wakeOthers();
    return done;
  }

  private @Nullable Choice tryEach() {
    for (Choice choice = first; choice != null; choice = choice.nextInOrder) {
      if (choice.isOtherwise()) {
        otherwise = choice;
      } else if (tryAlone(choice)) {
        return choice;
      }
    }
    return null;
  }

  private static boolean tryAlone(Choice choice) {
    SpinLock lock = choice.lock();
    if (lock == null) {
      return choice.tryNow();
    }
    lock.lock();
    try {
      return choice.tryNow();
    } finally {
      lock.unlock();
    }
  }

  private Choice tryTogetherOrWait() throws InterruptedException {
    orderByLock();
    Choice shown = Objects.requireNonNull(first);
    WaitNode node = new WaitNode(self, OPERATION, new Awaited(shown));
    Choice done;
    lockAll();
    try {
      done = tryOrJoin(node);
    } finally {
      unlockAll();
    }
    return done == null ? await(node) : done;
  }

  private @Nullable Choice tryOrJoin(WaitNode node) {
    for (Choice choice = first; choice != null; choice = choice.nextInOrder) {
      if (choice.tryNow()) {
        return choice;
      }
    }
    for (Choice choice = first; choice != null; choice = choice.nextInOrder) {
      choice.waitBy(node);
      if (!choice.join()) {
        leaveUntil(choice);
        return choice;
      }
    }
    return null;
  }

  /** Takes the choices before this one out of their queues. Under all locks. */
  private void leaveUntil(Choice end) {
    for (Choice joined = first; joined != null && joined != end; joined = joined.nextInOrder) {
      joined.leave();
    }
  }

  private Choice await(WaitNode node) throws InterruptedException {
    Choice timed = earliest();
    Object outcome = null;
    try {
      outcome = node.await(timed == null ? WaitNode.NEVER : timed.deadline());
    } finally {
      leaveAll(outcome);
    }
    return outcome instanceof Choice chosen ? chosen : Objects.requireNonNull(timed);
  }

  private @Nullable Choice earliest() {
    Choice earliest = null;
    for (Choice choice = first; choice != null; choice = choice.nextInOrder) {
      long deadline = choice.deadline();
      if (deadline != WaitNode.NEVER && (earliest == null || deadline - earliest.deadline() < 0)) {
        earliest = choice;
      }
    }
    return earliest;
  }

  // ---- locks

  private void orderByLock() {
    Choice last = null;
    long lastOrder = 0;
    for (Choice choice = first; choice != null; choice = choice.nextInOrder) {
      SpinLock lock = choice.lock();
      if (lock == null) {
        continue;
      }
      long order = lock.order();
      if (last == null || lastOrder <= order) {
        append(last, choice);
        last = choice;
        lastOrder = order;
      } else {
        insert(choice, order);
      }
    }
  }

  private void append(@Nullable Choice last, Choice choice) {
    if (last == null) {
      firstByLock = choice;
    } else {
      last.nextByLock = choice;
    }
  }

  /** Inserts a choice before the first one with a greater number; there is one. */
  private void insert(Choice choice, long order) {
    Choice before = null;
    Choice after = firstByLock;
    while (after != null && lockOf(after).order() <= order) {
      before = after;
      after = after.nextByLock;
    }
    choice.nextByLock = after;
    append(before, choice);
  }

  /** The lock of a choice in the order by locks. */
  private static SpinLock lockOf(Choice choice) {
    return Objects.requireNonNull(choice.lock());
  }

  private void lockAll() {
    for (Choice missing = lockUntilHeld(); missing != null; missing = lockUntilHeld()) {
      unlockUntil(missing);
      JdkThreads.yieldIfPossible();
    }
  }

  /** Acquires the locks in their order. Returns the first choice whose lock is held elsewhere. */
  private @Nullable Choice lockUntilHeld() {
    SpinLock last = null;
    for (Choice choice = firstByLock; choice != null; choice = choice.nextByLock) {
      SpinLock lock = lockOf(choice);
      if (last == null) {
        lock.lock();
      } else if (lock != last && !lock.tryLockBriefly()) {
        return choice;
      }
      last = lock;
    }
    return null;
  }

  private void unlockAll() {
    unlockUntil(null);
  }

  /** Releases the locks of the choices before this one; all of them for null. */
  private void unlockUntil(@Nullable Choice end) {
    SpinLock last = null;
    for (Choice choice = firstByLock; choice != null && choice != end; choice = choice.nextByLock) {
      SpinLock lock = lockOf(choice);
      if (lock != last) {
        lock.unlock();
        last = lock;
      }
    }
  }

  private void leaveAll(@Nullable Object chosen) {
    for (Choice choice = firstByLock; choice != null; choice = choice.nextByLock) {
      if (choice != chosen && choice.isQueued()) {
        SpinLock lock = lockOf(choice);
        lock.lock();
        try {
          choice.leave();
        } finally {
          lock.unlock();
        }
      }
    }
  }

  /** What a dump shows of the wait. */
  private record Awaited(Choice first) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("one of ");
      String separator = "";
      for (Choice choice = first; choice != null; choice = choice.nextInOrder) {
        text.append(separator).append(choice);
        separator = ", ";
      }
      return text.toString();
    }
  }
}
