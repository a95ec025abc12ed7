package io.selvage.kernel;

import java.util.concurrent.ThreadFactory;

/**
 * The library's own threads: daemons that keep nothing of the thread that happened to need them
 * first.
 */
final class Daemons {
  private Daemons() {}

  /** {@return what makes threads of this name} */
  static ThreadFactory named(String name) {
    return withoutLoader(builder().name(name).factory());
  }

  /** {@return what makes threads of this name and a number} */
  static ThreadFactory factory(String prefix) {
    return withoutLoader(builder().name(prefix, 0).factory());
  }

  private static ThreadFactory withoutLoader(ThreadFactory plain) {
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
