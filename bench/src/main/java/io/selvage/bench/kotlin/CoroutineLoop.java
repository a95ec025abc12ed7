package io.selvage.bench.kotlin;

import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;

/**
 * A coroutine that repeats one suspending step: the state machine that Kotlin's compiler makes of a
 * loop that calls a suspending function.
 */
public abstract class CoroutineLoop extends ContinuationImpl {
  private static final Object SUSPENDED = IntrinsicsKt.getCOROUTINE_SUSPENDED();

  private boolean suspended;

  /**
   * Creates it.
   *
   * @param completion continues behind it
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  protected CoroutineLoop(Continuation<?> completion) {
    super((Continuation) completion);
  }

  /** {@return the result, or that it is suspended} */
  public final Object start() {
    return invokeSuspend(Unit.INSTANCE);
  }

  /** {@return whether there is another step} */
  protected abstract boolean more();

  /** {@return what the suspending function of the next step returns} */
  protected abstract Object step();

  /**
   * The step has ended.
   *
   * @param result of the step
   */
  protected void ended(Object result) {}

  /** All steps have ended. */
  protected void end() {}

  @Override
  protected final Object invokeSuspend(Object result) {
    ResultKt.throwOnFailure(result);
    if (suspended) {
      suspended = false;
      ended(result);
    }
    while (more()) {
      suspended = true; // before the call: another thread may resume this one before it returns
      Object outcome = step();
      if (outcome == SUSPENDED) {
        return SUSPENDED;
      }
      suspended = false;
      ended(outcome);
    }
    end();
    return Unit.INSTANCE;
  }
}
