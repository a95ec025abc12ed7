package io.selvage.net.poll;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Trigger;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * What a channel of the JDK is ready for. Threads wait here until it can be read, or written. The
 * channel is in non-blocking mode, in which an interrupt does not close it.
 */
public final class Readiness {
  /*
   * Protocol. A direction is one of: input (OP_READ, OP_ACCEPT), output (OP_WRITE, OP_CONNECT).
   *
   *   key      null ──the first wait, under the monitor──▶ the key of the poller. A channel that never waits is not registered.
   *   closed   false ──close, under lock──▶ true, for ever.
   *   ended    of the output, guarded by lock: false ──wakeOutput──▶ true, for ever. No thread waits for output after it.
   *   looks    of each direction, written under lock: counts how often the poller has found it ready.
   *   waiting  of each direction: null ──the first wait, under lock──▶ its queue. Most connections never wait for output.
   *
   * A wait: the thread has tried its operation in vain. It reads looks, asks the poller for the direction (arm), then, under lock, compares looks and joins
   * the queue. If looks has changed, the poller was faster: the thread returns, and its caller tries again. Readiness is level-triggered: if the channel
   * has become ready between the try and the arm, the poller finds that at its next select. So no wake-up is lost.
   *
   * Invariant: while a thread is in a queue, the poller has been asked for its direction, or is in happened and will ask itself. happened takes back the
   * interest first. Then, under lock, it counts the look, claims one thread, and sees whether others are left; if so, it asks for them again. A thread that
   * has armed before the interest was taken back finds that looks has changed, or is in the queue by then.
   * So each look wakes one thread. The next one is woken too early if the first one has not tried its operation yet; then it tries in vain and waits again.
   *
   * happened runs on the poller. It claims under lock and signals after it; nothing is allocated between the two.
   *
   * A full heap: the JDK first notes a change of interest in the key, then puts the key into its list of changes, which may fail. The poller then makes
   * the old and the new interest agree: it asks for what it could not take back, and finds the channel ready again. A thread that could not ask takes the
   * interest back, and makes the others of its direction, which rely on it, try again.
   *
   * close: after it no thread joins a queue. A thread that arms a channel that is being closed finds either closed, or a key that was cancelled.
   *
   * Check with: ReadinessTest, ReadinessStress.
   */
  private static final int INPUT = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
  private static final int OUTPUT = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final SelectableChannel channel;
  private final SpinLock lock = new SpinLock();
  private final Direction input;
  private final Direction output;
  private volatile boolean closed; // written under lock
  private volatile @Nullable SelectionKey key; // written under the monitor
  private @Nullable Poller poller; // written under the monitor, before key
  private boolean left; // guarded by the monitor

  /** One direction. */
  private final class Direction {
    final int ops;
    private volatile @Nullable WaitQueue waiting; // written under lock
    volatile int looks; // written under lock
    boolean ended; // guarded by lock

    Direction(int ops) {
      this.ops = ops & channel.validOps();
    }

    /** Returns the queue; the thread is about to wait. Not under the lock: it may allocate. */
    WaitQueue queue() {
      WaitQueue known = waiting;
      if (known != null) {
        return known;
      }
      WaitQueue made = new WaitQueue(lock);
      lock.lock();
      try {
        known = waiting;
        if (known == null) {
          known = made;
          waiting = made;
        }
        return known;
      } finally {
        lock.unlock();
      }
    }

    /** The poller has found it ready. Under the lock. */
    WaitQueue.@Nullable Entry happen() {
      count();
      WaitQueue known = waiting;
      return known == null ? null : known.claimFirst(null);
    }

    /** Under the lock. */
    WaitQueue.@Nullable Entry claimAll() {
      WaitQueue known = waiting;
      return known == null ? null : known.claimAll(null);
    }

    /** How many threads wait. Under the lock. */
    int size() {
      WaitQueue known = waiting;
      return known == null ? 0 : known.size();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under lock
    void count() {
      looks++;
    }

    /** Whether a wait ends at once that has begun after so many looks. Under the lock. */
    boolean isOver(int seen) {
      return looks != seen || ended || closed;
    }
  }

  /**
   * Creates it. Nothing is registered yet.
   *
   * @param channel is in non-blocking mode
   */
  public Readiness(SelectableChannel channel) {
    this(channel, null);
  }

  /** As above, for a channel that is registered already, with a selector that a test looks at. */
  Readiness(SelectableChannel channel, @Nullable SelectionKey key) {
    this.channel = channel;
    this.key = key;
    this.input = new Direction(INPUT);
    this.output = new Direction(OUTPUT);
  }

