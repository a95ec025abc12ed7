package io.selvage.service;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.kernel.Completion;
import io.selvage.kernel.CurrentRecord;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Durations;
import io.selvage.kernel.support.Handover;
import io.selvage.kernel.support.Handover.Captured;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A long-running part of a program on a thread of its own. Its lifecycle has four events that other
 * threads can wait for or cause: it is started, becomes ready, is stopped, and ends.
 *
 * <p>No wait for a service hangs: if it fails, ends or is stopped before it is ready, {@link
 * #awaitStarted()} throws.
 *
 * <p><b>Failure.</b> An exception of the body is kept in {@link #failure()}, closes {@link
 * #scope()} as its cause, and makes {@link #awaitStarted()} throw from then on. A body that ends
 * because it was stopped, even with a {@link CancelledException}, has not failed.
 *
 * <p><b>Threads.</b> Any thread may call any method, but the service cannot wait for itself.
 * Everything that a thread did before {@link #start()} is visible to the service. Everything that
 * the service did before it was ready, or before its end, is visible to a thread that has waited
 * for that.
 */
public abstract sealed class Service permits ThreadService, LoopService {
  /*
   * Protocol. Each of these changes once, by any thread unless stated otherwise.
   *
   *   begun      false ─start─▶ true. The loser gets an exception.
   *   readiness  undecided ─started─▶ READY, ─stop─▶ STOPPED, ─failure─▶ FAILED. A started() after a stop has no effect. The thread that closes the
   *              scope decides readiness next; or the end of the service does, if the body was woken by the close and is faster. (ServiceReadiness)
   *   failure    null ─▶ the first failure; later failures are suppressed on it. (ServiceReadiness)
   *   scope      open ─stop, failure, end─▶ closed.
   *   ended      set by the service's thread as its last action; by start() if there is no thread.
   *
   * The order of writes for a failure: failure, scope, readiness, ended. So a thread that finds one of them set finds the earlier ones set, too.
   *
   * work is the scope around the body. Only a stop or a failure cancels it, at once or by its deadline, so a cancellation that it catches is no
   * failure. Its deadline is set before the scope is closed, so that a body that is woken by the close can read it. A stop without grace period
   * cancels after the close. limit is the earliest requested deadline. A thread that sets the deadline and then finds that limit has become earlier
   * sets the deadline again. So the last write is the earliest deadline.
   *
   * Once begun is set, the service ends in any case: the end of the thread, or start() if there is no thread, executes all of end(). The parts that
   * need memory are guarded; closing the scope and completing readiness and ended need none. So if the heap or the stack is full, the service fails,
   * but no thread waits for it for ever.
   *
   * Check with: ThreadServiceStopTest, ServiceSimulationTest, ServiceExhaustionTest.
   */
  private final String name;
  final boolean platform;
  private final String failedReason; // created early, because a failure must not need memory
  private final CloseSignal scope = new CloseSignal();
  final CancelScope work = CancelScope.create();
  private final AtomicReference<Deadline> limit = new AtomicReference<>(Deadline.NEVER);
  private final AtomicBoolean begun = new AtomicBoolean();
  private final ServiceReadiness readiness;
  private final Completion<Boolean> ended = new Completion<>();
  final ServiceLog log;
  private volatile @Nullable Thread thread; // written by the service's thread

  Service(String name, boolean platform) {
    if (Objects.requireNonNull(name, "name").isEmpty()) {
      throw new IllegalArgumentException("name must not be empty");
    }
    this.name = name;
    this.platform = platform;
    this.failedReason = "service '" + name + "' failed";
    this.readiness = new ServiceReadiness(name, scope);
    this.log = new ServiceLog(name, getClass(), platform);
  }

  // ---- implemented by each kind of service

  /** Runs on the service's thread, inside of the scope that a stop cancels. */
  abstract void runBody() throws Exception;

  /** Called when the body has ended, or when there never was a thread. Must not fail. */
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
    Captured context = Handover.captureBy(CurrentRecord.handover());
    if (!begun.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "service '" + name + "' was started before; make a new one to run it again");
    }
    try {
      Threads.start(name, platform, () -> runOnThread(context), this::end);
    } catch (Throwable noThread) {
      end(noThread);
      throw noThread;
    }
    return this;
  }

  /**
   * Sets the handler of the failure of the service; it is called on the service's thread when the
   * body has ended. Without a handler, the failure of a service that was ready is logged, to the
   * {@linkplain #logTo logger} of the service; an earlier failure is thrown by {@link
   * #awaitStarted()}.
   *
   * @param handler gets the name of the service, or of the task, and the exception
   * @return this
   * @throws IllegalStateException if the service was started
   */
  public Service onUncaught(BiConsumer<String, Throwable> handler) {
    Objects.requireNonNull(handler, "handler");
    if (begun.get()) {
      throw new IllegalStateException(
          "service '" + name + "' was started; set its uncaught handler before");
    }
    log.handleBy(handler);
    return this;
  }

  /**
   * Sets the logger of the service. It gets records about events that no other code receives, for
   * example a service that does not end. The default is the system logger named after the class of
   * the service, for example {@code io.selvage.service.ThreadService}.
   *
   * @param newLogger called by any thread; its exceptions are ignored
   * @return this
   * @throws IllegalStateException if the service was started
   */
  public Service logTo(System.Logger newLogger) {
    Objects.requireNonNull(newLogger, "logger");
    if (begun.get()) {
      throw new IllegalStateException("service '" + name + "' was started; set its logger before");
    }
    log.logTo(newLogger);
    return this;
  }

  /**
   * Declares the service ready. Called by its body; a second call does nothing, and a call after a
   * stop does nothing.
   */
  public void started() {
    Step.before("Service.started");
    readiness.ready();
  }

  /**
   * Waits until the service is ready.
   *
   * @return this
   * @throws ServiceFailedException if it failed, or ended before it was ready; also if it fails
   *     after it was ready
   * @throws ClosedResourceException if it was stopped before it was ready
   * @throws IllegalStateException if called by the service itself before it is ready
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public Service awaitStarted() throws InterruptedException {
    refuseOwnThread("became ready", readiness.isDecided());
    readiness.await(this, WaitNode.NEVER);
    readiness.throwIfNotToBeReady();
    return this;
  }

  /**
   * Waits until the service is ready, for at most {@code timeout}.
   *
   * @param timeout zero or more
   * @return this
   * @throws TimeoutException if the time was over first; the service continues
   * @throws ServiceFailedException if it failed, or ended before it was ready; also if it fails
   *     after it was ready
   * @throws ClosedResourceException if it was stopped before it was ready
   * @throws IllegalStateException if called by the service itself before it is ready
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public Service awaitStarted(Duration timeout) throws InterruptedException, TimeoutException {
    long deadline = WaitNode.deadlineAfter(timeout);
    refuseOwnThread("became ready", readiness.isDecided());
    readiness.await(this, deadline);
    throwUnlessReady(timeout);
    return this;
  }

  void throwIfNotToBeReady() {
    readiness.throwIfNotToBeReady();
  }

  void throwUnlessReady(Duration waited) throws TimeoutException {
    readiness.throwIfNotToBeReady();
    if (!isReady()) {
      throw new TimeoutException("service '" + name + "' did not become ready within " + waited);
    }
  }

  private void refuseOwnThread(String what, boolean done) {
    if (!done && isOwnThread()) {
      throw new IllegalStateException(
          "service '" + name + "' would wait until it " + what + " itself; wait on another thread");
    }
  }

  // ---- stopping

  /**
   * Stops the service; as {@link #stop(String)} with the reason "stop".
   *
   * @return true if this call closed its scope, false if it was closed before
   */
  public boolean stop() {
    return stop("stop");
  }

  /**
   * Stops the service at once: closes its {@link #scope()}, which stays closed and wakes the
   * threads that wait for it, and then cancels the body and the tasks that it has forked. Their
   * waits end with a {@link CancelledException}, and foreign calls (calls of code that is not part
   * of the library) are interrupted. Never waits. Allowed before the start: then the body finds the
   * scope closed, and its first wait is cancelled.
   *
   * <p>Put clean-up that waits into a {@code finally} block, under a {@linkplain
   * CancelScope#shield(Duration) shield}, or give the service time by {@link #stop(String,
   * Duration)}.
   *
   * @param reason the reason of the scope
   * @return true if this call closed the scope, false if it was closed before
   */
  public boolean stop(String reason) {
    boolean first = closeFor(reason);
    work.cancel(reason);
    return first;
  }

  /**
   * Requests the service to stop, and gives it time to end by itself: closes its {@link #scope()},
   * which the body checks or waits for, and cancels the body as {@link #stop(String)} does when the
   * grace period is over. Never waits. A further call can shorten the grace period.
   *
   * @param reason the reason of the scope
   * @param grace zero or more; the body can read the remaining time as its {@linkplain
   *     CancelScope#effectiveDeadline() deadline}
   * @return true if this call closed the scope, false if it was closed before
   * @throws IllegalArgumentException if the grace period is negative or longer than 100 years
   */
  public boolean stop(String reason, Duration grace) {
    Objects.requireNonNull(reason, "reason");
    if (Durations.nanos(grace, "grace") == 0) {
      return stop(reason);
    }
    limitTo(Deadline.after(grace));
    return closeFor(reason);
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
    log.asked();
    boolean first = scope.close(reason);
    if (first) {
      readiness.stopped();
    }
    return first;
  }

  /**
   * Marks the service as failed and wakes the threads that wait until it is ready. Closes its
   * scope, unless it was closed before: then the earlier reason stays. The body is cancelled as by
   * {@link #stop(String)}.
   *
   * @param cause what went wrong
   * @return true if it is the first failure; a later one is suppressed on the first
   */
  public boolean fail(Throwable cause) {
    Objects.requireNonNull(cause, "cause");
    Step.before("Service.fail");
    boolean first = readiness.fail(cause);
    work.cancel(failedReason);
    return first;
  }

  // ---- the end

  @SuppressWarnings("InterruptedExceptionSwallowed") // end() records it; no code runs after it
  private void runOnThread(@Nullable Captured context) {
    thread = Thread.currentThread();
    log.runsOn(ThreadRecord.known());
    Throwable thrown = null;
    try {
      Exhaustion.point("Service.run");
      work.run(() -> runIn(context));
    } catch (Throwable t) {
      thrown = t;
    }
    end(thrown);
  }

  private void runIn(@Nullable Captured context) throws Exception {
    if (context == null) {
      runBody();
    } else {
      Object unused =
          context.call(
              () -> {
                runBody();
                return this;
              });
    }
  }

  private void end(@Nullable Throwable thrown) {
    boolean wasReady = isReady();
    // an interrupt or a cancellation that arrives here after a stop is a clean end of the body
    boolean clean = thrown instanceof InterruptedException && scope.isClosed();
    if (thrown != null && !clean) {
      var unused = readiness.fail(thrown);
    } else if (!readiness.isDecided() && !scope.isClosed() && !work.isCancelled()) {
      var unused = readiness.fail(readiness.neverStarted());
    }
    scope.closeAtEnd("ended");
    readiness.stopped(); // unless the thread that closed the scope was faster
    log.runsOn(null);
    try {
      onEnd();
      Throwable failed = readiness.failure();
      if (failed != null && (wasReady || log.hasHandler())) {
        reportUncaught(name, failed);
      }
    } finally {
      ended.complete(true);
    }
  }

  void reportUncaught(String what, Throwable thrown) {
    log.report(what, thrown);
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
    long deadline = WaitNode.deadlineAfter(timeout);
    refuseOwnThread("ended", isStopped());
    return ended.await("Service.awaitStopped", this, deadline) != null;
  }

  /**
   * Waits until the body has ended, for at most {@code timeout}, and logs an error to the
   * {@linkplain #logTo logger} of the service if it has not ended: its name and kind, the time
   * since the stop, and the stack traces of its thread and of its tasks.
   *
   * @param timeout zero or more
   * @return true if it has ended or was never started
   * @throws IllegalStateException if called by the service itself
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean joinOrLog(Duration timeout) throws InterruptedException {
    return joinOrTell(null, timeout);
  }

  /**
   * As {@link #joinOrLog(Duration)}, to a logger of the caller.
   *
   * @param timeout zero or more
   * @param callersLogger receives the error
   * @return true if it has ended or was never started
   * @throws IllegalStateException if called by the service itself
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean joinOrLog(Duration timeout, System.Logger callersLogger)
      throws InterruptedException {
    return joinOrTell(Objects.requireNonNull(callersLogger, "callersLogger"), timeout);
  }

  /** As {@link #joinOrLog(Duration)}, to a logger of the caller or group if it has one. */
  boolean joinOrTell(System.@Nullable Logger given, Duration timeout) throws InterruptedException {
    var unused = Durations.nanos(timeout, "timeout");
    if (!begun.get() || awaitStopped(timeout)) {
      return true;
    }
    log.tellWhere(given, Level.ERROR, "thread did not stop: ", "; waited for " + timeout, scope);
    return false;
  }

  // ---- queries

  /** {@return the name of the service and of its thread} */
  public String name() {
    return name;
  }

  /** {@return the closed state of the service: closed by a stop, a failure, or its end} */
  public CloseSignal scope() {
    return scope;
  }

  /** {@return whether it was started} */
  public boolean isStarted() {
    return begun.get();
  }

  /** {@return whether it has become ready; it may have ended since} */
  public boolean isReady() {
    return readiness.isReady();
  }

  /** {@return whether its body has ended, in whatever way} */
  public boolean isStopped() {
    return ended.isDone();
  }

  /** {@return whether it has failed} */
  public boolean isFailed() {
    return readiness.failure() != null;
  }

  /** {@return the failure of the service, or empty} */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(readiness.failure());
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
