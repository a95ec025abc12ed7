package io.selvage.service;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.CallerTrace;
import io.selvage.kernel.support.Durations;
import io.selvage.kernel.support.ForeignThrowable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A service that owns a serial loop: its body and its tasks never run at the same time and switch
 * only at operations of the library, so they share state without locks. Other threads pass calls to
 * it.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="loopService"}
 *
 * <p>The body is the first task of {@link #taskGroup()}. The service lives until the body and all
 * tasks have ended.
 *
 * <p><b>Cancellation.</b> {@link Service#stop(String)} cancels the body and all tasks at once; they
 * are joined before the service ends. With a grace period they are cancelled when that time is
 * over.
 *
 * <p><b>Failure.</b> A body or task that fails cancels the others and fails the service, with the
 * group's {@link TaskFailedException}. The failure of a call belongs to its caller.
 */
public final class LoopService extends Service {
  /*
   * Protocol. The service's thread opens the group and only waits for its end; all work is done by tasks, which share one
   * turn.
   *
   *   group   null ─▶ the group, by the service's thread before opened; start() waits for opened, so a thread for which start has returned can make
   *           calls.
   *   loop    null ─▶ the scheduler of the tasks, by the first task. The turn is granted in order, so nothing runs on the loop before this task. It
   *           is used to find out whether a caller holds the turn.
   *
   * A call is refused if the scope is closed or the group has ended. A call that is accepted before is a task like any other: a stop cancels it, and
   * its caller gets an exception. So no caller waits for a call that will never run.
   */

  /** The body of a service. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs as the first task of the loop. It calls {@link Service#started()} when it is ready.
     *
     * @param service the service itself
     * @throws Exception if it fails
     */
    void run(LoopService service) throws Exception;
  }

  private final Body body;
  private final AtomicLong calls = new AtomicLong();
  private final Completion<Boolean> opened = new Completion<>();
  private volatile @Nullable TaskGroup group;
  private volatile @Nullable Scheduler loop;

  private LoopService(String name, boolean platform, Body body) {
    super(name, platform);
    this.body = Objects.requireNonNull(body, "body");
  }

  // ---- making one

  /**
   * {@return a service on virtual threads that is ready at once and serves calls until it is
   * stopped; not started}
   *
   * @param name the first part of the names of its tasks
   * @throws IllegalArgumentException if the name is empty
   */
  public static LoopService virtual(String name) {
    return virtual(name, LoopService::serveCalls);
  }

  /**
   * {@return a service on virtual threads, not started}
   *
   * @param name the first part of the names of its tasks
   * @param body its first task
   * @throws IllegalArgumentException if the name is empty
   */
  public static LoopService virtual(String name, Body body) {
    return new LoopService(name, false, body);
  }

  /**
   * {@return a service on platform threads that is ready at once and serves calls until it is
   * stopped; not started}
   *
   * @param name the first part of the names of its tasks
   * @throws IllegalArgumentException if the name is empty
   */
  public static LoopService platform(String name) {
    return platform(name, LoopService::serveCalls);
  }

  /**
   * {@return a service on platform threads, not started}
   *
   * @param name the first part of the names of its tasks
   * @param body its first task
   * @throws IllegalArgumentException if the name is empty
   */
  public static LoopService platform(String name, Body body) {
    return new LoopService(name, true, body);
  }

  private static void serveCalls(LoopService service) throws InterruptedException {
    service.started();
    service.scope().await();
  }

  // ---- lifecycle

  @Override
  public LoopService start() {
    super.start();
    // The thread runs, so the start must not fail any more.
    var unused = opened.awaitInAnyCase("LoopService.start", this);
    return this;
  }

  @Override
  public LoopService onUncaught(BiConsumer<String, Throwable> handler) {
    super.onUncaught(handler);
    return this;
  }

  @Override
  public LoopService logTo(System.Logger newLogger) {
    super.logTo(newLogger);
    return this;
  }

  @Override
  public LoopService awaitStarted() throws InterruptedException {
    super.awaitStarted();
    return this;
  }

  @Override
  public LoopService awaitStarted(Duration timeout) throws InterruptedException, TimeoutException {
    super.awaitStarted(timeout);
    return this;
  }

  @Override
  void runBody() throws InterruptedException {
    GroupOptions options =
        TaskGroup.options().withName(name()).withLimit(1).withUncaughtHandler(this::reportUncaught);
    (platform ? options.withPlatformThreads() : options).run(this::open);
  }

  private void open(TaskGroup newGroup) {
    group = newGroup;
    newGroup.launch("main", this::runMain);
    opened.complete(true);
  }

  private void runMain() throws Exception {
    loop = ThreadRecord.current().scheduler();
    body.run(this);
  }

  @Override
  void onEnd() {
    opened.complete(true);
  }

  @Override
  boolean isOwnThread() {
    return isOnLoop() || super.isOwnThread();
  }

  private boolean isOnLoop() {
    return ThreadRecord.current().scheduler() == loop;
  }

  /**
   * {@return the group of the body and all tasks; if a task forked in it fails, the service fails}
   *
   * @throws IllegalStateException if the service was not started
   */
  public TaskGroup taskGroup() {
    TaskGroup open = group;
    if (open == null) {
      throw new IllegalStateException(
          "service '" + name() + "' was not started; call start() first");
    }
    return open;
  }

  // ---- calls from any thread

  /**
   * Runs a call on the loop, as a task. Its failure is thrown to the callers of {@code join}; the
   * service continues. The task is cancelled when the service stops.
   *
   * @param <T> the type of the result
   * @param call the code to run
   * @return its task
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended
   * @throws BrokenResourceException if it has failed
   */
  public <T extends @Nullable Object> Task<T> submit(Callable<? extends T> call) {
    Objects.requireNonNull(call, "call");
    return fork(call);
  }

  /**
   * Starts a call without a result on the loop, and returns its task; as {@link #submit}.
   *
   * @param call the code to run
   * @return its task
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended
   * @throws BrokenResourceException if it has failed
   */
  public Task<@Nullable Void> execute(ThrowingRunnable<? extends Exception> call) {
    Objects.requireNonNull(call, "call");
    return fork(call.asSupplier()::get);
  }

  /**
   * Runs a call on the loop, and does not wait for it. Its failure goes to the {@linkplain
   * Service#onUncaught uncaught handler}, or is logged; the service continues.
   *
   * @param call the code to run
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended
   * @throws BrokenResourceException if it has failed
   */
  public void runSoon(ThrowingRunnable<? extends Exception> call) {
    Objects.requireNonNull(call, "call");
    String callName = name() + "/runSoon";
    var unused =
        fork(
            () -> {
              runReporting(callName, call);
              return null;
            });
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // reported, unless it is the cancellation
  private void runReporting(String callName, ThrowingRunnable<? extends Exception> call)
      throws Exception {
    try {
      call.run();
    } catch (Throwable thrown) {
      if (Selvage.isCancelled()) {
        throw thrown;
      }
      reportUncaught(callName, thrown);
    }
  }

  /**
   * Runs a call on the loop and waits for it. On the loop itself the call runs directly.
   *
   * <p><b>Cancellation.</b> If the calling thread is cancelled or interrupted, a call that has not
   * begun never begins; a call that has begun continues.
   *
   * <p><b>Failure.</b> An exception of the call is thrown here, the same object; the place of this
   * call is added to it as a suppressed exception.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the code to run
   * @return its result
   * @throws X if the call does
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended, before the call was done
   * @throws BrokenResourceException if it has failed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <T extends @Nullable Object, X extends Exception> T callSync(ThrowingSupplier<T, X> call)
      throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    ThreadRecord.current().begin("LoopService.callSync");
    if (isOnLoop()) {
      return call.get();
    }
    LoopCall<T> pending = new LoopCall<>(call, name() + "/callSync", this::reportUncaught);
    Task<T> task = fork(pending);
    try {
      Exhaustion.point("LoopService.callSync: wait");
      pending.awaitEnd(task);
    } catch (Throwable e) { // even a full heap: a caller that leaves withdraws the call
      pending.leave(task);
      throw e;
    }
    return this.<T, X>resultOf(task);
  }

  /**
   * As {@link #callSync(ThrowingSupplier)}, waiting for at most {@code timeout}. When the time is
   * over, a call that has not begun never begins; a call that has begun continues, and its failure
   * goes to the {@linkplain Service#onUncaught uncaught handler}.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the code to run
   * @param timeout zero or more; ignored on the loop itself, where there is no wait
   * @return its result
   * @throws X if the call does
   * @throws TimeoutException if the time was over first
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended, before the call was done
   * @throws BrokenResourceException if it has failed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public <T extends @Nullable Object, X extends Exception> T callSync(
      ThrowingSupplier<T, X> call, Duration timeout)
      throws X, InterruptedException, TimeoutException {
    Objects.requireNonNull(call, "call");
    var unused = Durations.nanos(timeout, "timeout");
    ThreadRecord.current().begin("LoopService.callSync");
    if (isOnLoop()) {
      return call.get();
    }
    LoopCall<T> pending = new LoopCall<>(call, name() + "/callSync", this::reportUncaught);
    Task<T> task = fork(pending);
    boolean done;
    try {
      Exhaustion.point("LoopService.callSync: wait");
      done = CancelScope.moveOnAfter(timeout).run(() -> pending.awaitEnd(task)) || task.isDone();
    } catch (Throwable e) {
      pending.leave(task);
      throw e;
    }
    if (done) {
      return this.<T, X>resultOf(task);
    }
    boolean never = pending.leave(task);
    throw new TimeoutException(
        "call to service '"
            + name()
            + "' was not done within "
            + timeout
            + (never ? "; it had not begun and never will" : "; it has begun and goes on"));
  }

  /**
   * Runs a call without a result on the loop and waits for it; as {@link
   * #callSync(ThrowingSupplier)}.
   *
   * @param <X> what the call may throw
   * @param call the code to run
   * @throws X if the call does
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended, before the call was done
   * @throws BrokenResourceException if it has failed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void runSync(ThrowingRunnable<X> call)
      throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    this.<@Nullable Void, X>callSync(call.asSupplier());
  }

  /**
   * As {@link #runSync(ThrowingRunnable)}, waiting for at most {@code timeout}; see {@link
   * #callSync(ThrowingSupplier, Duration)}.
   *
   * @param <X> what the call may throw
   * @param call the code to run
   * @param timeout zero or more; ignored on the loop itself, where there is no wait
   * @throws X if the call does
   * @throws TimeoutException if the time was over first
   * @throws IllegalStateException if the service was not started
   * @throws ClosedResourceException if it was stopped, or has ended, before the call was done
   * @throws BrokenResourceException if it has failed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public <X extends Exception> void runSync(ThrowingRunnable<X> call, Duration timeout)
      throws X, InterruptedException, TimeoutException {
    Objects.requireNonNull(call, "call");
    this.<@Nullable Void, X>callSync(call.asSupplier(), timeout);
  }

  private <T extends @Nullable Object> Task<T> fork(Callable<? extends T> call) {
    if (scope().isClosed()) {
      throw refusal(scope().reason().orElse("?"));
    }
    TaskGroup open = taskGroup();
    try {
      return open.forkUnsupervised("call-" + calls.incrementAndGet(), call);
    } catch (IllegalStateException thrown) {
      if (!open.hasEnded()) {
        throw thrown;
      }
      RuntimeException refusal = refusal(scope().reason().orElse("it has ended"));
      refusal.addSuppressed(thrown);
      throw refusal;
    }
  }

  private RuntimeException refusal(String why) {
    Throwable failed = failure().orElse(null);
    return failed == null
        ? new ClosedResourceException("service '" + name() + "' takes no calls: " + why)
        : new BrokenResourceException(
            "service '" + name() + "' failed: " + ForeignThrowable.inMessage(failed), failed);
  }

  /** Returns the result of a call that has ended, or throws its exception unchanged. */
  @SuppressWarnings("unchecked") // the call throws X, InterruptedException or unchecked
  private <T extends @Nullable Object, X extends Exception> T resultOf(Task<T> task)
      throws X, InterruptedException {
    try {
      return task.resultNow();
    } catch (TaskFailedException e) {
      Throwable original = Objects.requireNonNull(e.getCause());
      try {
        Exhaustion.point("LoopService.callSync: place");
        CallerTrace.suppressOn(original, "called on service '" + name() + "'", e);
      } catch (OutOfMemoryError full) {
        // throw the call's own exception, without the place
      }
      throw (X) original;
    } catch (TaskCancelledException e) {
      RuntimeException refusal = refusal(e.reason());
      refusal.addSuppressed(e);
      throw refusal;
    }
  }
}
