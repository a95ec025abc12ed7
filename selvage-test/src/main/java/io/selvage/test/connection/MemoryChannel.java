package io.selvage.test.connection;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.ThreadRecord;
import io.selvage.service.CloseSignal;
import io.selvage.test.run.KitCode;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * One end of a connection that carries items, made by {@link MemoryChannels}: it sends to the other
 * end and receives from it. It has hooks, so that a test can delay, fail and look at each
 * operation.
 *
 * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="channelHooks"}
 *
 * <p><b>Hooks.</b> They run on the thread that calls the operation. One that runs <em>before</em>
 * may wait, so that the operation is late (a close does not wake it there); or throw, so that it
 * fails and nothing has happened. One that runs <em>after</em> may wait as well, behind a shield,
 * as what has happened cannot be cancelled any more; what it throws is thrown by the operation, as
 * if it had failed although it has happened. Each end has its own; setting one replaces the one
 * before.
 *
 * <p><b>Closing</b> closes both directions, once: the first reason stands, whichever end has it.
 * What was sent before is received, then the channel ends.
 *
 * <p><b>Threads.</b> Any number of threads may send, receive, close and set hooks, which count for
 * the operations that begin later.
 *
 * @param <S> the type of what is sent here
 * @param <R> the type of what is received here
 */
@KitCode
public final class MemoryChannel<S, R> implements AutoCloseable {
  /*
   * Protocol. closed, which both ends share, decides which caller closes them, and the reason. Each caller, also a late one, then closes both
   * directions with the reason that was decided. So no caller returns before both are closed.
   */
  private final CloseSignal closed;
  private final Channel<S> out;
  private final Channel<R> in;

  private static final ThrowingConsumer<Object, RuntimeException> NOTHING = item -> {};

  // any thread
  private volatile ThrowingConsumer<? super S, ? extends RuntimeException> beforeSend = NOTHING;
  private volatile ThrowingConsumer<? super S, ? extends RuntimeException> afterSend = NOTHING;
  private volatile Predicate<? super S> lost = item -> false;
  private volatile ThrowingRunnable<? extends RuntimeException> beforeReceive = () -> {};
  private volatile ThrowingConsumer<? super R, ? extends RuntimeException> afterReceive = NOTHING;
  private volatile Runnable beforeClose = () -> {};
  private volatile Runnable afterClose = () -> {};

  MemoryChannel(CloseSignal closed, Channel<S> out, Channel<R> in) {
    this.closed = closed;
    this.out = out;
    this.in = in;
  }

  // ---- hooks

