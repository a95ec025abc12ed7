package io.selvage.stress.soak;

/** A failure that is part of the test. */
final class Planted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Planted() {
    super("planted", null, false, false);
  }
}
