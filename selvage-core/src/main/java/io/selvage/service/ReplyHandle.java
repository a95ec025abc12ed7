package io.selvage.service;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.LinkedSet;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * One pending request of a {@link RequestRegistry}; its reply arrives here.
 *
 * <p>It belongs to this registration only: a later request with the same key has a handle of its
 * own, which this handle does not affect.
 *
 * <p><b>Threads.</b> Any thread may call any method. Everything that a thread did before it replied
 * is visible to the thread that gets the reply.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the replies, which are never null
 */
public final class ReplyHandle<K, V> {
  /*
   * Protocol.
   *
   *   PENDING ──resolve──▶ Value     ──fail──▶ Failed     ──remove, timeout, cancellation of a waiter──▶ GivenUp
   *
   * One Completion decides, so both sides agree. If resolve returned true, the waiter gets the value, even if its time
   * was over at that moment. If the waiter has timed out, resolve returns false.
   *
   * The thread that ends the request removes the handle from the registry. resolve and fail do that before they complete, so
   * that a resumed waiter can use the key again at once. A waiter that has given up does it before it returns. The handle is
   * removed by identity, so a newer registration is never affected.
   *
   * The reply object is created before anything is decided, and removing the handle cannot fail. So each reply that was decided
   * wakes the waiters.
   */
  sealed interface Reply {}

  private record Value(Object value) implements Reply {}

  private record Failed(Throwable cause) implements Reply {}

  private record GivenUp(String why) implements Reply {}

  /** The entry of a handle in the set of open handles of its registry. */
  static final class Open<K, V> extends LinkedSet.Entry<Open<K, V>> {
    private final ReplyHandle<K, V> handle;

    Open(ReplyHandle<K, V> handle) {
      this.handle = handle;
    }

    ReplyHandle<K, V> handle() {
      return handle;
    }
  }

  private static final Reply TIMED_OUT = new GivenUp("its waiter timed out");
  private static final Reply WITHDRAWN = new GivenUp("its waiter was cancelled");
  private static final Reply REMOVED = new GivenUp("it was removed");

  private final RequestRegistry<K, V> registry;
  private final K key;
  private final Open<K, V> open = new Open<>(this);
  private final Completion<Reply> reply = new Completion<>();

  ReplyHandle(RequestRegistry<K, V> registry, K key) {
    this.registry = registry;
    this.key = key;
  }

  /** {@return its entry in the registry} */
  Open<K, V> open() {
    return open;
  }

  /** {@return the reply of a request that failed} */
  static Reply failed(Throwable cause) {
    return new Failed(cause);
  }

  /** {@return the registry} */
  public RequestRegistry<K, V> registry() {
    return registry;
  }

  /** {@return the key} */
  public K key() {
    return key;
  }

  /** {@return whether there is no reply yet, and no waiter has given up} */
  public boolean isPending() {
    return !reply.isDone();
  }

  // ---- replying: never waits

  /**
   * Hands the reply to all present and later waiters, and unregisters the request.
   *
   * @param value not null
   * @return true if the waiter gets it; false if the request was replied to or given up before
   */
  public boolean resolve(V value) {
    Objects.requireNonNull(value, "value");
    return end(new Value(value));
  }

  /**
   * Fails the request, so that {@link #await} throws, and unregisters it.
   *
   * @param cause the failure
   * @return true if the waiter gets it; false if the request was replied to or given up before
   */
  public boolean fail(Throwable cause) {
    return end(failed(Objects.requireNonNull(cause, "cause")));
  }

  /**
   * Gives the request up: unregisters it, and later replies are refused. A waiting thread is woken
   * and gets a {@link ClosedResourceException}.
   *
   * @return true if this call ended it; false if it was replied to or given up before
   */
  public boolean remove() {
    return end(REMOVED);
  }

  /** As {@link #remove}, after another failure. */
  void removeAtEnd() {
    Step.beforeEnd("ReplyHandle.end");
    var unused = endNow(REMOVED);
  }

  private boolean end(Reply how) {
    Step.beforeEnd("ReplyHandle.end");
    return endNow(how);
  }

