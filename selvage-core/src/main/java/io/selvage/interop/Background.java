package io.selvage.interop;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Arguments;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs work that is started by code without a group: callbacks, event handlers, other frameworks.
 * Starting never blocks. The work belongs to this object and ends with it.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="background"}
 *
 * <p>Each piece of work is a task with a virtual thread of its own and may do everything that a
 * task may do: wait, open groups, run a {@link io.selvage.Loop}.
 *
 * <p><b>Cancellation.</b> If the future of a piece of work is cancelled, or completed from outside,
 * that piece is cancelled. It cleans up on its own thread, and {@link #close()} waits for that. A
 * cancellation of the thread that has started it does not affect it.
 *
 * <p><b>Failure.</b> An exception of a piece of work completes its future, with the same object,
 * and affects no other work.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public final class Background implements AutoCloseable {
  /*
   * Protocol. A separate thread opens the group, completes opened and waits for the end of the group.
   *
   *   opened   null ──the group is there, or there will be none──▶ true. Before that its thread writes group, or failure.
   *   refusal  null ──finish / close──▶ why, once. Then the thread leaves the body of the group, which ends with its tasks.
   *   ended    the group has ended, and all work with it.
   *
   * A thread that starts work reads refusal, then forks. If the group ends between the two, the group refuses the fork. If the fork comes first, the
   * group waits for the task.
   */
  private final String name;
  private final Runnable cancelling; // created early, because closing must not fail
  private final Completion<Boolean> opened = new Completion<>();
  private volatile @Nullable TaskGroup group;
  private volatile @Nullable Throwable failure;
  private final Completion<String> refusal = new Completion<>();
  private final Completion<Boolean> ended = new Completion<>();
  private final AtomicLong started = new AtomicLong();

  private Background(String name) {
    this.name = name;
    String reason = "background '" + name + "' is closed";
    this.cancelling = () -> group().cancel(reason);
  }

  /** {@return an open background, named {@code background}} */
  public static Background open() {
    return open("background");
  }

  /**
   * {@return an open background}
   *
   * @param name the first part of the names of its tasks and their threads; not empty
   * @throws IllegalArgumentException if the name is empty
   * @throws OutOfMemoryError if there is no memory for it, or no thread
   */
  public static Background open(String name) {
    Background background = new Background(Arguments.name(name, "name"));
    Threads.start(name, false, background::run, background::failed);
    background.awaitOpen();
    return background;
  }

  private void awaitOpen() {
    try {
      var unused = opened.awaitUncancellably("Background.open", this);
    } catch (Throwable noMemory) {
      refusal.complete("it could not be opened"); // so its thread ends
      throw noMemory;
    }
    Throwable why = failure;
    if (group == null && why != null) {
      throw Throws.asDeclared(why);
    }
  }

  private void run() {
    try {
      Exhaustion.point("Background.open: group");
      TaskGroup.options().withName(name).run(this::serve);
    } catch (InterruptedException e) {
      // an interrupt from outside: the group has cancelled and joined its tasks
    } catch (Throwable thrown) {
      failed(thrown);
      if (group != null) {
        throw thrown; // no other code receives it
      }
    } finally {
      over();
    }
  }

  /** Its thread could not open the group, or the group could not end as usual. */
  private void failed(Throwable thrown) {
    failure = thrown;
    over();
  }

  private void over() {
    refusal.complete("its thread was interrupted");
    ended.complete(true);
    opened.complete(true);
  }

  private void serve(TaskGroup opening) throws InterruptedException {
    group = opening;
    opened.complete(true);
    var unused = refusal.await("Background", this, WaitNode.NEVER);
  }

  /**
   * Starts a piece of work, and returns at once.
   *
   * @param <T> the type of the result
   * @param body the work
   * @return its future, which ends as {@link Futures#toFuture} describes
   * @throws ClosedResourceException if this is closed
   */
  public <T extends @Nullable Object> CompletableFuture<T> fork(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return fork("work-" + started.incrementAndGet(), body);
  }

  /**
   * Starts a piece of work without a result, and returns at once.
   *
   * @param body the work
   * @return its future, which ends as {@link Futures#toFuture} describes
   * @throws ClosedResourceException if this is closed
   */
  public CompletableFuture<@Nullable Void> launch(ThrowingRunnable<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    return fork(body.asSupplier()::get);
  }

  /**
   * Starts a piece of work with a name, and returns at once.
   *
   * @param <T> the type of the result
   * @param taskName the second part of the name of the task and its thread; not empty
   * @param body the work
   * @return its future, which ends as {@link Futures#toFuture} describes
   * @throws ClosedResourceException if this is closed
   */
  public <T extends @Nullable Object> CompletableFuture<T> fork(
      String taskName, Callable<? extends T> body) {
    Arguments.name(taskName, "taskName");
    Objects.requireNonNull(body, "body");
    if (refusal.isDone()) {
      throw refused();
    }
    Task<T> task;
    try {
      task = group().forkUnsupervised(taskName, body);
    } catch (IllegalStateException thrown) {
      if (!group().hasEnded()) {
        throw thrown;
      }
      ClosedResourceException refused = refused();
      refused.addSuppressed(thrown);
      throw refused;
    }
    return Futures.futureOf(task);
  }

  private ClosedResourceException refused() {
    return new ClosedResourceException(
        "background '" + name + "' takes no work: " + refusal.poll());
  }

  private TaskGroup group() {
    return Objects.requireNonNull(group);
  }

  /**
   * Accepts no more work, and waits until the running work has ended; {@link #close()} afterwards
   * does nothing.
   *
   * <p><b>Cancellation</b> of the caller withdraws only this wait: the work continues, and no more
   * work is accepted.
   *
   * @throws IllegalStateException if it is called by its own work, which would wait for itself
   * @throws CancelledException if the calling thread is cancelled, also on entry: then more work is
   *     still accepted
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void finish() throws InterruptedException {
    refuseOwn("finish");
    ThreadRecord.current().begin("Background.finish");
    refusal.complete("it is finished");
    var unused = ended.await("Background.finish", this, WaitNode.NEVER);
  }

  /**
   * Accepts no more work, cancels the running work, and waits until all of it has cleaned up.
   * Neither cancellation nor an interrupt ends this wait. A second call waits, too.
   *
   * @throws IllegalStateException if it is called by its own work, which would wait for itself
   */
  @Override
  public void close() {
    refuseOwn("close");
    refusal.complete("it is closed");
    Exhaustion.insist(cancelling);
    var unused = ended.awaitInAnyCase("Background.close", this);
  }

  private void refuseOwn(String operation) {
    for (Region at = ThreadRecord.current().region(); at != null; at = at.parent()) {
      if (at.group() == group()) {
        throw new IllegalStateException(
            operation
                + " of background '"
                + name
                + "' called by its own work, on '"
                + Threads.nameOf(Thread.currentThread())
                + "', which it would wait for; call it from outside");
      }
    }
  }

  /** {@return whether no more work is accepted} */
  public boolean isClosed() {
    return refusal.isDone();
  }

  /**
   * {@return how many pieces of work have been started and have not ended; see {@link
   * TaskGroup#running}}
   */
  public long running() {
    return group().running();
  }

  @Override
  public String toString() {
    return "Background["
        + name
        + ", "
        + running()
        + " running"
        + (isClosed() ? ", closed" : "")
        + "]";
  }
}
