package io.selvage.sync;

import io.selvage.kernel.Permits;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import io.selvage.select.Selectable;

/**
 * The acquire of a lock or a semaphore as a clause of a select.
 *
 * @param <G> what is held afterwards; it is created before, because nothing can fail after the
 *     acquire
 */
class AcquireChoice<G> extends Choice implements Selectable<G> {
  private final Permits permits;
  private final Object owner;
  private final G held;

  AcquireChoice(Permits permits, Object owner, G held) {
    this.permits = permits;
    this.owner = owner;
    this.held = held;
  }

  @Override
  public SpinLock lock() {
    return permits.lock();
  }

  @Override
  protected boolean tryNow() {
    return permits.tryAcquire();
  }

  @Override
  protected boolean join() {
    return permits.joinOrAcquire(this);
  }

  @Override
  protected void leave() {
    permits.leave(this);
  }

  @Override
  public Object result() {
    return held;
  }

  @Override
  public String toString() {
    return "acquire " + owner;
  }
}
