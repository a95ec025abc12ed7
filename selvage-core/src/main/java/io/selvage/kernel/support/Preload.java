package io.selvage.kernel.support;

import java.lang.invoke.MethodHandles;

/**
 * Loads and initializes classes before they are needed: the end of a task, a scope or a call may
 * have too little stack or memory left for that, and a class that could not be initialized can
 * never be used.
 */
public final class Preload {
  private Preload() {}

  /** Initializes classes that {@code lookup} can access. */
  public static void classes(MethodHandles.Lookup lookup, Class<?>... classes) {
    try {
      for (Class<?> each : classes) {
        var unused = lookup.ensureInitialized(each);
      }
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
