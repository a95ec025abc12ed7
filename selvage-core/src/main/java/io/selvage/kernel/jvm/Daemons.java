package io.selvage.kernel.jvm;

import java.util.concurrent.ThreadFactory;

/**
 * The library's own threads. They are daemons and inherit nothing from the thread that creates
 * them.
 */
public final class Daemons {
  private Daemons() {}

  /** {@return a factory of threads with this name} */
  public static ThreadFactory named(String name) {
    return withoutLoader(builder().name(name).factory());
  }

  /** {@return a factory of threads with this name and a number} */
  public static ThreadFactory factory(String prefix) {
    return withoutLoader(builder().name(prefix, 0).factory());
  }

  /** Starts a thread with this name. */
  public static void start(String name, Runnable work) {
    named(name).newThread(work).start();
  }

  private static ThreadFactory withoutLoader(ThreadFactory plain) {
    return work -> {
      Thread thread = plain.newThread(work);
      thread.setContextClassLoader(null);
      return thread;
    };
  }

  public static boolean isOne(Thread thread) {
    return thread.isDaemon()
        && thread.getContextClassLoader() == null
        && thread.getName().startsWith("selvage-");
  }

  private static Thread.Builder.OfPlatform builder() {
    return Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false);
  }
}