  /**
   * Waits until the channel can be read or has a connection to accept, or was closed. May return
   * too early.
   *
   * @param operation its name, for dumps
   * @param awaited the object that the thread waits for, for dumps
   */
  public void awaitInput(String operation, Object awaited)
      throws IOException, InterruptedException {
    await(input, input.looks, operation, awaited);
  }

  /**
   * As {@link #awaitInput(String, Object)}; returns at once if the poller, or {@link #wakeInput},
   * has found input since {@link #inputLooks} was called.
   *
   * @param seen what {@link #inputLooks} has returned before the thread tried in vain
   */
  public void awaitInput(int seen, String operation, Object awaited)
      throws IOException, InterruptedException {
    await(input, seen, operation, awaited);
  }

  /** {@return how often input was found, for {@link #awaitInput(int, String, Object)}} */
  public int inputLooks() {
    return input.looks;
  }

  /** As {@link #awaitInput}, until the channel can be written or its connect has ended. */
  public void awaitOutput(String operation, Object awaited)
      throws IOException, InterruptedException {
    await(output, output.looks, operation, awaited);
  }

  private void await(Direction direction, int seen, String operation, Object awaited)
      throws IOException, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.checkpoint();
    if (!arm(direction)) {
      return;
    }
    WaitNode node = new WaitNode(self, operation, awaited);
    WaitQueue waiting = direction.queue();
    lock.lock();
    try {
      if (direction.isOver(seen)) {
        return;
      }
      waiting.add(node);
    } finally {
      lock.unlock();
    }
    var unused = waiting.await(node, WaitNode.NEVER);
  }

  /** Asks the poller for a direction. Returns false if the channel was closed. */
  private boolean arm(Direction direction) throws IOException {
    SelectionKey mine = key;
    try {
      if (mine == null) {
        mine = register();
      }
      ask(mine, direction);
      return true;
    } catch (ClosedChannelException | CancelledKeyException e) {
      return false;
    }
  }

  private void ask(SelectionKey mine, Direction direction) {
    boolean asked = false;
    try {
      mine.interestOpsOr(direction.ops);
      asked = true;
    } finally {
      if (!asked) {
        couldNotAsk(mine, direction);
      }
    }
    Poller mineToo = poller;
    if (mineToo != null) {
      mineToo.lookAgain();
    }
  }

