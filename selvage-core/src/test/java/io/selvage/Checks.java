package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.function.ThrowingRunnable;

/** What many tests look at behind an operation. */
public final class Checks {
  private Checks() {}

  /** The interrupt flag of the calling thread. */
  public static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  /** The scope was cancelled, and has caught its cancellation. */
  public static void assertCancelled(CancelScope scope) {
    assertThat(scope.isCancelled()).isTrue();
    assertThat(scope.cancelledCaught()).isTrue();
  }

  /** Runs {@code body}, and returns the failure of the task with which it fails. */
  public static TaskFailedException taskFailureOf(ThrowingRunnable<?> body) {
    return catchThrowableOfType(TaskFailedException.class, body::run);
  }
}
