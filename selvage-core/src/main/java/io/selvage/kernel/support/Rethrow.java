package io.selvage.kernel.support;

/**
 * Throws the exception that a body has thrown: one that it declares, an InterruptedException or an
 * unchecked one.
 */
public final class Rethrow {
  private Rethrow() {}

  public static void asDeclared(Throwable thrown) {
    Rethrow.<RuntimeException>unchecked(thrown);
  }

  @SuppressWarnings("unchecked") // the type is erased, so the compiler does not check the exception
  private static <E extends Throwable> void unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
