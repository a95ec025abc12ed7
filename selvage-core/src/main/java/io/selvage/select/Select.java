package io.selvage.select;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.select.Selection;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Waits until one of several operations is possible, and performs exactly one of them.
 *
 * {@snippet class="io.selvage.select.SelectSnippets" region="first"}
 *
 * <p>The operations of all other clauses have not happened: no item is taken, no permit is held, no
 * place in a queue is kept. If the channel of a clause has ended, the clause counts as possible,
 * and the select throws what the operation would throw; {@code onReceiveOrEnd} makes a result of
 * the end.
 *
 * <p>A select takes no thread, task or timer for its clauses.
 *
 * <p><b>Threads.</b> Any thread may select. Two selects may meet each other on a channel, in any
 * combination of clauses; a select does not meet itself.
 *
 * <p><b>Cancellation.</b> A select that throws an {@link InterruptedException} itself has performed
 * none of its operations. A cancellation that comes when one has just been performed is reported by
 * the next operation.
 */
public final class Select {
  private Select() {}

  /**
   * Performs the first operation that is possible, in the order of the clauses; waits until one is.
   *
   * @param <T> the type of the result
   * @param <X> what the bodies may throw
   * @param clauses the operations; each clause is used once
   * @return the result of the clause that was performed
   * @throws X if the body of that clause does
   * @throws RuntimeException what the operation throws if its structure has ended, such as {@code
   *     EndOfStreamException} or {@code ClosedResourceException}
   * @throws InterruptedException if the calling thread is cancelled, also on entry ({@code
   *     CancelledException}), or was interrupted from outside
   * @throws IllegalArgumentException if there is no clause, or if all are switched off
   * @throws IllegalStateException if a clause was used before
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read, as objects
  public static <T extends @Nullable Object, X extends Exception> T first(
      Clause<? extends T, ? extends X>... clauses) throws X, InterruptedException {
    return Bodies.<T, X>finish(Selection.select(Objects.requireNonNull(clauses, "clauses"), false));
  }

  /**
   * As {@link #first(Clause...)}, for clauses that were collected.
   *
   * @param <T> the type of the result
   * @param <X> what the bodies may throw
   * @param clauses the operations; each clause is used once
   * @return the result of the clause that was performed
   * @throws X if the body of that clause does
   * @throws InterruptedException if the calling thread is cancelled, also on entry, or was
   *     interrupted from outside
   * @throws IllegalArgumentException if there is no clause, or if all are switched off
   * @throws IllegalStateException if a clause was used before
   */
  public static <T extends @Nullable Object, X extends Exception> T firstOf(
      Collection<? extends Clause<? extends T, ? extends X>> clauses)
      throws X, InterruptedException {
    return Bodies.<T, X>finish(
        Selection.select(Objects.requireNonNull(clauses, "clauses").toArray(), false));
  }

  /**
   * Performs one operation that is possible; waits until one is. If several are possible, each has
   * its chance: the clauses are tried in a circle that begins at a clause which is drawn.
   *
   * @param <T> the type of the result
   * @param <X> what the bodies may throw
   * @param clauses the operations; each clause is used once
   * @return the result of the clause that was performed
   * @throws X if the body of that clause does
   * @throws InterruptedException if the calling thread is cancelled, also on entry, or was
   *     interrupted from outside
   * @throws IllegalArgumentException if there is no clause, or if all are switched off
   * @throws IllegalStateException if a clause was used before
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read, as objects
  public static <T extends @Nullable Object, X extends Exception> T fair(
      Clause<? extends T, ? extends X>... clauses) throws X, InterruptedException {
    return Bodies.<T, X>finish(Selection.select(Objects.requireNonNull(clauses, "clauses"), true));
  }

  /**
   * As {@link #fair(Clause...)}, for clauses that were collected.
   *
   * @param <T> the type of the result
   * @param <X> what the bodies may throw
   * @param clauses the operations; each clause is used once
   * @return the result of the clause that was performed
   * @throws X if the body of that clause does
   * @throws InterruptedException if the calling thread is cancelled, also on entry, or was
   *     interrupted from outside
   * @throws IllegalArgumentException if there is no clause, or if all are switched off
   * @throws IllegalStateException if a clause was used before
   */
  public static <T extends @Nullable Object, X extends Exception> T fairOf(
      Collection<? extends Clause<? extends T, ? extends X>> clauses)
      throws X, InterruptedException {
    return Bodies.<T, X>finish(
        Selection.select(Objects.requireNonNull(clauses, "clauses").toArray(), true));
  }

  /**
   * {@return a clause that is switched on by a condition; the select ignores it if it is off}
   *
   * @param <R> the type of the result
   * @param <X> what its body may throw
   * @param condition whether it is on
   * @param clause the clause
   */
  public static <R extends @Nullable Object, X extends Exception> Clause<R, X> when(
      boolean condition, Clause<R, X> clause) {
    if (!condition) {
      Bodies.choice(clause, "clause").switchOff();
    } else {
      var unused = Bodies.choice(clause, "clause");
    }
    return clause;
  }

  /**
   * {@return the end of a time, as an operation; the time begins when this method is called}
   *
   * @param time zero or more
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public static Trigger after(Duration time) {
    long nanos = Durations.nanos(time, "time");
    return new TimeChoice(ThreadRecord.current().scheduler().now() + nanos, time);
  }

  /** {@return an operation that is performed at once if no other one is possible now} */
  public static Trigger otherwise() {
    return new Otherwise();
  }
}
