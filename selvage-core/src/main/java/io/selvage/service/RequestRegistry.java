package io.selvage.service;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.LinkedSet;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Delivers replies to the threads that wait for them. One thread sends a request with a key and
 * waits; another thread reads the reply with that key and resolves the request.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="request"}
 *
 * <p>When the reading thread ends, {@link #fail(Throwable)} fails all pending and all later
 * requests, so that no thread waits for a reply that cannot come. {@link #failAll} fails only the
 * pending requests.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 *
 * @param <K> the type of the keys; usable in hash maps, never null
 * @param <V> the type of the replies, never null
 */
public final class RequestRegistry<K, V> implements AutoCloseable {
  /*
   * Protocol. byKey finds the handle of a key; open holds all handles that have not ended, in the order of registration.
   * The thread that ends a handle removes it from both, by identity (see ReplyHandle).
   *
   * Registering puts the handle into byKey, then into open, then reads closed. Closing writes closed, then ends all handles
   * in open. At least one of the two sees the other, so nothing stays pending in a closed registry. A registration is refused
   * only if its handle can still be withdrawn. A handle that was resolved, or failed by the close, meanwhile counts as registered
   * before the close.
   *
   * Everything that a close needs is created before closed is written: from there to the last wake-up nothing is allocated.
   * byKey calls foreign code, which is code that is not part of the library (hashCode and equals of the keys), and which may fail.
   * So byKey never decides anything about a handle: a handle that could not be removed from byKey has ended anyway, and counts
   * as absent; the next registration with its key replaces it. No lock is held during such a call.
   *
   * failAll walks over open, up to the last handle that was there when it began, because woken waiters may register again. A
   * handle that ends between the two halves of its registration never gets into open (LinkedSet).
   */
  private final ConcurrentMap<K, ReplyHandle<K, V>> byKey = new ConcurrentHashMap<>();
  private final LinkedSet<ReplyHandle.Open<K, V>> open = new LinkedSet<>();
  private final CloseSignal closed = new CloseSignal();

  private final String label; // the beginning of toString

  /** Creates an open registry without requests. */
  public RequestRegistry() {
    label = "";
  }

  /**
   * Creates an open registry without requests, with a name.
   *
   * @param name the name in messages and dumps; not empty
   * @throws IllegalArgumentException if the name is empty
   */
  public RequestRegistry(String name) {
    label = Arguments.name(name, "name") + ", ";
  }

  // ---- the requesting side

  /**
   * Registers a request.
   *
   * @param key the key; no other pending request may have it
   * @return the handle at which its reply arrives
   * @throws IllegalStateException if a request with this key is pending
   * @throws ClosedResourceException if the registry was closed
   * @throws BrokenResourceException if the registry was closed because of a failure
   */
  public ReplyHandle<K, V> register(K key) {
    Objects.requireNonNull(key, "key");
    Step.before("RequestRegistry.register");
    closed.throwIfClosed();
    Step.within("RequestRegistry.register");
    Exhaustion.point("RequestRegistry.register");
    ReplyHandle<K, V> handle = new ReplyHandle<>(this, key);
    putAndShow(key, handle);
    Step.within("RequestRegistry.register");
    if (closed.isClosed() && handle.remove()) {
      closed.throwIfClosed();
    }
    return handle;
  }

  /**
   * If it fails halfway, for example because there is no memory for a larger map, the handle counts
   * as ended.
   */
  private void putAndShow(K key, ReplyHandle<K, V> handle) {
    boolean done = false;
    try {
      put(key, handle);
      Step.within("RequestRegistry.register");
      var unused = open.add(handle.open()); // unless it has ended already
      done = true;
    } finally {
      if (!done) {
        handle.giveUpUnregistered();
      }
    }
  }

  private void put(K key, ReplyHandle<K, V> handle) {
    ReplyHandle<K, V> other = byKey.putIfAbsent(key, handle);
    while (other != null) {
      if (other.isPending()) {
        throw new IllegalStateException(
            "request already pending"
                + (label.isEmpty() ? "" : " in " + this)
                + ": '"
                + key
                + "'; use a key once at a time");
      }
      if (byKey.replace(key, other, handle)) {
        return;
      }
      other = byKey.putIfAbsent(key, handle);
    }
  }

  /**
   * Registers a request, sends it and waits for the reply. If {@code send} throws, the request is
   * unregistered.
   *
   * <p><b>Cancellation.</b> If the calling thread is cancelled or interrupted before there is a
   * reply, the request is unregistered; on entry, nothing is sent.
   *
   * @param <X> what sending may throw
   * @param key the key; no other pending request may have it
   * @param send sends the request; it may resolve the handle itself
   * @return the reply
   * @throws X if sending does
   * @throws RequestFailedException if the request was failed, or the registry closed meanwhile; the
   *     cause says why
   * @throws IllegalStateException if a request with this key is pending
   * @throws ClosedResourceException if the registry was closed before
   * @throws BrokenResourceException if the registry was closed before because of a failure
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> V request(K key, ThrowingConsumer<? super ReplyHandle<K, V>, X> send)
      throws X, InterruptedException {
    return sent(key, send).awaitToEnd();
  }

  /**
   * As {@link #request(Object, ThrowingConsumer)}, with a time limit. When the time is over, the
   * request is unregistered.
   *
   * @param <X> what sending may throw
   * @param key the key; no other pending request may have it
   * @param send sends the request; it may resolve the handle itself
   * @param timeout zero or more; begins with the call, but {@code send} is not interrupted
   * @return the reply
   * @throws X if sending does
   * @throws TimeoutException if the time was over before the reply
   * @throws RequestFailedException if the request was failed, or the registry closed meanwhile; the
   *     cause says why
   * @throws IllegalStateException if a request with this key is pending
   * @throws ClosedResourceException if the registry was closed before
   * @throws BrokenResourceException if the registry was closed before because of a failure
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public <X extends Exception> V request(
      K key, ThrowingConsumer<? super ReplyHandle<K, V>, X> send, Duration timeout)
      throws X, InterruptedException, TimeoutException {
    long deadline = WaitNode.deadlineAfter(timeout);
    return sent(key, send).awaitUntil(deadline, timeout);
  }

  private <X extends Exception> ReplyHandle<K, V> sent(
      K key, ThrowingConsumer<? super ReplyHandle<K, V>, X> send) throws X, InterruptedException {
    Objects.requireNonNull(send, "send");
    ThreadRecord.current().begin("RequestRegistry.request");
    ReplyHandle<K, V> handle = register(key);
    boolean done = false;
    try {
      send.accept(handle);
      done = true;
    } finally {
      if (!done) {
        handle.removeAtEnd();
      }
    }
    return handle;
  }

  // ---- the replying side: never waits

  /**
   * Hands a reply to the thread that waits for it, and unregisters the request.
   *
   * @param key of the request
   * @param value not null
   * @return true if the waiter gets it; false if no such request is pending: it is unknown, replied
   *     to, or timed out
   */
  public boolean resolve(K key, V value) {
    Objects.requireNonNull(value, "value");
    ReplyHandle<K, V> handle = find(key);
    return handle != null && handle.resolve(value);
  }

  /**
   * Fails a request, and unregisters it.
   *
   * @param key of the request
   * @param cause becomes the cause of the waiter's {@link RequestFailedException}
   * @return true if the waiter gets it; false if no such request is pending
   */
  public boolean fail(K key, Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    ReplyHandle<K, V> handle = find(key);
    return handle != null && handle.fail(cause);
  }

  /**
   * Fails all pending requests. The registry stays usable; see {@link #fail(Throwable)} for closing
   * it.
   *
   * @param cause becomes the cause of the waiters' {@link RequestFailedException}
   * @return how many requests were failed by this call
   */
  public int failAll(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    Step.before("RequestRegistry.failAll");
    return endAll(ReplyHandle.failed(cause));
  }

  /**
   * Ends all open handles. Allocates nothing; an error does not prevent it from ending the others.
   */
  private int endAll(ReplyHandle.Reply how) {
    int ended = 0;
    RuntimeException unchecked = null;
    Error error = null;
    long last = open.lastNumber();
    for (ReplyHandle.Open<K, V> each = open.first();
        each != null && each.number() <= last;
        each = each.next()) {
      try {
        Step.beforeEnd("ReplyHandle.end");
        if (each.handle().endNow(how)) {
          ended++;
        }
      } catch (RuntimeException e) {
        unchecked = e;
      } catch (Error e) {
        error = e;
      }
    }
    if (error != null) {
      throw error;
    }
    if (unchecked != null) {
      throw unchecked;
    }
    return ended;
  }

  // ---- closing

  /** Closes the registry permanently; as {@link #close(String)} with the reason "closed". */
  @Override
  public void close() {
    var unused = close("closed");
  }

  /**
   * Closes the registry permanently: pending requests fail with {@link ClosedResourceException} as
   * the cause, later ones are refused.
   *
   * @param reason why
   * @return true if this call closed it, false if it was closed before
   */
  public boolean close(String reason) {
    Objects.requireNonNull(reason, "reason");
    if (isClosed()) {
      return false;
    }
    Exhaustion.point("RequestRegistry.close");
    ReplyHandle.Reply how = ReplyHandle.failed(new ClosedResourceException(reason));
    return closed.close(reason) && endAllNow(how);
  }

  /**
   * Closes the registry permanently with a failure: pending requests fail with it as the cause,
   * later ones are refused.
   *
   * @param cause the failure
   * @return true if this call closed it, false if it was closed before
   */
  public boolean fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    if (isClosed()) {
      return false;
    }
    Exhaustion.point("RequestRegistry.close");
    ReplyHandle.Reply how = ReplyHandle.failed(cause);
    return closed.fail(cause) && endAllNow(how);
  }

  private boolean endAllNow(ReplyHandle.Reply how) {
    Step.beforeEnd("RequestRegistry.failAll");
    var unused = endAll(how);
    return true;
  }

  /** {@return whether it was closed, in whatever way} */
  public boolean isClosed() {
    return closed.isClosed();
  }

  // ---- queries

  /** {@return how many requests are pending} */
  public int size() {
    return open.size();
  }

  /**
   * {@return whether a request with this key is pending}
   *
   * @param key of the request
   */
  public boolean contains(K key) {
    return find(key) != null;
  }

  /**
   * {@return the pending requests now, in the order of their registration, as an immutable copy}
   */
  public Map<K, ReplyHandle<K, V>> pending() {
    Map<K, ReplyHandle<K, V>> copy = new LinkedHashMap<>();
    for (ReplyHandle.Open<K, V> each = open.first(); each != null; each = each.next()) {
      if (each.handle().isPending()) {
        copy.put(each.handle().key(), each.handle());
      }
    }
    return Collections.unmodifiableMap(copy);
  }

  private @Nullable ReplyHandle<K, V> find(K key) {
    ReplyHandle<K, V> handle = byKey.get(Objects.requireNonNull(key, "key"));
    return handle == null || handle.isPending() ? handle : null;
  }

  /**
   * Gives a request up, as {@link ReplyHandle#remove()} does: exactly this registration, not a
   * later one with the same key.
   *
   * @param handle from this registry
   * @return true if this call ended it; false if it was replied to or given up before
   * @throws IllegalArgumentException if the handle is from another registry
   */
  public boolean remove(ReplyHandle<K, V> handle) {
    if (Objects.requireNonNull(handle, "handle").registry() != this) {
      throw new IllegalArgumentException(handle + " belongs to another registry");
    }
    return handle.remove();
  }

  void unregister(ReplyHandle<K, V> handle) {
    try {
      var unused = byKey.remove(handle.key(), handle);
    } catch (RuntimeException | Error e) {
      // The key's hashCode or equals has failed, or there is no memory. The handle stays in the
      // map, and counts as absent.
    } finally {
      var unused = open.remove(handle.open());
    }
  }

  @Override
  public String toString() {
    return "RequestRegistry[" + label + size() + " pending, " + closed + "]";
  }
}
