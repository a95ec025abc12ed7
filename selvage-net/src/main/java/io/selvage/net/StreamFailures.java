package io.selvage.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.ThreadRecord;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Decides what an operation of a stream throws. */
final class StreamFailures {
  private StreamFailures() {}

  /**
   * Throws or returns the cancellation of the thread if it is being cancelled, the close if the
   * stream was closed, otherwise the failure itself.
   *
   * @param end the close, or null if the stream is open
   */
  static RuntimeException choose(
      ThreadRecord self, Exception failure, @Nullable ClosedResourceException end)
      throws IOException, InterruptedException {
    if (end != null || failure instanceof IOException) {
      self.preferOwnCancellation();
    }
    if (end != null) {
      return end;
    }
    if (failure instanceof IOException ofConnection) {
      throw ofConnection;
    }
    return (RuntimeException) failure;
  }
}
