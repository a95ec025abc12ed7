package io.selvage.interop;

import io.selvage.kernel.Completion;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.ForeignThrowable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The end of something that is no task: a stage, or a call on another thread. */
sealed interface Arrival<T extends @Nullable Object> {

  /**
   * The maximum number of wrapping exceptions that are removed; this limit also ends cycles of
   * causes.
   */
  int MOST_WRAPPERS = 1_000;

  /** It ended with a value. */
  record Value<T extends @Nullable Object>(T value) implements Arrival<T> {}

  /** It failed, or was cancelled. */
  record Failure<T extends @Nullable Object>(Throwable thrown) implements Arrival<T> {}

  /** {@return how a stage ended, from the two values that it passes to its callback} */
  static <T extends @Nullable Object> Arrival<T> of(T value, @Nullable Throwable thrown) {
    return thrown == null ? new Value<>(value) : new Failure<>(unwrapped(thrown));
  }

  /** {@return the end of a stage that has failed, without wrapping exceptions} */
  static <T extends @Nullable Object> Arrival<T> failed(Throwable thrown) {
    return new Failure<>(unwrapped(thrown));
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable inner = thrown;
    for (int depth = 0; inner instanceof CompletionException && depth < MOST_WRAPPERS; depth++) {
      Throwable cause = ForeignThrowable.causeOf(inner);
      if (cause == null) {
        break;
      }
      inner = cause;
    }
    return inner;
  }

  /** {@return whether it was cancelled} */
  default boolean isCancellation() {
    return this instanceof Failure<T>(Throwable thrown) && thrown instanceof CancellationException;
  }

  /** {@return the value}; or throws the failure. */
  default T valueOrThrow(Class<? extends Exception> declared) throws InterruptedException {
    return switch (this) {
      case Value<T>(T value) -> value;
      case Failure<T>(Throwable thrown) -> throw failure(thrown, declared);
    };
  }

  private static RuntimeException failure(Throwable thrown, Class<? extends Exception> declared)
      throws InterruptedException {
    if (thrown instanceof CancellationException) {
      ThreadRecord.current().preferOwnCancellation();
      CancellationException told =
          new CancellationException("what is waited for was cancelled, not the one who waits");
      told.initCause(thrown);
      throw told;
    }
    if (isThrownAsItIs(thrown, declared)) {
      Throws.nameCaller(thrown, "awaited");
      throw Throws.asDeclared(thrown);
    }
    throw new CompletionException(thrown);
  }

  /**
   * An InterruptedException is not thrown unchanged, because it would look as if the caller were
   * interrupted.
   */
  private static boolean isThrownAsItIs(Throwable thrown, Class<? extends Exception> declared) {
    return switch (thrown) {
      case InterruptedException e -> false;
      case RuntimeException e -> true;
      case Error e -> true;
      default -> declared.isInstance(thrown);
    };
  }

  /**
   * Waits for the end of a stage: the callback of the stage, and the object on which its waiters
   * wait. Waking them allocates nothing, so they are woken even if the heap is full.
   */
  class Callback<T extends @Nullable Object> implements BiConsumer<T, @Nullable Throwable> {
    private final Completion<Callback<T>> ended = new Completion<>();

    // written once, published by ended
    private @Nullable T value;
    private @Nullable Throwable thrown;

    /** Whether this was registered with the stage; the waiting thread only. */
    boolean isAwaited;

    @Override
    public void accept(T newValue, @Nullable Throwable newThrown) {
      if (!ended.isDone()) {
        value = newValue;
        thrown = newThrown;
        ended.complete(this);
      }
    }

    /** {@return whether the stage has called back} */
    boolean isDone() {
      return ended.isDone();
    }

    /** {@return how the stage has ended, or null if it has not called back yet} */
    @Nullable Arrival<T> poll() {
      return isDone() ? arrival() : null;
    }

    /** Waits until the stage has called back. */
    Arrival<T> await(String operation, Object stage) throws InterruptedException {
      var unused = ended.await(operation, stage, WaitNode.NEVER);
      return arrival();
    }

    @SuppressWarnings("NullAway") // without an exception the value is a T
    private Arrival<T> arrival() {
      return Arrival.of(value, thrown);
    }
  }
}
