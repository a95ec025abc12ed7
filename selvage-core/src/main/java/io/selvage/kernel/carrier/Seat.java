package io.selvage.kernel.carrier;

import io.selvage.kernel.jvm.EventSource;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A place in the pool for one carrier thread at a time, with its work. */
final class Seat {
  /*
   * Protocol.
   *
   * status: ENDED ──wake, by CAS; a thread is started──▶ RUNNING ──the carrier finds no work──▶ RESTING ──wake, by CAS; the thread is unparked──▶ RUNNING
   *         RESTING ──the carrier finds work after all, by CAS──▶ RUNNING
   *         RESTING ──the carrier has rested for long, by CAS──▶ ENDED ──it finds work after all, by CAS──▶ RUNNING
   * A thread that loses such a CAS to a wake is running. A carrier thread returns only after it has set ENDED; then it touches the seat no more.
   *
   * next: null ──setNext, by CAS, on the carrier──▶ c ──takeNext, by CAS: the carrier, or the watch──▶ null.
   * queue: the carrier adds, all carriers take.
   *
   * turns, streak: written by the carrier; the watch reads turns.
   */
  static final int ENDED = 0;
  static final int RUNNING = 1;
  static final int RESTING = 2;

  private static final VarHandle STATUS =
      FieldHandle.of(MethodHandles.lookup(), "status", int.class);
  private static final VarHandle NEXT =
      FieldHandle.of(MethodHandles.lookup(), "next", Runnable.class);
  private static final VarHandle TURNS =
      FieldHandle.of(MethodHandles.lookup(), "turns", long.class);

  final int number;
  final boolean extra;
  final RunQueue queue = new RunQueue();
  private volatile int status = ENDED;
  private volatile @Nullable Runnable next;
  volatile @Nullable EventSource polls; // where its carrier waits for events; written by it
  volatile @Nullable Thread thread; // written by the thread that has set RUNNING from ENDED

  private long turns;
  int streak; // carrier only: how often in a row it has run what was in next
  long seen; // watch only: turns at its last look

  /**
   * Creates a seat.
   *
   * @param extra whether it is used only while other carriers are blocked
   */
  Seat(int number, boolean extra) {
    this.number = number;
    this.extra = extra;
  }

  int status() {
    return status;
  }

  boolean move(int from, int to) {
    return STATUS.compareAndSet(this, from, to);
  }

  /** Makes a continuation the next one. Returns false if there is one. The carrier only. */
  boolean setNext(Runnable continuation) {
    return next == null && NEXT.compareAndSet(this, null, continuation);
  }

  /** {@return the next continuation, which is removed; or null} */
  @Nullable Runnable takeNext() {
    Runnable found = next;
    return found != null && NEXT.compareAndSet(this, found, null) ? found : null;
  }

  boolean hasNext() {
    return next != null;
  }

  boolean isEmpty() {
    return next == null && queue.isEmpty();
  }

  /** The carrier is about to run a continuation. */
  void beginTurn() {
    TURNS.setOpaque(this, turns + 1);
  }

  /** {@return how many continuations have been run here; any thread, racily} */
  long turns() {
    return (long) TURNS.getOpaque(this);
  }
}
