package io.selvage.kernel.support;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What is carried along when one thread hands over work to another one. Where nothing is carried,
 * there is no such object, and the work is handed over as it is.
 */
public interface Handover {

  /**
   * Captures what the calling thread has now. Calls foreign code, which may throw; so it is called
   * before the work is admitted.
   */
  Captured capture();

  /** What was captured: the context of the work. Any thread may use it, any number of times. */
  interface Captured {
    /** Runs a body in this context, on the calling thread; nothing is left of it afterwards. */
    <T extends @Nullable Object> T call(Callable<? extends T> body) throws Exception;
  }

  /** {@return what the calling thread has now, or null if nothing is carried} */
  static @Nullable Captured captureBy(@Nullable Handover handover) {
    return handover == null ? null : handover.capture();
  }

  /**
   * {@return work that runs in the context of the calling thread; {@code work} itself if nothing is
   * carried, or if it has a context already}
   *
   * @param handover what is carried, or null
   */
  static <T extends @Nullable Object> Callable<? extends T> carry(
      @Nullable Handover handover, Callable<? extends T> work) {
    return handover == null || work instanceof Carried<?>
        ? work
        : new Carried<>(handover.capture(), work);
  }

  /** {@return the class of the work, without its context} */
  static Class<?> kindOf(Callable<?> work) {
    return work instanceof Carried<?> carried ? carried.work.getClass() : work.getClass();
  }

  /** Work and its context. */
  record Carried<T extends @Nullable Object>(Captured context, Callable<? extends T> work)
      implements Callable<T> {
    @Override
    public T call() throws Exception {
      return context.<T>call(work);
    }
  }
}
