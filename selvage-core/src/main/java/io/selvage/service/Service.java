package io.selvage.service;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Durations;
import io.selvage.kernel.Log;
import io.selvage.kernel.SimulationAbandoned;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A long-running part of a program on a thread of its own, with a lifecycle that others can wait
 * for: it is started, becomes ready, is stopped, ends.
 *
 * <p>No wait for it can hang: a service that fails or ends before it is ready says so in {@link
 * #awaitStarted()}, and so does one that is stopped before.
 *
 * <p><b>Failure.</b> Whatever the body throws is kept in {@link #failure()}, closes {@link
 * #scope()} with it, and is thrown by {@link #awaitStarted()} from then on. A body that ends
 * because it was stopped, also by a {@link CancelledException}, has not failed.
 *
 * <p><b>Threads.</b> Any thread may call anything, but the service cannot wait for itself. What a
 * thread did before {@link #start()} is visible to the service, and what the service did to who has
 * waited for its start or its end.
 */
public abstract sealed class Service permits ServiceThread, LoopServiceThread {
  /*
   * Protocol. Each of these changes once; all by any thread unless said otherwise.
   *
   *   begun      false ─start─▶ true. The loser gets an exception.
   *   readiness  undecided ─started─▶ READY, ─stop─▶ STOPPED, ─failure─▶ FAILED. A started() that comes after a stop has no
   *              effect. Whoever closes the scope decides it next; the end does if the body was woken by the close and is
   *              quicker.
   *   failure    null ─▶ what came first; later ones are suppressed on it.
   *   scope      open ─stop, failure, end─▶ closed.
   *   ended      set by the service's thread as its last act; by start() if there is no thread.
   *
   * The order of a failure: failure, scope, readiness, ended. So whoever finds one of them set finds those before it.
   *
   * work is the scope around the body. Only a stop cancels it, at once or by its deadline, so a cancellation that it
   * catches is no failure. Its deadline is set before the scope is closed, so that a body that is woken by the close reads
   * it; a stop at once cancels behind the close. limit is the earliest deadline asked for. Who sets one and then finds that
   * limit has come nearer sets it again, so the last to set it sets the earliest.
   */
  private enum Readiness {
    READY,
    STOPPED,
    FAILED
  }

  private final String name;
  private final boolean platform;
  private final CloseScope scope = new CloseScope();
  private final CancelScope work = CancelScope.create();
  private final AtomicReference<Deadline> limit = new AtomicReference<>(Deadline.NEVER);
  private final AtomicBoolean begun = new AtomicBoolean();
  private final Completion<Readiness> readiness = new Completion<>();
  private final Completion<Boolean> ended = new Completion<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable BiConsumer<String, Throwable> uncaughtHandler;
  private volatile @Nullable Thread thread; // written by the service's thread

  Service(String name, boolean platform) {
    if (Objects.requireNonNull(name, "name").isEmpty()) {
      throw new IllegalArgumentException("name must not be empty");
    }
    this.name = name;
    this.platform = platform;
  }

  // ---- what the kinds of services differ in

  /** Runs on the service's thread, inside of the scope that a stop cancels. */
  abstract void runBody() throws Exception;

  /** A stop without a grace period, or a failure. Any thread. */
  abstract void onStop(String reason);

  /** The body is over, or there never was a thread. */
  abstract void onEnd();

  /** {@return whether the calling thread is one that the service waits for} */
  boolean isOwnThread() {
    return Thread.currentThread() == thread;
  }

  // ---- starting

  /**
   * Starts the thread, a daemon.
   *
   * @return this
   * @throws IllegalStateException if it was started before
   */
  public Service start() {
    Step.before("Service.start");
    if (!begun.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "service '" + name + "' was started before; make a new one to run it again");
    }
    try {
      Threads.start(name, platform, this::runOnThread);
    } catch (Throwable noThread) {
      end(noThread);
      throw noThread;
    }
    return this;
  }

  /**
   * Sets who gets the failure of the service, on its thread, when the body has ended. Unless set, a
   * failure of a service that was ready is logged to {@code io.selvage}; an earlier one is thrown
   * by {@link #awaitStarted()}.
   *
   * @param handler gets the name of the service, or of the task, and what it threw
   * @return this
   * @throws IllegalStateException if the service was started
   */
  public Service onUncaught(BiConsumer<String, Throwable> handler) {
    Objects.requireNonNull(handler, "handler");
    if (begun.get()) {
      throw new IllegalStateException(
          "service '" + name + "' was started; set its uncaught handler before");
    }
    uncaughtHandler = handler;
    return this;
  }

  /**
   * Says that the service is ready. Called by its body; a second call does nothing, and so does one
   * after a stop.
   */
  public void started() {
    Step.before("Service.started");
    readiness.complete(Readiness.READY);
  }

  /**
   * Waits until the service is ready.
   *
   * @return this
   * @throws ServiceFailedException if it failed, or ended before it was ready; also when it fails
   *     after it was ready
   * @throws ClosedResourceException if it was stopped before it was ready
   * @throws IllegalStateException if called by the service itself before it is ready
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Service awaitStarted() throws InterruptedException {
    refuseOwnThread("became ready", readiness.isDone());
    decided(Objects.requireNonNull(readiness.await("Service.awaitStarted", this, WaitNode.NEVER)));
    return this;
  }

  /**
   * Waits until the service is ready, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return this
   * @throws TimeoutException if the time was over first; the service goes on
   * @throws ServiceFailedException if it failed, or ended before it was ready; also when it fails
   *     after it was ready
   * @throws ClosedResourceException if it was stopped before it was ready
   * @throws IllegalStateException if called by the service itself before it is ready
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public Service awaitStarted(Duration timeout) throws InterruptedException, TimeoutException {
    long deadline = deadline(timeout);
    refuseOwnThread("became ready", readiness.isDone());
    var unused = readiness.await("Service.awaitStarted", this, deadline);
    throwUnlessReady(timeout);
    return this;
  }

  void throwUnlessReady(Duration waited) throws TimeoutException {
    throwIfNotToBeReady();
    if (!isReady()) {
      throw new TimeoutException("service '" + name + "' did not become ready within " + waited);
    }
  }

  void throwIfNotToBeReady() {
    Readiness how = readiness.poll();
    if (how != null) {
      decided(how);
    }
  }

  private void decided(Readiness how) {
    Throwable failed = failure.get();
    if (failed != null) {
      throw new ServiceFailedException(name, failed);
    }
    if (how != Readiness.READY) {
      throw new ClosedResourceException(
          "service '" + name + "' was stopped before it was ready: " + scope.reason().orElse("?"));
    }
  }

  private void refuseOwnThread(String what, boolean done) {
    if (!done && isOwnThread()) {
      throw new IllegalStateException(
          "service '" + name + "' would wait until it " + what + " itself; wait on another thread");
    }
  }

  private static long deadline(Duration timeout) {
    return ThreadRecord.current().scheduler().now() + Durations.nanos(timeout, "timeout");
  }

  // ---- stopping

  /**
   * Asks the service to stop; as {@link #stop(String)} with the reason "stop".
   *
   * @return true if this call closed its scope, false if it was closed before
   */
  public boolean stop() {
    return stop("stop");
  }

  /**
   * Asks the service to stop: closes its {@link #scope()}, which is durable and wakes who waits for
   * it. What else it does is up to the kind of service. Never waits; allowed before the start, then
   * the body sees it.
   *
   * @param reason found in the scope
   * @return true if this call closed the scope, false if it was closed before
   */
  public boolean stop(String reason) {
    boolean first = closeFor(reason);
    onStop(reason);
    return first;
  }

  /**
   * Asks the service to stop, as {@link #stop(String)}, and cancels it when the grace period is
   * over: its waits end with a {@link CancelledException}, and foreign calls are interrupted. Never
   * waits. A further call can shorten the grace period.
   *
   * @param reason found in the scope
   * @param grace zero or more; the body can read what is left of it as its {@linkplain
   *     CancelScope#effectiveDeadline() deadline}
   * @return true if this call closed the scope, false if it was closed before
   * @throws IllegalArgumentException if the grace period is negative or longer than 100 years
   */
  public boolean stop(String reason, Duration grace) {
    boolean atOnce = Durations.nanos(grace, "grace") == 0;
    if (!atOnce) {
      limitTo(Deadline.after(grace));
    }
    boolean first = closeFor(reason);
    if (atOnce) {
      cancelWork(reason);
    }
    return first;
  }

  private void limitTo(Deadline graceEnd) {
    Deadline earliest;
    do {
      earliest = limit.accumulateAndGet(graceEnd, Deadline::earliest);
      Step.within("Service.stop");
      work.setDeadline(earliest);
    } while (earliest != limit.get());
  }

  private boolean closeFor(String reason) {
    boolean first = scope.close(reason);
    if (first) {
      readiness.complete(Readiness.STOPPED);
    }
    return first;
  }

  void cancelWork(String reason) {
    work.cancel(reason);
  }

  /**
   * Marks the service as failed and wakes who waits for it to become ready. Closes its scope,
   * unless it was closed before: then that reason stands. The body is asked to stop as by {@link
   * #stop(String)}.
   *
   * @param cause what went wrong
   * @return true if it is the first failure; a later one is suppressed on the first
   */
  public boolean fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    boolean first = failure.compareAndSet(null, cause);
    if (!first) {
      suppress(cause);
    }
    scope.fail(cause);
    readiness.complete(Readiness.FAILED);
    onStop("service '" + name + "' failed");
    return first;
  }

  private void suppress(Throwable later) {
    Throwable kept = failure.get();
    if (kept != null && kept != later) {
      kept.addSuppressed(later);
    }
  }

  // ---- the end

  @SuppressWarnings("InterruptedExceptionSwallowed") // end keeps it, nobody is behind it
  private void runOnThread() {
    thread = Thread.currentThread();
    Throwable thrown = null;
    try {
      work.run(this::runBody);
    } catch (Throwable t) {
      thrown = t;
    }
    end(thrown);
  }

  private void end(@Nullable Throwable thrown) {
    boolean wasReady = isReady();
    if (thrown != null && !isCleanEnd(thrown)) {
      fail(thrown);
    } else if (!readiness.isDone() && !scope.isClosed() && !work.isCancelled()) {
      fail(
          new IllegalStateException(
              "service '"
                  + name
                  + "' ended before it called started(); call it when the service is ready"));
    }
    scope.close("ended");
    readiness.complete(Readiness.STOPPED); // unless whoever closed the scope was quicker
    try {
      onEnd();
      Throwable failed = failure.get();
      if (failed != null && (wasReady || uncaughtHandler != null)) {
        reportUncaught(name, failed);
      }
    } finally {
      ended.complete(true);
    }
  }

  /** An interrupt or a cancellation that got here after a stop is how the body ended. */
  private boolean isCleanEnd(Throwable thrown) {
    return thrown instanceof InterruptedException && scope.isClosed();
  }

  void reportUncaught(String what, Throwable thrown) {
    if (thrown instanceof SimulationAbandoned) {
      return;
    }
    BiConsumer<String, Throwable> handler = uncaughtHandler;
    if (handler == null) {
      Log.error("failure of service " + what, thrown);
      return;
    }
    try {
      handler.accept(what, thrown);
    } catch (Throwable fromHandler) {
      if (fromHandler != thrown) {
        fromHandler.addSuppressed(thrown);
      }
      Log.error("failure of service " + what + ", and of its handler", fromHandler);
    }
  }

  /**
   * Waits until the body has ended, in whatever way.
   *
   * @throws IllegalStateException if called by the service itself
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void awaitStopped() throws InterruptedException {
    refuseOwnThread("ended", isStopped());
    var unused = ended.await("Service.awaitStopped", this, WaitNode.NEVER);
  }

  /**
   * Waits until the body has ended, in whatever way, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return whether it has ended
   * @throws IllegalStateException if called by the service itself
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean awaitStopped(Duration timeout) throws InterruptedException {
    long deadline = deadline(timeout);
    refuseOwnThread("ended", isStopped());
    return ended.await("Service.awaitStopped", this, deadline) != null;
  }

  /**
   * Waits until the body has ended, for at most {@code timeout}, and logs an error to {@code
   * io.selvage} if it has not.
   *
   * @param timeout zero or more
   * @return true if it has ended or was never started
   * @throws IllegalStateException if called by the service itself
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean joinOrLog(Duration timeout) throws InterruptedException {
    var unused = Durations.nanos(timeout, "timeout");
    if (!begun.get() || awaitStopped(timeout)) {
      return true;
    }
    Log.error("thread did not stop: " + name);
    return false;
  }

  // ---- questions

  /** {@return the name, that of its thread, too} */
  public String name() {
    return name;
  }

  /** {@return the closed state of the service: closed by a stop, a failure, or its end} */
  public CloseScope scope() {
    return scope;
  }

  /** {@return whether it was started} */
  public boolean isStarted() {
    return begun.get();
  }

  /** {@return whether it has become ready; it may have ended since} */
  public boolean isReady() {
    return readiness.poll() == Readiness.READY;
  }

  /** {@return whether its body has ended, in whatever way} */
  public boolean isStopped() {
    return ended.isDone();
  }

  /** {@return whether it has failed} */
  public boolean isFailed() {
    return failure.get() != null;
  }

  /** {@return what it failed with, or empty} */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  boolean isPlatform() {
    return platform;
  }

  /** {@return how many threads wait for it to become ready or to end; for tests} */
  int waiting() {
    return readiness.waiting() + ended.waiting();
  }

  private String phase() {
    if (isStopped()) {
      return isFailed() ? "failed" : "ended";
    }
    if (!isStarted()) {
      return "not started";
    }
    return isReady() ? "ready" : "starting";
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + name + ", " + phase() + ", " + scope + "]";
  }
}
