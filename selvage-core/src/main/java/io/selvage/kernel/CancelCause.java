package io.selvage.kernel;

/**
 * Why a region is cancelled. The layer above decides what a cause looks like when it is thrown, so
 * the kernel knows no exception type of the public API.
 *
 * <p>A class, as it is also the outcome of a wait that was withdrawn: what a wait was resumed with
 * is told from it at no cost.
 */
public abstract class CancelCause {
  /** For subclasses. */
  protected CancelCause() {}

  /** {@return the text given by the first caller of cancel} */
  public abstract String reason();

  /**
   * A wait has been withdrawn because of this; its thread has not been woken yet. On the thread
   * that cancels. Must not fail.
   *
   * @param operation what the thread was in
   * @param awaited what it waited for
   */
  protected void withdrew(String operation, Object awaited) {}

  /** {@return a fresh exception with the stack of the calling thread} */
  public abstract InterruptedException toException();
}
