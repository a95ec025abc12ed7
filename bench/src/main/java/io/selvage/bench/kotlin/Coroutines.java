package io.selvage.bench.kotlin;

import java.util.function.Function;
import java.util.function.Supplier;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineScopeKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Deferred;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.Job;

/** The builders of Kotlin's coroutines, as Java calls them. */
public final class Coroutines {
  private Coroutines() {}

  /** A suspending function. */
  @FunctionalInterface
  public interface Suspending {
    /**
     * Calls it.
     *
     * @param done continues when it has ended, if it suspends
     * @return its result, or that it is suspended
     */
    Object call(Continuation<Object> done);
  }

  /** What a coroutine does that starts others. */
  @FunctionalInterface
  public interface Opened {
    /**
     * Starts the others.
     *
     * @param scope they are its children
     */
    void with(CoroutineScope scope);
  }

  /**
   * {@code runBlocking(Dispatchers.Default) { ... }}: starts children, and waits for them.
   *
   * @param body starts them
   * @throws InterruptedException if it is interrupted
   */
  public static void run(Opened body) throws InterruptedException {
    run(Dispatchers.getDefault(), body);
  }

  /**
   * {@code runBlocking(context) { ... }}: starts children, and waits for them.
   *
   * @param context of the children
   * @param body starts them
   * @throws InterruptedException if it is interrupted
   */
  public static void run(CoroutineContext context, Opened body) throws InterruptedException {
    Object unused =
        BuildersKt.<Unit>runBlocking(
            context,
            (scope, done) -> {
              body.with(scope);
              return Unit.INSTANCE;
            });
  }

  /**
   * {@code runBlocking(Dispatchers.Default) { repeat(times) { ... } }}.
   *
   * @param times how often
   * @param step what is repeated
   * @throws InterruptedException if it is interrupted
   */
  public static void repeat(int times, Suspending step) throws InterruptedException {
    repeat(times, step, () -> {});
  }

  /**
   * {@code runBlocking(Dispatchers.Default) { repeat(times) { ... } }} of two parts.
   *
   * @param times how often
   * @param step what is repeated
   * @param after runs behind each step
   * @throws InterruptedException if it is interrupted
   */
  public static void repeat(int times, Suspending step, Runnable after)
      throws InterruptedException {
    Object unused =
        BuildersKt.<Object>runBlocking(
            Dispatchers.getDefault(),
            (scope, done) -> new Repeat(times, step, after, done).start());
  }

  /**
   * {@code coroutineScope { ... }}: starts children, and waits for them.
   *
   * @param body starts them
   * @param done continues when they have ended
   * @return its result, or that it is suspended
   */
  public static Object scope(Opened body, Continuation<Object> done) {
    return CoroutineScopeKt.<Object>coroutineScope(
        (scope, end) -> {
          body.with(scope);
          return Unit.INSTANCE;
        },
        done);
  }

  /**
   * {@code launch { ... }}.
   *
   * @param scope the coroutine is its child
   * @param body runs in the coroutine
   */
  public static void launch(CoroutineScope scope, Suspending body) {
    Job unused = launch(scope, EmptyCoroutineContext.INSTANCE, body);
  }

  /**
   * {@code launch(context) { ... }}.
   *
   * @param scope the coroutine is its child
   * @param context of the coroutine
   * @param body runs in the coroutine
   * @return the coroutine
   */
  public static Job launch(CoroutineScope scope, CoroutineContext context, Suspending body) {
    return BuildersKt.launch(
        scope, context, CoroutineStart.DEFAULT, (inner, done) -> body.call(asObject(done)));
  }

  /**
   * {@code launch { repeat(times) { ... } }}.
   *
   * @param scope the coroutine is its child
   * @param times how often
   * @param step what is repeated
   */
  public static void launch(CoroutineScope scope, int times, Suspending step) {
    launch(scope, done -> new Repeat(times, step, () -> {}, done).start());
  }

  /**
   * {@code launch { ... }} of a loop.
   *
   * @param scope the coroutine is its child
   * @param loop makes the loop
   */
  public static void launchLoop(
      CoroutineScope scope, Function<Continuation<Object>, CoroutineLoop> loop) {
    launch(scope, done -> loop.apply(done).start());
  }

  /**
   * {@code async { ... }} of a body that does not suspend.
   *
   * @param <T> the type of the result
   * @param scope the coroutine is its child
   * @param body runs in the coroutine
   * @return the coroutine
   */
  public static <T> Deferred<T> async(CoroutineScope scope, Supplier<T> body) {
    return BuildersKt.async(
        scope,
        EmptyCoroutineContext.INSTANCE,
        CoroutineStart.DEFAULT,
        (inner, done) -> (Object) body.get());
  }

  /**
   * {@return the same}
   *
   * @param continuation of any type: Kotlin ignores the type of a result
   */
  @SuppressWarnings("unchecked")
  public static Continuation<Object> asObject(Continuation<?> continuation) {
    return (Continuation<Object>) continuation;
  }

  private static final class Repeat extends CoroutineLoop {
    private final Suspending step;
    private final Runnable after;
    private int left;

    Repeat(int times, Suspending step, Runnable after, Continuation<?> completion) {
      super(completion);
      this.step = step;
      this.after = after;
      this.left = times;
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      left--;
      return step.call(this);
    }

    @Override
    protected void ended(Object result) {
      after.run();
    }
  }
}
