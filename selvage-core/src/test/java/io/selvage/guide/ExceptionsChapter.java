package io.selvage.guide;

import io.selvage.CancelledException;
import io.selvage.Selvage;
import io.selvage.TaskCancelledException;
import io.selvage.TaskFailedException;
import io.selvage.function.ThrowingSupplier;

/** The code of docs/guide/exceptions.md; GuideTest compares it. */
final class ExceptionsChapter {
  private ExceptionsChapter() {}

  // @start region="order"
  static String sorted(ThrowingSupplier<String, RuntimeException> work)
      throws InterruptedException {
    try {
      return work.get();
    } catch (CancelledException e) {
      throw e; // this thread is cancelled: let it pass
    } catch (TaskCancelledException e) {
      return "cancelled: " + e.reason(); // the other task is cancelled, this thread is not
    } catch (TaskFailedException e) {
      return "failed: " + e.getCause().getMessage();
    }
  }

  // @end

  // @start region="runnable"
  static Runnable asRunnable(Iterable<String> names) {
    return () -> {
      try {
        for (String name : names) {
          Selvage.checkpoint();
          System.getLogger("names").log(System.Logger.Level.DEBUG, name);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // for the foreign code that called run
      }
    };
  }
  // @end
}
