package io.selvage.net.poll;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.WaitQueue;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
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
   *   ready    of each direction, guarded by lock: false ──the poller, when the channel is ready and no thread waits──▶ true ──a wait, which then
   *            does not wait──▶ false
   *
   * A wait: the thread has tried its operation in vain. It asks the poller for the direction (arm), then, under lock, finds ready and returns, or joins the
   * queue. Readiness is level-triggered: if the channel has become ready between the try and the arm, the poller finds that at its next select. So no wake-up
   * is lost. If the poller is faster than the thread, ready keeps the wake-up.
   * ready may be left from a wait that was cancelled, while another operation has taken the bytes. Then the next wait ends too early. So each caller tries
   * again and waits again.
   *
   * happened runs on the poller. It claims under lock and signals after it; nothing is allocated between the two.
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
  private boolean closed; // guarded by lock
  private volatile @Nullable SelectionKey key; // written under the monitor
  private @Nullable Poller poller; // written under the monitor, before key
  private boolean left; // guarded by the monitor

  /** One direction. */
  private final class Direction {
    final int ops;
    final WaitQueue waiting = new WaitQueue(lock);
    boolean ready;

    Direction(int ops) {
      this.ops = ops & channel.validOps();
    }

    WaitQueue.@Nullable Entry happen() {
      WaitQueue.Entry woken = waiting.claimFirst(null);
      ready = woken == null;
      return woken;
    }

    boolean take() {
      boolean was = ready;
      ready = false;
      return was || closed;
    }
  }

  /**
   * Creates it. Nothing is registered yet.
   *
   * @param channel is in non-blocking mode
   */
  public Readiness(SelectableChannel channel) {
    this.channel = channel;
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
    await(input, operation, awaited, WaitNode.NEVER);
  }

  /** As {@link #awaitInput}, until the channel can be written or its connect has ended. */
  public void awaitOutput(String operation, Object awaited)
      throws IOException, InterruptedException {
    await(output, operation, awaited, WaitNode.NEVER);
  }

  private void await(Direction direction, String operation, Object awaited, long deadline)
      throws IOException, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.checkpoint();
    if (!arm(direction)) {
      return;
    }
    WaitNode node = new WaitNode(self, operation, awaited);
    lock.lock();
    try {
      if (direction.take()) {
        return;
      }
      direction.waiting.add(node);
    } finally {
      lock.unlock();
    }
    var unused = direction.waiting.await(node, deadline);
  }

  /** Asks the poller for a direction. Returns false if the channel was closed. */
  private boolean arm(Direction direction) throws IOException {
    SelectionKey mine = key;
    try {
      if (mine == null) {
        mine = register();
      }
      ask(mine, direction.ops);
      return true;
    } catch (ClosedChannelException | CancelledKeyException e) {
      return false;
    }
  }

  private void ask(SelectionKey mine, int ops) {
    boolean asked = false;
    try {
      mine.interestOpsOr(ops);
      asked = true;
    } finally {
      if (!asked && mine.isValid()) {
        takeBack(
            mine, ops); // the heap is full: the JDK has noted the interest, and not told the system
      }
    }
    Poller mineToo = poller;
    if (mineToo != null) {
      mineToo.lookAgain();
    }
  }

  private static void takeBack(SelectionKey mine, int ops) {
    try {
      mine.interestOpsAnd(~ops);
    } catch (OutOfMemoryError | CancelledKeyException e) {
      // it is taken back nevertheless, so that the next wait asks again
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
      made = mine.register(channel, this);
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
    int ops;
    try {
      ops = mine.readyOps();
      mine.interestOpsAnd(~(met(ops, INPUT) | met(ops, OUTPUT)));
    } catch (CancelledKeyException e) {
      return; // close wakes the threads
    }
    WaitQueue.Entry reader = null;
    WaitQueue.Entry writer = null;
    lock.lock();
    try {
      if ((ops & INPUT) != 0) {
        reader = input.happen();
      }
      if ((ops & OUTPUT) != 0) {
        writer = output.happen();
      }
    } finally {
      lock.unlock();
    }
    if (reader != null) {
      reader.signal();
    }
    if (writer != null) {
      writer.signal();
    }
  }

  /**
   * {@return the interest to take back: all of a direction, because a connected channel never
   * becomes ready to connect, and the system would report it again and again}
   */
  private static int met(int ops, int direction) {
    return (ops & direction) == 0 ? 0 : direction;
  }

  /** Makes the threads that wait for output return; the next wait waits again. */
  public void wakeOutput() {
    WaitQueue.Entry woken;
    lock.lock();
    try {
      output.ready = true;
      woken = output.waiting.claimAll(null);
    } finally {
      lock.unlock();
    }
    WaitQueue.signalAll(woken);
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
      readers = input.waiting.claimAll(null);
      writers = output.waiting.claimAll(null);
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
   * interrupt ends this short wait.
   *
   * @param operation the name of the wait, for dumps
   * @param owner what is closed, for dumps
   */
  public void releaseAndAwait(String operation, Object owner) {
    Poller mine = left();
    if (mine != null) {
      mine.leaveAndAwait(operation, owner);
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

  // ---- as clauses of a select

  /** {@return the wait for input as a clause; asks the poller when it is made} */
  public Choice onInput(String name) throws IOException {
    return new ReadyChoice(input, name);
  }

  /** {@return the wait for output as a clause; asks the poller when it is made} */
  public Choice onOutput(String name) throws IOException {
    return new ReadyChoice(output, name);
  }

  private final class ReadyChoice extends Choice {
    private final Direction direction;
    private final String name;

    ReadyChoice(Direction direction, String name) throws IOException {
      this.direction = direction;
      this.name = name;
      var unused = arm(direction);
    }

    @Override
    public SpinLock lock() {
      return lock;
    }

    @Override
    protected boolean tryNow() {
      return direction.take();
    }

    @Override
    protected boolean join() {
      direction.waiting.add(this);
      return true;
    }

    @Override
    protected void leave() {
      direction.waiting.remove(this);
    }

    @Override
    public @Nullable Object result() {
      return null;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
