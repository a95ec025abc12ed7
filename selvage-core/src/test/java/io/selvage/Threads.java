package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.ThreadRecord;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Runs bodies on threads of both kinds and waits for things, always within a bounded time. */
public final class Threads {
  /** How long anything may take before a test gives up; far more than it ever needs. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Longer than any test waits: a wait with this timeout must be ended by something else. */
  public static final Duration LONG = Duration.ofHours(1);

  private Threads() {}

  /** The two kinds of threads, for {@code @EnumSource}. */
  public enum Kind {
    VIRTUAL,
    PLATFORM;

    public Thread unstarted(Runnable work) {
      String name = "test-" + this;
      return this == VIRTUAL
          ? Thread.ofVirtual().name(name).unstarted(work)
          : Thread.ofPlatform().daemon().name(name).unstarted(work);
    }

    /** Starts {@code body} on a new thread of this kind. */
    public <T> Running<T> start(Callable<T> body) {
      Running<T> running = new Running<>(this, body);
      running.thread.start();
      return running;
    }

    public Running<Void> run(ThrowingRunnable<Exception> body) {
      return start(
          () -> {
            body.run();
            return null;
          });
    }

    /** Runs {@code body} on a new thread of this kind and returns what it returns. */
    public <T> T call(Callable<T> body) throws Exception {
      return start(body).get();
    }

    /** Runs {@code body} on a new thread of this kind, to its end. */
    public void complete(ThrowingRunnable<Exception> body) throws Exception {
      run(body).get();
    }

    /** The options for a group whose tasks run on threads of this kind. */
    public GroupOptions options() {
      return this == VIRTUAL ? TaskGroup.options() : TaskGroup.options().withPlatformThreads();
    }
  }

  /** A body that runs on a thread of its own, and what became of it. */
  public static final class Running<T> {
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private T value;
    private Throwable failure;
    private boolean flagLeft;
    private boolean leftInside;
    private boolean flagAllowed;

    private Running(Kind kind, Callable<T> body) {
      thread = kind.unstarted(() -> work(body));
    }

    private void work(Callable<T> body) {
      try {
        value = body.call();
      } catch (Throwable t) {
        failure = t;
      }
      flagLeft = Thread.currentThread().isInterrupted();
      ThreadRecord record = ThreadRecord.current();
      leftInside = record.task() == null && record.region() != record.root();
      ended.countDown();
    }

    public Thread thread() {
      return thread;
    }

    public boolean isDone() {
      return ended.getCount() == 0;
    }

    /** The body may end with the interrupt flag set. */
    public Running<T> allowFlag() {
      flagAllowed = true;
      return this;
    }

    /** What the body returned, after checking that its thread left nothing behind. */
    public T get() throws Exception {
      join();
      switch (failure) {
        case null -> {}
        case Exception e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(failure);
      }
      return value;
    }

    /** What the body threw, after checking that its thread left nothing behind; null if nothing. */
    public Throwable failure() {
      join();
      return failure;
    }

    /** Whether the body ended with the interrupt flag set. */
    public boolean flagLeft() {
      flagAllowed = true;
      join();
      return flagLeft;
    }

    private void join() {
      if (!awaitUninterrupted(ended)) {
        AssertionError hang = new AssertionError("hangs: " + thread + " " + thread.getState());
        hang.setStackTrace(thread.getStackTrace());
        throw hang;
      }
      assertThat(leftInside).as("%s ended inside of a scope", thread).isFalse();
      if (!flagAllowed) {
        assertThat(flagLeft).as("%s ended with the interrupt flag set", thread).isFalse();
      }
    }
  }

  /** Waits until {@code condition} holds. */
  public static void awaitCondition(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(50_000);
    }
  }

  /**
   * For loops that wait for another thread: a virtual thread that spins keeps the other ones off
   * the processor, for ever if there is only one.
   */
  @SuppressWarnings("ThreadPriorityCheck")
  public static void letOthersRun() {
    Thread.yield();
  }

  /** Waits until {@code thread} is blocked in a park, a wait or a sleep. */
  public static void awaitBlocked(Thread thread) {
    awaitCondition(
        thread + " blocks",
        () ->
            switch (thread.getState()) {
              case WAITING, TIMED_WAITING -> true;
              default -> false;
            });
  }

  /** Waits for the latch, whatever happens to the calling thread; its interrupt flag is kept. */
  public static void await(CountDownLatch latch) {
    if (!awaitUninterrupted(latch)) {
      throw new AssertionError("latch was never opened");
    }
  }

  private static boolean awaitUninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (true) {
        try {
          return latch.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Blocks in foreign code until it is interrupted. */
  public static void blockInForeignCode() throws InterruptedException {
    new CountDownLatch(1).await();
  }
}
