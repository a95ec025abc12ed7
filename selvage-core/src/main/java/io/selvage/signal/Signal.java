package io.selvage.signal;

import io.selvage.kernel.support.Arguments;

/**
 * A signal of the operating system.
 *
 * @param name the name without "SIG", for example {@code "HUP"}
 * @param number the number on this system; on another one the same name may have another number
 */
public record Signal(String name, int number) {
  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if the name is empty
   */
  public Signal {
    var unused = Arguments.name(name, "name");
  }
}
