package io.selvage.kernel.carrier;

import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded first-in first-out queue of continuations, to which one thread adds and from which all
 * threads take. Neither allocates.
 */
final class RunQueue {
  /*
   * Protocol. head and tail count up for ever; the difference is the number of elements. An element has the place index & MASK.
   *
   * offer, by the owner only: writes the place at tail, then tail + 1. The element is in the queue from that write on, and never before, so a thread
   * that runs out of stack in between has added nothing.
   * take, any thread: reads the place at head, then moves head by CAS. If that succeeds, the element is its own. A place is written again only after
   * head has passed it, so a thread that has read an old element cannot move head.
   *
   * A place that was taken from keeps its element until it is written again, or until the owner forgets all of them (clear). Otherwise it would
   * keep a thread reachable that has ended. Only the owner may do that, as only it knows that the place is not being filled anew.
   *
   * offer writes tail as a volatile: a thread that adds, and then finds that no carrier rests, may rely on each carrier that is about to rest to see
   * the element (CarrierPool).
   *
   * Check with: RunQueueTest, RunQueueStress.
   */
  static final int CAPACITY = 256;
  private static final int MASK = CAPACITY - 1;

  private static final VarHandle HEAD = FieldHandle.of(MethodHandles.lookup(), "head", int.class);

  private final AtomicReferenceArray<@Nullable Runnable> places =
      new AtomicReferenceArray<>(CAPACITY);
  private volatile int head;
  private volatile int tail; // written by the owner
  private int cleared; // owner only: places before this index are empty or in use

  /** Adds an element. The owner only. Returns false if the queue is full. */
  boolean offer(Runnable element) {
    int end = tail;
    if (end - head >= CAPACITY) {
      return false;
    }
    places.setPlain(end & MASK, element);
    tail = end + 1;
    return true;
  }

  /** {@return the element that was added first, which is removed; null if the queue is empty} */
  @Nullable Runnable take() {
    while (true) {
      int start = head;
      if (start == tail) {
        return null;
      }
      Runnable element = places.getPlain(start & MASK);
      if (HEAD.compareAndSet(this, start, start + 1)) {
        return element;
      }
    }
  }

  boolean isEmpty() {
    return head == tail;
  }

  int size() {
    return tail - head;
  }

  /** {@return whether an element can be added; the owner only} */
  boolean hasRoom() {
    return tail - head < CAPACITY;
  }

  /** Forgets the elements that were taken. The owner only, when the queue is empty. */
  void clear() {
    int end = tail;
    for (int i = Math.max(cleared, end - CAPACITY); i != end; i++) {
      places.setPlain(i & MASK, null);
    }
    cleared = end;
  }
}
