package io.selvage.select;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingFunction;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.select.Choice;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is done with the value of a clause, in one form: from the value to the result. */
final class Bodies {
  private Bodies() {}

  static ThrowingFunction<Object, @Nullable Object, Exception> withoutResult(
      ThrowingConsumer<?, ?> body) {
    Objects.requireNonNull(body, "body");
    @SuppressWarnings("unchecked") // called with a value of its clause
    ThrowingConsumer<Object, Exception> any = (ThrowingConsumer<Object, Exception>) body;
    return value -> {
      any.accept(value);
      return null;
    };
  }

  static ThrowingFunction<Object, @Nullable Object, Exception> withoutValue(
      ThrowingSupplier<?, ?> body) {
    Objects.requireNonNull(body, "body");
    return value -> body.get();
  }

  static ThrowingFunction<Object, @Nullable Object, Exception> withoutBoth(
      ThrowingRunnable<?> body) {
    Objects.requireNonNull(body, "body");
    return value -> {
      body.run();
      return null;
    };
  }

  @SuppressWarnings("unchecked") // from now on its result is that of the body
  static <R extends @Nullable Object, X extends Exception> Clause<R, X> add(
      Clause<?, ?> operation, ThrowingFunction<?, ?, ?> body) {
    Choice choice = choice(operation, "this");
    if (choice.handler() != null) {
      throw new IllegalStateException("the clause has a body already: " + operation);
    }
    choice.handleWith(Objects.requireNonNull(body, "body"));
    return (Clause<R, X>) operation;
  }

  static Choice choice(Clause<?, ?> clause, String name) {
    if (Objects.requireNonNull(clause, name) instanceof Choice choice) {
      return choice;
    }
    throw new IllegalArgumentException(
        name
            + " must come from a method of this library such as onReceive, was "
            + clause.getClass().getName());
  }

  /** Runs the body of the choice that was performed; without one, the result is the value. */
  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"}) // as the clause says
  static <R extends @Nullable Object, X extends Exception> R finish(Choice done)
      throws X, InterruptedException {
    Object value = resultOf(done);
    ThrowingFunction<Object, R, X> body = (ThrowingFunction<Object, R, X>) done.handler();
    return body == null ? (R) value : body.apply(value);
  }

  /** If the structure has ended because the caller is being cancelled, reports that instead. */
  private static @Nullable Object resultOf(Choice done) throws InterruptedException {
    try {
      return done.result();
    } catch (RuntimeException ended) {
      if (done.reportsAnEnd()) {
        ThreadRecord.current().preferOwnCancellation();
      }
      throw ended;
    }
  }
}
