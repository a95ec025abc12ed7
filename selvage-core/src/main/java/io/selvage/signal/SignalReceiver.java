package io.selvage.signal;

import io.selvage.CancelledException;
import io.selvage.EndOfStreamException;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Selectable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Receives the signals that it was opened for, until it is closed: see {@link Signals#receive}.
 *
 * {@snippet class="io.selvage.signal.SignalSnippets" region="select"}
 *
 * <p>Signals are received in the order in which they arrived. One that arrives while the same one
 * waits here is merged with it. Several receivers of one signal all get it.
 *
 * <p><b>Threads.</b> Any number of threads may receive; each signal goes to one of them, the
 * longest-waiting first.
 */
public final class SignalReceiver implements AutoCloseable {
  /*
   * Protocol. Everything but the signals to waiting threads happens under lock, in a few instructions.
   *
   *   OPEN ──close──▶ CLOSED     once, when no installation of the table has the sink any more. Signals that wait here stay; all waiting threads are
   *                              woken with END. A receiver that is not closed accepts every signal, so what the table still brings here is not lost.
   *
   *   waiting[0 .. count - 1]    the signals that have arrived and were not received, the oldest first. Each signal is there at most once, so the
   *                              array has place for all that can arrive.
   *
   * Invariant: a thread waits only while count is 0 and the receiver is open.
   *
   * A signal that arrives goes to the longest-waiting thread, by the claim of its entry, or into waiting. This allocates nothing and cannot fail, so
   * no signal is lost while the heap is full. The close leaves the table before it ends the receiver: see SignalTable. Leaving needs memory and is
   * tried until there is enough. If it fails for another reason, the receiver stays open, and the next close tries again.
   *
   * A signal that waits here is passed on when its open is refused, and by closeAndPassOn: the receiver is CLOSED first, so it accepts no more.
   *
   * Why no channel: a channel does not know whether an equal item waits in it, and a look before the send would be a race with the receivers.
   *
   * Check with: SignalReceiverTest, SignalSimulationTest, CancelEverywhereTest.
   */
  private static final Object END = new Object();

  private final SignalTable table;
  private final List<Signal> signals;
  private final List<String> names;
  private final SignalTable.Sink sink = this::arrived;
  private final Runnable leaving; // made before it is needed: there may be no memory then
  private final SpinLock lock = new SpinLock();
  private final WaitQueue receivers = new WaitQueue(lock);
  private final @Nullable Signal[] waiting;
  private int count;
  private volatile boolean closed; // written under lock, read by any thread

  SignalReceiver(SignalTable table, List<Signal> signals) {
    this.table = table;
    this.signals = signals;
    this.names = signals.stream().map(Signal::name).toList();
    this.waiting = new Signal[signals.size()];
    this.leaving = () -> table.close(names, sink);
  }

  /** If one of the signals is refused, those that have arrived meanwhile are passed on. */
  void open() {
    try {
      table.open(names, sink);
    } catch (RuntimeException | Error refused) {
      leave();
      passOn();
      throw refused;
    }
  }

  // ---- arriving

  private boolean arrived(int number) {
    WaitQueue.Entry receiver = null;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      Signal signal = signal(number);
      if (!isWaiting(signal)) {
        receiver = receivers.claimFirst(signal);
        if (receiver == null) {
          waiting[count++] = signal;
        }
      }
    } finally {
      lock.unlock();
    }
    if (receiver != null) {
      Step.within("SignalReceiver.arrived");
      receiver.signal();
    }
    return true;
  }

  private Signal signal(int number) {
    for (int i = 0; ; i++) {
      Signal signal = signals.get(i);
      if (signal.number() == number) {
        return signal;
      }
    }
  }

  private boolean isWaiting(Signal signal) {
    for (int i = 0; i < count; i++) {
      if (waiting[i] == signal) {
        return true;
      }
    }
    return false;
  }

  // ---- receiving

  /**
   * Waits for a signal.
   *
   * <p><b>Cancellation.</b> If this throws, no signal was taken: the next call gets it.
   *
   * @return the signal
   * @throws EndOfStreamException if this receiver was closed and everything has been received
   * @throws CancelledException if the calling thread is cancelled, also on entry when a signal is
   *     there
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Signal receive() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("SignalReceiver.receive");
    Object value = takeOrWait(self);
    if (value == END) {
      self.preferOwnCancellation();
      throw end();
    }
    return (Signal) value;
  }

  private Object takeOrWait(ThreadRecord self) throws InterruptedException {
    WaitNode node;
    lock.lock();
    try {
      Object now = takeOrEnd();
      if (now != null) {
        return now;
      }
      node = new WaitNode(self, "SignalReceiver.receive", this);
      receivers.add(node);
    } finally {
      lock.unlock();
    }
    return Objects.requireNonNull(receivers.await(node, WaitNode.NEVER));
  }

  private static EndOfStreamException end() {
    return new EndOfStreamException("closed");
  }

  /** Takes the oldest signal. Returns END after the end, and null if there is none now. */
  private @Nullable Object takeOrEnd() {
    if (count == 0) {
      return closed ? END : null;
    }
    Signal oldest = waiting[0];
    count--;
    System.arraycopy(waiting, 1, waiting, 0, count);
    waiting[count] = null;
    return oldest;
  }

  /**
   * Takes a signal if one is there. Works even if the thread is cancelled or interrupted.
   *
   * @return the signal, or empty if none is there now
   * @throws EndOfStreamException if this receiver was closed and everything has been received
   */
  public Optional<Signal> tryReceive() {
    Step.before("SignalReceiver.tryReceive");
    lock.lock();
    try {
      if (count > 0) {
        Optional<Signal> next = Optional.ofNullable(waiting[0]); // allocated before the take
        var unused = takeOrEnd();
        return next;
      }
      if (!closed) {
        return Optional.empty();
      }
    } finally {
      lock.unlock();
    }
    throw end();
  }

  /**
   * Receives until this receiver was closed and everything has been received. An exception of
   * {@code action} ends the loop; the receiver stays open.
   *
   * @param <X> what the action may throw
   * @param action called with one signal after the other, on the calling thread
   * @throws X if the action does
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void forEach(ThrowingConsumer<? super Signal, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    while (true) {
      Signal signal;
      try {
        signal = receive();
      } catch (EndOfStreamException e) {
        return;
      }
      action.accept(signal);
    }
  }

  // ---- clauses of a select

  /**
   * {@return a receive as a clause of a {@link io.selvage.select.Select}; if this receiver has
   * ended, the select throws what {@link #receive} would throw}
   */
  public Selectable<Signal> onReceive() {
    return new ReceiveChoice<>(false);
  }

  /**
   * {@return a receive as a clause of a {@link io.selvage.select.Select}; if this receiver was
   * closed and everything has been received, the value is null}
   */
  public Selectable<@Nullable Signal> onReceiveOrEnd() {
    return new ReceiveChoice<>(true);
  }

  private final class ReceiveChoice<T extends @Nullable Signal> extends Choice
      implements Selectable<T> {
    private final boolean nullAtEnd;

    ReceiveChoice(boolean nullAtEnd) {
      this.nullAtEnd = nullAtEnd;
    }

    @Override
    public SpinLock lock() {
      return lock;
    }

    @Override
    protected boolean tryNow() {
      carry(takeOrEnd());
      return carried() != null;
    }

    @Override
    protected boolean join() {
      receivers.add(this);
      return true;
    }

    @Override
    protected void leave() {
      receivers.remove(this);
    }

    @Override
    public @Nullable Object result() {
      if (carried() != END) {
        return carried();
      }
      if (nullAtEnd) {
        return null;
      }
      throw end();
    }

    @Override
    public String toString() {
      return "receive from " + SignalReceiver.this;
    }
  }

  // ---- the end

  /**
   * Stops receiving. If no other receiver is open for a signal, what it did before is restored, so
   * TERM ends the process again. Signals that have arrived can still be received; threads that wait
   * for one get an {@link EndOfStreamException}. A second call does nothing.
   *
   * <p>It waits for no signal. It may wait for a moment while another thread opens or closes a
   * receiver, and while the heap is full.
   */
  @Override
  public void close() {
    Step.beforeEnd("SignalReceiver.close");
    if (!closed) {
      leave();
    }
  }

  /**
   * Closes this receiver and passes on the signals that have arrived and were not received, in
   * their order: each is raised again, as if it arrived now. Use it when the code that was to
   * receive them cannot run.
   *
   * {@snippet class="io.selvage.signal.SignalSnippets" region="passOn"}
   *
   * <p>Other receivers of such a signal get it once more. If it is TERM and there is none, the
   * process ends, unless other code handles TERM. After a {@link #close} this passes on what is
   * still there.
   */
  public void closeAndPassOn() {
    close();
    passOn();
  }

  private void passOn() {
    for (Object next = take(); next instanceof Signal signal; next = take()) {
      table.raise(signal.name());
    }
  }

  private @Nullable Object take() {
    lock.lock();
    try {
      return takeOrEnd();
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    Exhaustion.insist(leaving);
    end(claimAll());
  }

  private WaitQueue.@Nullable Entry claimAll() {
    lock.lock();
    try {
      closed = true;
      return receivers.claimAll(END);
    } finally {
      lock.unlock();
    }
  }

  private static void end(WaitQueue.@Nullable Entry claimed) {
    Step.within("SignalReceiver.close");
    WaitQueue.signalAll(claimed);
  }

  /** {@return whether it was closed; there may still be signals to receive} */
  public boolean isClosed() {
    return closed;
  }

  /** {@return the signals that it was opened for, in this order} */
  public List<Signal> signals() {
    return signals;
  }

  @Override
  public String toString() {
    return "SignalReceiver" + names + (closed ? " (closed)" : "");
  }
}