  /** Allocates nothing. */
  boolean endNow(Reply how) {
    registry.unregister(this);
    Step.within("ReplyHandle.end");
    return reply.complete(how);
  }

  /** Ends a handle whose registration has failed halfway, so that no other code has it. */
  void giveUpUnregistered() {
    var unused = reply.complete(REMOVED);
  }

  // ---- waiting

  /**
   * Waits for the reply. Once there is a reply, this may be called any number of times.
   *
   * <p><b>Cancellation.</b> If the calling thread is cancelled or interrupted before there is a
   * reply, or on entry, the request is given up and unregistered.
   *
   * @return the reply
   * @throws RequestFailedException if the request was failed, or its registry was closed; the cause
   *     says why
   * @throws ClosedResourceException if the request was given up
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public V await() throws InterruptedException {
    checkOnEntry();
    return awaitToEnd();
  }

  /**
   * Waits for the reply, for at most {@code timeout}. When the time is over, the request is given
   * up and unregistered.
   *
   * <p><b>Cancellation.</b> As for {@link #await()}.
   *
   * @param timeout zero or more
   * @return the reply
   * @throws TimeoutException if the time was over before the reply: then {@link #resolve} returns
   *     false
   * @throws RequestFailedException if the request was failed, or its registry was closed; the cause
   *     says why
   * @throws ClosedResourceException if the request was given up
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public V await(Duration timeout) throws InterruptedException, TimeoutException {
    long deadline = WaitNode.deadlineAfter(timeout);
    checkOnEntry();
    return awaitUntil(deadline, timeout);
  }

  /** A caller that is cancelled gives up on entry; a reply that has arrived already is kept. */
  private void checkOnEntry() throws InterruptedException {
    try {
      ThreadRecord.current().begin("ReplyHandle.await");
    } catch (Throwable e) { // even without stack: a caller that leaves without the reply gives up
      reply.complete(WITHDRAWN);
      unregister();
      throw e;
    }
  }

  V awaitToEnd() throws InterruptedException {
    return value(awaitReply(WaitNode.NEVER, WITHDRAWN));
  }

  V awaitUntil(long deadline, Duration timeout) throws InterruptedException, TimeoutException {
    Reply how = awaitReply(deadline, TIMED_OUT);
    if (how == TIMED_OUT) {
      throw new TimeoutException("no reply to request '" + key + "' within " + timeout);
    }
    return value(how);
  }

  private Reply awaitReply(long deadline, Reply givenUp) throws InterruptedException {
    try {
      return reply.awaitOrGiveUp("ReplyHandle.await", this, deadline, givenUp);
    } finally {
      unregister();
    }
  }

  /** Called at the end of a wait; a failure here does not change the outcome of the wait. */
  private void unregister() {
    try {
      registry.unregister(this);
    } catch (Throwable keysFault) {
      // the thread that ended it has got the failure, or will get it
    }
  }

  @SuppressWarnings("unchecked") // resolve takes a V
  private V value(Reply how) {
    if (how instanceof Value(Object value)) { // first, so that a reply that has arrived is returned
      return (V) value;
    }
    if (how instanceof Failed(Throwable cause)) {
      throw new RequestFailedException(key, cause);
    }
    throw new ClosedResourceException(
        "request '" + key + "' was given up: " + ((GivenUp) how).why());
  }

  /** {@return how many threads wait for the reply; for tests} */
  int waiting() {
    return reply.waiting();
  }

  @Override
  public String toString() {
    return "ReplyHandle[" + plainKey() + (isPending() ? ", pending" : ", ended") + "]";
  }

  /**
   * A dump calls this on a thread that must not be blocked, so no foreign code (code that is not
   * part of the library) runs here.
   */
  private String plainKey() {
    return switch (key) {
      case String string -> string;
      case Integer number -> number.toString();
      case Long number -> number.toString();
      case UUID uuid -> uuid.toString();
      case Enum<?> constant -> constant.name();
      default -> key.getClass().getSimpleName() + "@" + System.identityHashCode(key);
    };
  }
}