  /** The heap is full, or the key was cancelled. */
  private void couldNotAsk(SelectionKey mine, Direction direction) {
    var unused = takeBack(mine, direction.ops);
    WaitQueue.Entry others;
    lock.lock();
    try {
      direction.count();
      others = direction.claimAll();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(others);
  }

  /** Returns false if the heap is full: the JDK has noted it, and will not tell the system. */
  private static boolean takeBack(SelectionKey mine, int ops) {
    try {
      mine.interestOpsAnd(~ops);
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    } catch (CancelledKeyException e) {
      return true;
    }
  }

  private synchronized SelectionKey register() throws IOException {
    SelectionKey made = key;
    if (made != null) {
      return made;
    }
    if (left) {
      throw new ClosedChannelException();
    }
    Poller mine = Poller.enter();
    try {
      made = mine.register(channel, this); // null if there is a key already
      if (made == null) {
        throw new IllegalStateException(
            "two objects wait for " + channel + "; use one ChannelReadiness for it");
      }
    } finally {
      if (made == null) {
        mine.leave();
      }
    }
    poller = mine;
    key = made;
    return made;
  }

  /** The channel is ready. On the poller. */
  void happened(SelectionKey mine) {
    int ready;
    try {
      ready = mine.readyOps();
    } catch (CancelledKeyException e) {
      return; // close wakes the threads
    }
    // Both operations of a direction: a channel that is connected never reports OP_CONNECT, and the
    // system would report it as writable again and again.
    int met = ((ready & INPUT) != 0 ? INPUT : 0) | ((ready & OUTPUT) != 0 ? OUTPUT : 0);
    int again = takeBack(mine, met) ? 0 : met & (input.ops | output.ops);
    WaitQueue.Entry reader = null;
    WaitQueue.Entry writer = null;
    lock.lock();
    try {
      if ((met & INPUT) != 0) {
        reader = input.happen();
        again |= input.size() == 0 ? 0 : input.ops;
      }
      if ((met & OUTPUT) != 0) {
        writer = output.happen();
        again |= output.size() == 0 ? 0 : output.ops;
      }
    } finally {
      lock.unlock();
    }
    try {
      signal(reader);
    } finally {
      try {
        signal(writer);
      } finally {
        askAgain(mine, again);
      }
    }
  }

  private static void signal(WaitQueue.@Nullable Entry claimed) {
    if (claimed != null) {
      claimed.signal();
    }
  }

  /**
   * On the poller, after the interest was taken back. If the heap is full, this is noted in the key
   * nevertheless, and the system has not been told of the taking back yet: so the two agree.
   */
  private static void askAgain(SelectionKey mine, int ops) {
    if (ops != 0) {
      try {
        mine.interestOpsOr(ops);
      } catch (OutOfMemoryError | CancelledKeyException e) {
        // see above; close wakes the threads
      }
    }
  }

  /** Makes the threads that wait for output return, and every later wait for it, too. */
  public void wakeOutput() {
    WaitQueue.Entry woken;
    lock.lock();
    try {
      output.ended = true;
      woken = output.claimAll();
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
  }

  /**
   * Acts as a look of the poller that has found input: there is something that the system does not
   * know of. A thread must call {@link #inputLooks} before it looks for it, or else this call could
   * come between its look and its wait, and be lost.
   */
  public void wakeInput() {
    WaitQueue.Entry woken;
    lock.lock();
    try {
      woken = input.happen();
    } finally {
      lock.unlock();
    }
    signal(woken);
  }

  /**
   * Makes all threads that wait return, and every later wait, too. The caller then closes the
   * channel, and calls {@link #release}.
   */
  public void close() {
    WaitQueue.Entry readers;
    WaitQueue.Entry writers;
    lock.lock();
    try {
      closed = true;
      readers = input.claimAll();
      writers = output.claimAll();
    } finally {
      lock.unlock();
    }
    try {
      WaitQueue.signalAll(readers);
    } finally {
      WaitQueue.signalAll(writers);
    }
  }

  /**
   * Closes the channel, makes all threads that wait return, and lets the poller forget the channel.
   * A thread that is woken finds it closed.
   */
  public void closeChannel() throws IOException {
    try {
      channel.close();
    } finally {
      try {
        close();
      } finally {
        release();
      }
    }
  }

  /**
   * The channel was closed: the poller forgets it, and the JDK releases its descriptor. That
   * happens soon, on the poller.
   */
  public void release() {
    Poller mine = left();
    if (mine != null) {
      mine.leave();
    }
  }

  /**
   * As {@link #release}; returns when the descriptor is released. Neither a cancellation nor an
   * interrupt ends this short wait. If it throws an {@link OutOfMemoryError}, nothing has happened,
   * and it is to be called again.
   *
   * @param operation the name of the wait, for dumps
   * @param owner what is closed, for dumps
   */
  public void releaseAndAwait(String operation, Object owner) {
    Exhaustion.point("Readiness.release");
    Poller.Leaving leaving = new Poller.Leaving();
    Poller mine = left(); // from here on no memory is needed
    if (mine != null) {
      mine.leaveAndAwait(leaving, operation, owner);
    }
  }

  private synchronized @Nullable Poller left() {
    Poller mine = left ? null : poller;
    left = true;
    return mine;
  }

  /** {@return what the poller is asked for now; for tests} */
  int interest() {
    SelectionKey mine = key;
    return mine == null ? 0 : mine.interestOps();
  }

  /** {@return how many threads wait for input; the number may have changed already} */
  public int waitingForInput() {
    lock.lock();
    try {
      return input.size();
    } finally {
      lock.unlock();
    }
  }

  // ---- as clauses of a select

  /**
   * {@return the wait for input as a clause; asks the poller when it is made} It is over if the
   * poller has found the channel ready since then.
   */
  public Trigger onInput(String name) throws IOException {
    return new ReadyChoice(input, name);
  }

  /** {@return the wait for output as a clause; asks the poller when it is made} */
  public Trigger onOutput(String name) throws IOException {
    return new ReadyChoice(output, name);
  }

  private final class ReadyChoice extends Choice implements Trigger {
    private final Direction direction;
    private final WaitQueue waiting;
    private final String name;
    private final int seen;
    private final boolean armed;

    ReadyChoice(Direction direction, String name) throws IOException {
      this.direction = direction;
      this.waiting = direction.queue();
      this.name = name;
      this.seen = direction.looks;
      this.armed = arm(direction);
    }

    @Override
    public SpinLock lock() {
      return lock;
    }

    @Override
    protected boolean tryNow() {
      return !armed || direction.isOver(seen);
    }

    @Override
    protected boolean join() {
      waiting.add(this);
      return true;
    }

    @Override
    protected void leave() {
      waiting.remove(this);
    }

    @Override
    public @Nullable Object result() {
      if (closed || !channel.isOpen()) {
        throw new ClosedResourceException("cannot wait for " + name + ": it was closed");
      }
      return null;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
