package io.selvage.interop;

import io.selvage.kernel.Completion;
import io.selvage.kernel.ForeignThrowable;
import io.selvage.kernel.ThreadRecord;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** How something ended that is no task: a stage, or a call on another thread. */
sealed interface Arrival<T extends @Nullable Object> {

  /** So many wrappers are taken off; also ends circles of causes. */
  int MOST_WRAPPERS = 1_000;

  /** It ended with a value. */
  record Value<T extends @Nullable Object>(T value) implements Arrival<T> {}

  /** It failed, or was cancelled. */
  record Failure<T extends @Nullable Object>(Throwable thrown) implements Arrival<T> {}

  /** {@return how a stage ended, of the two values that it tells} */
  static <T extends @Nullable Object> Arrival<T> of(T value, @Nullable Throwable thrown) {
    return thrown == null ? new Value<>(value) : new Failure<>(unwrapped(thrown));
  }

  /** {@return the end of a stage that failed so, out of its wrappers} */
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

  /** {@return the value of what has ended}; or throws what it failed with. */
  default T valueOrThrow(Class<? extends Exception> declared) throws InterruptedException {
    return switch (this) {
      case Value<T>(T value) -> value;
      case Failure<T>(Throwable thrown) -> throw failure(thrown, declared);
    };
  }

  private static RuntimeException failure(Throwable thrown, Class<? extends Exception> declared)
      throws InterruptedException {
    if (thrown instanceof CancellationException) {
      ThreadRecord.current().checkpointBeforeBadNews();
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

  /** An InterruptedException would look as if the caller were interrupted. */
  private static boolean isThrownAsItIs(Throwable thrown, Class<? extends Exception> declared) {
    return switch (thrown) {
      case InterruptedException e -> false;
      case RuntimeException e -> true;
      case Error e -> true;
      default -> declared.isInstance(thrown);
    };
  }

  /** Waits for the end of a stage: what it calls back, and where its waiter looks. */
  final class Callback<T extends @Nullable Object> implements BiConsumer<T, @Nullable Throwable> {
    private final Completion<Arrival<T>> arrived = new Completion<>();

    /** The stage has been asked to call this; the waiter only. */
    boolean isAwaited;

    @Override
    public void accept(T value, @Nullable Throwable thrown) {
      arrived.complete(Arrival.of(value, thrown));
    }

    Completion<Arrival<T>> arrived() {
      return arrived;
    }
  }
}
