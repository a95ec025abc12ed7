package io.selvage.kernel;

import java.util.concurrent.ThreadFactory;

/**
 * The library's own threads: daemons that keep nothing of the thread that happened to need them
 * first.
 */
final class Daemons {
  private Daemons() {}

  static Thread start(String name, Runnable work) {
    Thread thread = builder().name(name).unstarted(work);
    thread.setContextClassLoader(null);
    thread.start();
    return thread;
  }

  static ThreadFactory factory(String prefix) {
    ThreadFactory plain = builder().name(prefix, 0).factory();
    return work -> {
      Thread thread = plain.newThread(work);
      thread.setContextClassLoader(null);
      return thread;
    };
  }

  static boolean isOne(Thread thread) {
    return thread.isDaemon()
        && thread.getContextClassLoader() == null
        && thread.getName().startsWith("selvage-");
  }

  private static Thread.Builder.OfPlatform builder() {
    return Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false);
  }
}
