package io.selvage.kernel.select;

import io.selvage.kernel.Completion;
import io.selvage.kernel.jvm.SpinLock;

/** The wait for a {@link Completion} as a choice. */
public abstract class CompletionChoice extends Choice {
  private final Completion<?> completion;

  /** Creates it. */
  protected CompletionChoice(Completion<?> completion) {
    this.completion = completion;
  }

  @Override
  public final SpinLock lock() {
    return completion.queue().lock();
  }

  @Override
  protected final boolean tryNow() {
    return completion.isDone();
  }

  /** The value may have been set since, without the lock: see the protocol of Completion. */
  @Override
  protected final boolean join() {
    if (completion.isDone()) {
      return false;
    }
    completion.queue().add(this);
    return true;
  }

  @Override
  protected final void leave() {
    completion.queue().remove(this);
  }
}
