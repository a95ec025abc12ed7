package io.selvage.kernel.support;

/**
 * Throws what a body has thrown: what it declares, an InterruptedException or something unchecked.
 */
public final class Rethrow {
  private Rethrow() {}

  public static void asDeclared(Throwable thrown) {
    Rethrow.<RuntimeException>unchecked(thrown);
  }

  @SuppressWarnings("unchecked") // erased: the compiler does not see what is thrown
  private static <E extends Throwable> void unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
