package io.selvage.kernel.jvm;

/**
 * The handlers of signals: those of the process, or those of a simulation. A handler is an object
 * of the source, which the caller only keeps and compares.
 */
public interface SignalSource {

  /**
   * {@return the number of a signal, or -1 if there is none of this name}
   *
   * @param name without "SIG", as "HUP"
   * @throws UnsupportedOperationException if signals cannot be received in this process
   */
  int number(String name);

  /** {@return a new handler, which runs {@code action} for each signal; it must not throw} */
  Object handler(Runnable action);

  /**
   * Sets the handler of a signal.
   *
   * @return the handler before
   * @throws IllegalArgumentException if this signal cannot be handled
   * @throws IllegalStateException if it cannot be handled because of an option of the JVM
   */
  Object handle(String name, Object handler);

  /** Calls a handler of this source as if the signal had arrived. Does nothing for a native one. */
  void call(Object handler, String name);

  /** Sends the signal to this process. */
  void raise(String name);
}
