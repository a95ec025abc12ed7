package io.selvage.service;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Step;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.ForeignThrowable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The closed state of something: it closes once, permanently, with a reason, and any thread can
 * wait for that.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="closeScope"}
 *
 * <p>It only holds the state: it cancels nothing by itself.
 *
 * <p><b>Threads.</b> Any thread may call any method. A thread that sees it closed sees the reason,
 * and everything that the closing thread did before.
 */
public final class CloseSignal {
  /*
   * Protocol. closed: null ──close, fail──▶ how, once. The value is the reason itself, or the failure itself, so that closing needs no memory: other
   * threads wait for the close. Only a failure with a separate reason is a Failed object, created before.
   */
  private record Failed(Throwable cause, String reason) {}

  private final Completion<Object> closed = new Completion<>();

  /** Creates an open signal. */
  public CloseSignal() {}

  /**
   * Closes in an orderly way, with a default reason.
   *
   * @return true if this call closed it, false if it was closed before
   */
  public boolean close() {
    return close("closed");
  }

  /**
   * Closes in an orderly way.
   *
   * @param reason why
   * @return true if this call closed it, false if it was closed before: then the earlier reason
   *     stays
   */
  public boolean close(String reason) {
    Objects.requireNonNull(reason, "reason");
    Step.before("CloseSignal.close");
    return closed.complete(reason);
  }

  /** As {@link #close(String)}, for the end of a service: needs no memory, never fails. */
  boolean closeAtEnd(String reason) {
    Step.beforeEnd("CloseSignal.close");
    return closed.complete(reason);
  }

  /**
   * Closes because of a failure.
   *
   * @param cause the failure; its message is the reason
   * @return true if this call closed it, false if it was closed before
   */
  public boolean fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    Step.before("CloseSignal.fail");
    return closed.complete(cause);
  }

  /** As {@link #fail(Throwable)}, for the end of a service: needs no memory, never fails. */
  boolean failAtEnd(Throwable cause) {
    Step.beforeEnd("CloseSignal.fail");
    return closed.complete(cause);
  }

  /**
   * Closes because of a failure.
   *
   * @param cause the failure
   * @param reason why
   * @return true if this call closed it, false if it was closed before
   */
  public boolean fail(Throwable cause, String reason) {
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(reason, "reason");
    Step.before("CloseSignal.fail");
    return closed.complete(new Failed(cause, reason));
  }

  /** {@return whether it is closed, in whatever way} */
  public boolean isClosed() {
    return closed.isDone();
  }

  /** {@return whether it was closed because of a failure} */
  public boolean isFailed() {
    Object how = closed.poll();
    return how != null && causeOf(how) != null;
  }

  /** {@return why it was closed; empty while it is open} */
  public Optional<String> reason() {
    return Optional.ofNullable(closed.poll()).map(CloseSignal::reasonOf);
  }

  /**
   * {@return the failure that closed it; empty while it is open or if it was closed in an orderly
   * way}
   */
  public Optional<Throwable> cause() {
    return Optional.ofNullable(closed.poll()).map(CloseSignal::causeOf);
  }

  private static @Nullable Throwable causeOf(Object how) {
    return how instanceof Failed failed
        ? failed.cause()
        : how instanceof Throwable cause ? cause : null;
  }

  private static String reasonOf(Object how) {
    return how instanceof Failed failed
        ? failed.reason()
        : how instanceof Throwable cause ? messageOf(cause) : (String) how;
  }

  private static String messageOf(Throwable cause) {
    String message = ForeignThrowable.messageOf(cause);
    return message == null ? cause.getClass().getName() : message;
  }

  /**
   * Waits until it is closed.
   *
   * @throws InterruptedException if the calling thread is cancelled or interrupted
   */
  public void await() throws InterruptedException {
    var unused = closed.await("CloseSignal.await", this, WaitNode.NEVER);
  }

  /**
   * Waits until it is closed, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return whether it is closed
   * @throws InterruptedException if the calling thread is cancelled or interrupted
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean await(Duration timeout) throws InterruptedException {
    long deadline = WaitNode.deadlineAfter(timeout);
    Object how = closed.await("CloseSignal.await", this, deadline);
    return how != null || isClosed();
  }

  /**
   * Does nothing while it is open.
   *
   * @throws ClosedResourceException if it was closed in an orderly way
   * @throws BrokenResourceException if it was closed because of a failure, which is the cause
   */
  public void throwIfClosed() {
    Object how = closed.poll();
    if (how == null) {
      return;
    }
    Throwable cause = causeOf(how);
    if (cause != null) {
      throw new BrokenResourceException(reasonOf(how), cause);
    }
    throw new ClosedResourceException(reasonOf(how));
  }

  @Override
  public String toString() {
    Object how = closed.poll();
    return "CloseSignal["
        + (how == null ? "open" : (causeOf(how) == null ? "closed: " : "failed: ") + reasonOf(how))
        + "]";
  }
}
