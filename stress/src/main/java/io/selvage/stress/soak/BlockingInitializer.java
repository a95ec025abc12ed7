package io.selvage.stress.soak;

/**
 * A class whose initializer waits. A virtual thread that initializes a class cannot leave its
 * carrier, so the carrier waits, too.
 */
final class BlockingInitializer {
  static {
    BlockedCarriers.awaitRelease();
  }

  private BlockingInitializer() {}
}
