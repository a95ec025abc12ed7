package io.selvage;

import org.jspecify.annotations.Nullable;

/** How a task ended. */
sealed interface TaskResult {
  /** It returned. */
  record Success(@Nullable Object value) implements TaskResult {}

  /** It threw. */
  record Failure(Throwable thrown) implements TaskResult {}

  /** It was cancelled, and ended because of that or never began. */
  record Cancelled(String reason) implements TaskResult {}
}
