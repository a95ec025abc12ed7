package io.selvage.runtime;

/** How this process ends; replaced in tests. */
interface ProcessEnd {
  /** Ends the process after its shutdown hooks have run. */
  void exit(int status);

  /** Ends the process at once. */
  void halt(int status);

  /** {@return whether the process is ending already: then {@link #exit} would wait for ever} */
  boolean isEnding();

  /** {@return the end of the real process} */
  static ProcessEnd real() {
    return new ProcessEnd() {
      @Override
      public void exit(int status) {
        Runtime.getRuntime().exit(status);
      }

      @Override
      public void halt(int status) {
        Runtime.getRuntime().halt(status);
      }

      @Override
      public boolean isEnding() {
        Thread probe = new Thread(() -> {});
        try {
          Runtime.getRuntime().addShutdownHook(probe);
          return !Runtime.getRuntime().removeShutdownHook(probe);
        } catch (IllegalStateException ending) {
          return true;
        }
      }
    };
  }
}
