package io.selvage.kernel;

/**
 * Why a region is cancelled. The layer above decides what a cause looks like when it is thrown, so
 * the kernel knows no exception type of the public API.
 */
public interface CancelCause {

  /** {@return the text given by whoever cancelled} */
  String reason();

  /** {@return a fresh exception with the stack of the calling thread} */
  InterruptedException toException();
}
