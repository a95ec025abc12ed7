package io.selvage.kernel;

/**
 * Why a region is cancelled. The layer above decides which exception reports a cause, so the kernel
 * knows no exception type of the public API.
 *
 * <p>It is a class because it is also the outcome of a withdrawn wait: a cheap type check
 * distinguishes it from the value that a wait was resumed with.
 */
public abstract class CancelCause {
  /** For subclasses. */
  protected CancelCause() {}

  /** {@return the text given by the first caller of cancel} */
  public abstract String reason();

  /**
   * Called when a wait has been withdrawn because of this cause, before its thread is woken. Runs
   * on the cancelling thread. Must not fail.
   *
   * @param operation the name of the operation that waited
   * @param awaited the object that the thread waited for
   */
  protected void withdrew(String operation, Object awaited) {}

  /** {@return a fresh exception with the stack of the calling thread} */
  public abstract InterruptedException toException();
}
