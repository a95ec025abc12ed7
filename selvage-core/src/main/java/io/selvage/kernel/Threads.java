package io.selvage.kernel;

/** Starts the threads that are no tasks: those of services. */
public final class Threads {
  private Threads() {}

  /**
   * Starts a daemon thread.
   *
   * @param name its name
   * @param platform whether it is a platform thread; otherwise it is a virtual one
   * @param body what it runs
   */
  public static Thread start(String name, boolean platform, Runnable body) {
    Thread.Builder builder = platform ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    return builder.name(name).start(body);
  }
}
