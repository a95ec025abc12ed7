package io.selvage.select;

import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.select.Choice;
import org.jspecify.annotations.Nullable;

/** What a select does if nothing else is possible. */
final class Otherwise extends Choice implements Trigger {

  @Override
  public @Nullable SpinLock lock() {
    return null;
  }

  @Override
  protected boolean isOtherwise() {
    return true;
  }

  @Override
  protected boolean tryNow() {
    return false;
  }

  @Override
  protected boolean join() {
    return true;
  }

  @Override
  protected void leave() {}

  @Override
  public @Nullable Object result() {
    return null;
  }

  @Override
  public String toString() {
    return "otherwise";
  }
}
