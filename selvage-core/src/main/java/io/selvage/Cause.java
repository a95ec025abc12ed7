package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.CancelCause;

/** Why a scope is cancelled: fixed by the first who cancels it. */
record Cause(Source source, String reason) implements CancelCause {

  @Override
  public InterruptedException toException() {
    return new CancelledException(source, reason);
  }
}