  /**
   * Sets what runs before each send.
   *
   * @param hook may wait and throw; gets the item
   */
  public void beforeSend(ThrowingConsumer<? super S, ? extends RuntimeException> hook) {
    beforeSend = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs after each send, also after that of an item that is lost.
   *
   * @param hook may wait and throw; gets the item
   */
  public void afterSend(ThrowingConsumer<? super S, ? extends RuntimeException> hook) {
    afterSend = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets which items get lost on their way: they do not arrive, and their senders are not told.
   *
   * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="reorder"}
   *
   * @param which asked once for each item, by its sender. An item that it keeps can be sent later,
   *     through {@link #output()}
   */
  public void loseIf(Predicate<? super S> which) {
    lost = Objects.requireNonNull(which, "which");
  }

  /**
   * Sets what runs before each receive.
   *
   * @param hook may wait and throw
   */
  public void beforeReceive(ThrowingRunnable<? extends RuntimeException> hook) {
    beforeReceive = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs after each receive that got an item.
   *
   * @param hook may wait and throw; gets the item, which is lost if it throws
   */
  public void afterReceive(ThrowingConsumer<? super R, ? extends RuntimeException> hook) {
    afterReceive = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs before each close and each fail.
   *
   * @param hook must not close this end itself; what it throws is thrown by the operation; it is
   *     closed all the same
   */
  public void beforeClose(Runnable hook) {
    beforeClose = Objects.requireNonNull(hook, "hook");
  }

  /**
   * Sets what runs after each close and each fail.
   *
   * @param hook must not close this end itself; what it throws is thrown by the operation
   */
  public void afterClose(Runnable hook) {
    afterClose = Objects.requireNonNull(hook, "hook");
  }

  // ---- sending and receiving

  /**
   * Sends an item to the other end.
   *
   * <p><b>Cancellation.</b> If this throws for a cancellation, the item was not sent.
   *
   * @param item not null
   * @throws ClosedResourceException if either end was closed, or the output of this one
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void send(S item) throws InterruptedException {
    Objects.requireNonNull(item, "item");
    ThreadRecord.current().begin("MemoryChannel.send");
    beforeSend.accept(item);
    if (!lost.test(item) || out.isClosed()) {
      var unused = out.send(item);
    }
    shielded(afterSend, item);
  }

  /**
   * Waits for an item from the other end.
   *
   * <p><b>Cancellation.</b> If this throws for a cancellation, no item was taken.
   *
   * @return the item
   * @throws EndOfStreamException if either end was closed, or the output of the other one, and
   *     everything was received; again and again
   * @throws BrokenResourceException if either end was failed, and everything was received; again
   *     and again
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public R receive() throws InterruptedException {
    ThreadRecord.current().begin("MemoryChannel.receive");
    beforeReceive.run();
    R item = in.receive();
    shielded(afterReceive, item);
    return item;
  }

  /**
   * Receives until the end of the stream. What {@code action} throws ends the loop; the items that
   * are left stay.
   *
   * @param <X> what the action may throw
   * @param action called with one item after the other, on the calling thread
   * @throws X if the action does
   * @throws BrokenResourceException if either end was failed, and everything was received
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void forEach(ThrowingConsumer<? super R, X> action)
      throws X, InterruptedException {
    Objects.requireNonNull(action, "action");
    while (true) {
      R item;
      try {
        item = receive();
      } catch (EndOfStreamException e) {
        return;
      }
      action.accept(item);
    }
  }

  private static <T> void shielded(
      ThrowingConsumer<? super T, ? extends RuntimeException> hook, T item)
      throws InterruptedException {
    if (hook != NOTHING) {
      CancelScope.shieldUnlimited().run(() -> hook.accept(item));
    }
  }

  /** {@return the sender below this end; it does not call the hooks} */
  public Sender<S> output() {
    return out;
  }

  /** {@return the receiver below this end; it does not call the hooks} */
  public Receiver<R> input() {
    return in;
  }

  // ---- closing: any thread, never waits

  /**
   * Closes one direction: the other end receives what was sent, and then the end of the stream.
   * Receiving goes on. No hook is called.
   */
  public void closeOutput() {
    out.close("the output was closed");
  }

  /** Closes both directions; as {@link #close(String)} with the reason "closed". */
  @Override
  public void close() {
    var unused = close("closed");
  }

  /**
   * Closes both directions in an orderly way. Wakes all waiting threads.
   *
   * @param reason found in the exceptions that both ends get
   * @return true if this call closed them, false if either end had closed them before
   */
  public boolean close(String reason) {
    Objects.requireNonNull(reason, "reason");
    return end(() -> closed.close(reason));
  }

  /**
   * Closes both directions because of a failure. Wakes all waiting threads.
   *
   * @param cause the failure
   * @return true if this call closed them, false if either end had closed them before
   */
  public boolean fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    return end(() -> closed.fail(cause));
  }

  private interface Ending {
    boolean end();
  }

  private boolean end(Ending ending) {
    boolean first;
    try {
      beforeClose.run();
    } finally {
      first = ending.end();
      closeAsDecided();
    }
    afterClose.run();
    return first;
  }

  private void closeAsDecided() {
    closed
        .cause()
        .ifPresentOrElse(
            cause -> {
              out.fail(cause);
              in.fail(cause);
            },
            () -> {
              String reason = closed.reason().orElse("closed");
              out.close(reason);
              in.close(reason);
            });
  }

  /** {@return whether either end was closed, in whatever way; there may still be items} */
  public boolean isClosed() {
    return closed.isClosed();
  }

  @Override
  public String toString() {
    return "MemoryChannel[sends to " + out + ", receives from " + in + "]";
  }
}
