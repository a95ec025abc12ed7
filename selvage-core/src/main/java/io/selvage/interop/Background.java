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
 * Runs work that code without a group starts: callbacks, event handlers, other frameworks. Starting
 * never blocks; the work belongs to this object and ends with it.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="background"}
 *
 * <p>Each piece of work is a task with a virtual thread of its own and may do all that tasks do:
 * wait, open groups, run a {@link io.selvage.Loop}.
 *
 * <p><b>Cancellation.</b> To cancel the future of a piece of work, or to complete it from outside,
 * cancels that piece; it cleans up on its own time, and {@link #close()} waits for that. Cancelling
 * whoever started it does nothing to it.
 *
 * <p><b>Failure.</b> What a piece of work throws completes its future, the object itself, and
 * touches nobody else.
 *
 * <p><b>Threads.</b> Any thread may call anything.
 */
public final class Background implements AutoCloseable {
  /*
   * Protocol. A thread of its own opens the group, says so (opened) and waits for its end.
   *
   *   opened   null ──the group is there, or there will be none──▶ true. Before that its thread writes group, or failure.
   *   refusal  null ──finish / close──▶ why, once. Then the thread leaves the body of the group, which ends with its tasks.
   *   ended    the group has ended, and everything with it.
   *
   * Who starts looks at refusal, then forks: one that gets past the first look while the group ends is refused by the
   * group, one that forks before is waited for.
   */
  private final String name;
  private final Runnable cancelling; // made beforehand, as closing must come to its end
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

  /** {@return an open one, named {@code background}} */
  public static Background open() {
    return open("background");
  }

  /**
   * {@return an open one}
   *
   * @param name the first half of the names of its tasks and their threads; not empty
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
      // from outside: the group has cancelled and joined its tasks
    } catch (Throwable thrown) {
      failed(thrown);
      if (group != null) {
        throw thrown; // nobody else is told
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
   * @return its future, which ends as {@link Futures#toFuture} says
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
   * @return its future, which ends as {@link Futures#toFuture} says
   * @throws ClosedResourceException if this is closed
   */
  public CompletableFuture<@Nullable Void> launch(ThrowingRunnable<? extends Exception> body) {
    Objects.requireNonNull(body, "body");
    Callable<@Nullable Void> work =
        () -> {
          body.run();
          return null;
        };
    return fork(work);
  }

  /**
   * Starts a piece of work with a name, and returns at once.
   *
   * @param <T> the type of the result
   * @param taskName the second half of the name of the task and its thread; not empty
   * @param body the work
   * @return its future, which ends as {@link Futures#toFuture} says
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
    } catch (IllegalStateException groupHasEnded) {
      ClosedResourceException refused = refused();
      refused.addSuppressed(groupHasEnded);
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
   * Takes no more work, and waits for the end of what runs; {@link #close()} afterwards does
   * nothing.
   *
   * <p><b>Cancellation</b> of the caller withdraws this wait only: the work goes on, and no more is
   * taken.
   *
   * @throws IllegalStateException if it is called by work of its own, which would wait for itself
   * @throws CancelledException if the calling thread is cancelled, also on entry: then more work is
   *     taken still
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public void finish() throws InterruptedException {
    refuseOwn("finish");
    ThreadRecord.current().begin("Background.finish");
    refusal.complete("it is finished");
    var unused = ended.await("Background.finish", this, WaitNode.NEVER);
  }

  /**
   * Takes no more work, cancels what runs, and waits until all of it has cleaned up. Neither
   * cancellation nor an interrupt ends this wait. A second call waits as well.
   *
   * @throws IllegalStateException if it is called by work of its own, which would wait for itself
   */
  @Override
  public void close() {
    refuseOwn("close");
    refusal.complete("it is closed");
    Exhaustion.insist(cancelling);
    var unused = ended.awaitUncancellably("Background.close", this);
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

  /** {@return whether no more work is taken} */
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
