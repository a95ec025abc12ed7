package io.selvage.net.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.Machine;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A real thread at whose fault points the heap is full, as in a simulation. */
public final class ThreadWithoutMemory {
  private ThreadWithoutMemory() {}

  /**
   * Runs an action on such a thread.
   *
   * @param place the fault point
   * @param times how often it fails; counted down
   */
  public static void run(
      String place, AtomicInteger times, ThrowingRunnable<? extends Exception> action)
      throws Exception {
    Machine machine =
        proxy(
            Machine.class,
            Machine.real(),
            "fails",
            arguments -> arguments[1].equals(place) && takeOne(times));
    Scheduler scheduler =
        proxy(Scheduler.class, Scheduler.parallel(), "machine", arguments -> machine);
    AtomicReference<ThreadRecord> record = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  ThreadRecord self = record.get();
                  self.begin();
                  try {
                    action.run();
                  } catch (Throwable e) {
                    failure.set(e);
                  } finally {
                    self.end();
                  }
                });
    record.set(ThreadRecord.forThread(thread, scheduler, failure::set));
    Step.count(1);
    try {
      thread.start();
      thread.join();
    } finally {
      Step.count(-1);
    }
    assertThat(failure.get()).isNull();
  }

  private static boolean takeOne(AtomicInteger times) {
    return times.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
  }

  /** What answers one method. */
  private interface Answer {
    Object to(Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, T real, String method, Answer answer) {
    InvocationHandler handler =
        (proxy, called, arguments) -> {
          if (called.getName().equals(method)) {
            return answer.to(arguments);
          }
          try {
            return called.invoke(real, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
