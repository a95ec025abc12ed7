package io.selvage.service;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.GroupOptions;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.CurrentRecord;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Handover;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Handles the messages of a {@link Mailbox} in the order of their arrival, on the thread that runs
 * it.
 *
 * <p>A <em>serialized</em> actor handles one message at a time, so its handler needs no locks:
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="actor"}
 *
 * <p>A <em>concurrent</em> actor runs each handler as a task. It begins the next message when the
 * handler of the previous message has released its {@link Baton} or has ended. So the first part of
 * each handler, up to the release, is serialized: all of it happens before the handler of the next
 * message begins.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="concurrentActor"}
 *
 * <p>The code after the release runs in parallel with later handlers, so it must be thread-safe.
 * This does not hold if {@link #run} is called inside of a loop or of a group limited to one
 * running task: there handlers switch only at operations of the library.
 *
 * <p><b>Context.</b> A message is handled in the context of its sender if the {@linkplain Mailbox
 * mailbox} carries it. The context of the thread that runs the actor is not captured. But a
 * serialized actor calls its handler on that thread, and a scoped value cannot be unbound: if it is
 * bound there and not at the sender, the handler sees the binding of that thread.
 *
 * <p><b>Threads.</b> Any thread may submit and close; one thread at a time may run it.
 *
 * @param <T> the type of the messages, which are never null
 */
public final class Actor<T> implements AutoCloseable {
  /*
   * Protocol. running: false ─run─▶ true ─end of run─▶ false; a thread that loses the CAS gets an exception.
   *
   * Concurrent: the runner forks one task at a time, which takes a message and handles it, and waits for its baton. The
   * task itself takes the message, so a cancellation either finds a message that is being handled or leaves it in the
   * mailbox. A task that finds the end of the mailbox instead, or that fails (even before it begins), sets over before its end releases the baton, so
   * the runner begins no further message. The end of the mailbox, even after a failure, is no failure of the task, because a failure would cancel the
   * handlers that are still running.
   *
   * The group of the tasks captures no context, because that would be the context of the runner. What the runner carries is passed on in Run, so that
   * what a handler opens carries the same as with a serialized actor.
   */

  /**
   * Handles one message of a concurrent actor.
   *
   * @param <T> the type of the messages
   */
  @FunctionalInterface
  public interface ConcurrentHandler<T> {
    /**
     * Handles a message, as a task of its own.
     *
     * @param message the message
     * @param baton released by the handler when the next message may begin
     * @throws Exception if it fails: then the other handlers are cancelled
     */
    void handle(T message, Baton baton) throws Exception;
  }

  private final Mailbox<T> mailbox;
  private final ConcurrentHandler<? super T> handler;
  private final @Nullable GroupOptions options; // null if serialized
  private final AtomicBoolean running = new AtomicBoolean();

  private Actor(
      Mailbox<T> mailbox, ConcurrentHandler<? super T> handler, @Nullable GroupOptions options) {
    this.mailbox = Objects.requireNonNull(mailbox, "mailbox");
    this.handler = handler;
    this.options = options;
  }

  /** One run of a concurrent actor. */
  private static final class Run {
    final @Nullable Handover carried = CurrentRecord.handover(); // into what handlers open
    volatile boolean over;
    volatile @Nullable BrokenResourceException broken; // written before over
  }

  // ---- making one

  /**
   * {@return a serialized actor with a mailbox of its own}
   *
   * @param <T> the type of the messages
   * @param handler called with one message at a time
   */
  public static <T> Actor<T> of(ThrowingConsumer<? super T, ? extends Exception> handler) {
    return of(new Mailbox<>(), handler);
  }

  /**
   * {@return a serialized actor}
   *
   * @param <T> the type of the messages
   * @param mailbox the source of its messages
   * @param handler called with one message at a time
   */
  public static <T> Actor<T> of(
      Mailbox<T> mailbox, ThrowingConsumer<? super T, ? extends Exception> handler) {
    Objects.requireNonNull(handler, "handler");
    return new Actor<>(mailbox, (message, baton) -> handler.accept(message), null);
  }

  /**
   * {@return a concurrent actor with a mailbox of its own}
   *
   * @param <T> the type of the messages
   * @param handler called with each message and its baton, as a task
   */
  public static <T> Actor<T> concurrent(ConcurrentHandler<? super T> handler) {
    return concurrent(new Mailbox<>(), TaskGroup.options().withName("actor"), handler);
  }

  /**
   * {@return a concurrent actor}
   *
   * @param <T> the type of the messages
   * @param mailbox the source of its messages
   * @param options of the group that its handlers run in
   * @param handler called with each message and its baton, as a task
   */
  public static <T> Actor<T> concurrent(
      Mailbox<T> mailbox, GroupOptions options, ConcurrentHandler<? super T> handler) {
    Objects.requireNonNull(options, "options");
    return new Actor<>(mailbox, Objects.requireNonNull(handler, "handler"), options);
  }

  // ---- messages: any thread, never waits

  /**
   * Adds a message to the mailbox.
   *
   * @param message not null
   * @return true if it was accepted, false if it was dropped because the mailbox is closed
   * @throws ClosedResourceException if the mailbox is closed and late messages throw
   */
  public boolean submit(T message) {
    return mailbox.submit(message);
  }

  /** Closes the mailbox: {@link #run} ends when all messages in it have been handled. */
  @Override
  public void close() {
    mailbox.close();
  }

  /** {@return the mailbox} */
  public Mailbox<T> mailbox() {
    return mailbox;
  }

  // ---- handling

  /**
   * Calls the handler directly with one message on the calling thread, without the mailbox, even
   * while other messages are being handled.
   *
   * @param message not null
   * @throws Exception if the handler does
   */
  public void handle(T message) throws Exception {
    handler.handle(Objects.requireNonNull(message, "message"), new Baton());
  }

  /**
   * Handles messages until the mailbox was closed and all of them have been handled.
   *
   * <p><b>Failure.</b> An exception of the handler of a serialized actor is thrown here unchanged.
   * If a handler of a concurrent actor throws, the other handlers are cancelled and joined, and the
   * exception becomes the cause of a {@link TaskFailedException}. In both cases the remaining
   * messages stay in the mailbox, which stays open; this method may be called again.
   *
   * <p><b>Cancellation.</b> The running handlers are cancelled. A message that no handler has begun
   * is not lost.
   *
   * @throws BrokenResourceException if the mailbox was failed, when all messages have been handled
   * @throws TaskFailedException if a handler of a concurrent actor failed
   * @throws IllegalStateException if it is running already
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws Exception if the handler of a serialized actor does
   */
  public void run() throws Exception {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException("this actor is running already; run it once at a time");
    }
    try {
      if (options == null) {
        mailbox.forEach(message -> handler.handle(message, new Baton()));
      } else {
        runConcurrently(options);
      }
    } finally {
      running.set(false);
    }
  }

  private void runConcurrently(GroupOptions groupOptions) throws InterruptedException {
    Run run = new Run();
    PlainGroup.run(
        groupOptions,
        group -> {
          while (!run.over) {
            Baton baton = new Baton();
            Task<?> task = group.launch(() -> handleNext(run, baton));
            task.onEnd(() -> end(run, task, baton));
            baton.awaitReleased();
          }
        });
    BrokenResourceException broken = run.broken;
    if (broken != null) {
      throw broken;
    }
  }

  private void handleNext(Run run, Baton baton) throws Exception {
    ThreadRecord.current().setHandover(run.carried);
    T taken = nextOrNull(run);
    if (taken != null) {
      Letters.handle(taken, message -> handler.handle(message, baton));
    }
  }

  /** The task of a handler has ended, or will never begin. */
  private static void end(Run run, Task<?> task, Baton baton) {
    if (task.state() != Task.State.SUCCEEDED) {
      run.over = true;
    }
    baton.releaseAtEnd();
  }

  /**
   * Takes a message; if there will never be one again, records that in {@code run} and returns
   * null.
   */
  private @Nullable T nextOrNull(Run run) throws InterruptedException {
    T received = receivedOrNull(run);
    while (received != null && !mailbox.passes(received)) {
      received = receivedOrNull(run);
    }
    return received;
  }

  private @Nullable T receivedOrNull(Run run) throws InterruptedException {
    try {
      return mailbox.receive();
    } catch (EndOfStreamException e) {
      run.over = true;
    } catch (BrokenResourceException e) {
      run.broken = e;
      run.over = true;
    }
    return null;
  }

  @Override
  public String toString() {
    return "Actor[" + (options == null ? "serialized" : "concurrent") + ", " + mailbox + "]";
  }
}
