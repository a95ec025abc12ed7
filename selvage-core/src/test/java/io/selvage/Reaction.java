package io.selvage;

/** What a program does with an {@link InterruptedException} that it has caught. */
enum Reaction {
  PASSES_ON,
  /** As every book teaches, if it must not return. */
  RESTORES_AND_THROWS,
  /** As every book teaches. */
  RESTORES_AND_RETURNS;

  boolean restores() {
    return this != PASSES_ON;
  }

  void to(InterruptedException caught) throws InterruptedException {
    if (restores()) {
      Thread.currentThread().interrupt();
    }
    if (this != RESTORES_AND_RETURNS) {
      throw caught;
    }
  }
}
