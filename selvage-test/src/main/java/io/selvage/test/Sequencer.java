package io.selvage.test;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.test.run.KitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fixes the order in which places in different tasks are reached: position 0 is entered first, and
 * each other one when the one before it was left.
 *
 * {@snippet class="io.selvage.test.TestSnippets" region="sequencer"}
 *
 * <p>A position is used once. It is <em>abandoned</em> by a wait that was cancelled, or by a body
 * that failed. An abandoned position is never left: the positions behind it are refused, those
 * before it go on. A position that no task ever reaches keeps those behind it waiting.
 *
 * <p><b>Threads.</b> Any thread may enter and leave, in a simulation and outside of one. What was
 * done at a position is visible at the later ones.
 */
@KitCode
public final class Sequencer {
  /*
   * Protocol. Everything but the signals happens under lock.
   *
   *   NEW      its turn: INSIDE; not yet: WAITING; cancelled on entry: ABANDONED; behind an abandoned one: refused
   *   WAITING  the one before is left: INSIDE; cancelled: ABANDONED; an earlier one is abandoned: refused
   *   INSIDE   LEFT; the body failed: ABANDONED
   *
   * turn: the position that may be entered, or is inside. The thread that leaves it claims the waiter of the next one, if there is one: claiming the
   * node is the entry. If the claim is lost, that wait was withdrawn, and its thread abandons the position.
   *
   * abandoned: the lowest position that was abandoned. It only falls. A thread at a higher position gets an exception, now or later. A thread at a
   * lower one is not concerned, as positions depend on lower ones only.
   *
   * Check with: SequencerTest.
   */
  private static final String AWAIT = "Sequencer.await";

  private record Abandoned(int position, String when, Throwable cause) {}

  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final TreeMap<Integer, Position> positions = new TreeMap<>();
  private int turn;
  private @Nullable Abandoned abandoned;

  /** Creates one whose position 0 may be entered. */
  public Sequencer() {}

  /**
   * A position that was entered.
   *
   * <p><b>Threads.</b> Any thread may close it.
   */
  public final class Position implements AutoCloseable {
    private final int number;
    private final Thread thread = Thread.currentThread();
    private @Nullable WaitNode node; // while it waits; guarded by lock
    private boolean over; // left or abandoned; guarded by lock

    private Position(int number) {
      this.number = number;
    }

    /** {@return its number} */
    public int number() {
      return number;
    }

    /**
     * Leaves it, so that the next one is entered. A second call does nothing.
     *
     * <p>This cannot see how the block is left: also one that fails has left its position.
     */
    @Override
    public void close() {
      leave(this);
    }

    @Override
    public String toString() {
      return "position " + number + " of " + Sequencer.this;
    }
  }

  /**
   * Waits until the position before this one is left, runs {@code body}, and leaves this one.
   *
   * <p><b>Cancellation.</b> A wait that is cancelled and a body that throws abandon the position.
   *
   * @param <X> what the body may throw
   * @param position from 0
   * @param body runs on the calling thread
   * @throws X if the body does
   * @throws IllegalArgumentException if the position is negative
   * @throws IllegalStateException if the position was used before
   * @throws BrokenResourceException if an earlier position was abandoned
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void at(int position, ThrowingRunnable<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    Position inside = await(position);
    try {
      body.run();
    } catch (Throwable failure) {
      abandon(inside, "its body failed", failure);
      throw failure;
    }
    inside.close();
  }

  /**
   * Waits until the position before this one is left, and enters this one.
   *
   * {@snippet class="io.selvage.test.TestSnippets" region="position"}
   *
   * <p><b>Cancellation.</b> A wait that is cancelled abandons the position.
   *
   * @param position from 0
   * @return the position, to be closed
   * @throws IllegalArgumentException if the position is negative
   * @throws IllegalStateException if the position was used before
   * @throws BrokenResourceException if an earlier position was abandoned
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Position await(int position) throws InterruptedException {
    if (position < 0) {
      throw new IllegalArgumentException("position must be >= 0, was " + position);
    }
    ThreadRecord self = ThreadRecord.current();
    Position mine = new Position(position);
    try {
      self.begin(AWAIT);
      enter(self, mine);
    } catch (BrokenResourceException refused) {
      self.preferOwnCancellation();
      throw refused;
    } catch (InterruptedException withdrawn) {
      abandon(mine, "its wait was cut short", withdrawn);
      throw withdrawn;
    }
    return mine;
  }

  private void enter(ThreadRecord self, Position mine) throws InterruptedException {
    WaitNode node;
    lock.lock();
    try {
      claimNumber(mine);
      throwIfBehind(mine, abandoned);
      if (mine.number == turn) {
        return;
      }
      node = new WaitNode(self, AWAIT, mine);
      mine.node = node;
    } finally {
      lock.unlock();
    }
    throwIfBehind(mine, (Abandoned) node.await(WaitNode.NEVER));
  }

  private void claimNumber(Position mine) {
    Position other = positions.putIfAbsent(mine.number, mine);
    if (other != null) {
      throw new IllegalStateException(
          "position "
              + mine.number
              + " was used before, by "
              + other.thread
              + "; each position is entered once");
    }
  }

  private static void throwIfBehind(Position mine, @Nullable Abandoned lowest) {
    if (lowest != null && lowest.position < mine.number) {
      throw new BrokenResourceException(
          "position "
              + mine.number
              + " is never reached: position "
              + lowest.position
              + " was abandoned, "
              + lowest.when,
          lowest.cause);
    }
  }

  private void leave(Position inside) {
    Step.before("Sequencer.leave");
    WaitNode next = null;
    lock.lock();
    try {
      if (inside.over) {
        return;
      }
      inside.over = true;
      turn++;
      Position behind = positions.get(turn);
      if (behind != null && behind.node != null && behind.node.claim(null)) {
        next = behind.node;
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.signal();
    }
  }

  private void abandon(Position mine, String when, Throwable cause) {
    List<WaitNode> claimed = new ArrayList<>();
    lock.lock();
    try {
      Position known = positions.putIfAbsent(mine.number, mine);
      if ((known != null && known != mine) || mine.over) {
        return;
      }
      mine.over = true;
      if (abandoned == null || mine.number < abandoned.position) {
        abandoned = new Abandoned(mine.number, when, cause);
      }
      for (Position behind : positions.tailMap(mine.number, false).values()) {
        if (behind.node != null && behind.node.claim(abandoned)) {
          claimed.add(behind.node);
        }
      }
    } finally {
      lock.unlock();
    }
    claimed.forEach(WaitNode::signal);
  }

  /** {@return how many threads wait; for tests} */
  int waiting() {
    lock.lock();
    try {
      return (int)
          positions.values().stream()
              .filter(position -> position.node != null && position.node.isWaiting())
              .count();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "Sequencer[position "
          + turn
          + " next"
          + (abandoned == null ? "" : ", position " + abandoned.position + " abandoned")
          + "]";
    } finally {
      lock.unlock();
    }
  }
}
