package io.selvage.service;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The two kinds of threads that tests run on. */
enum Kind {
  VIRTUAL,
  PLATFORM;

  /** Runs something on a thread of this kind that is no task. */
  <T> Running<T> run(Callable<T> body) {
    FutureTask<T> future = new FutureTask<>(body);
    Thread.Builder builder = this == VIRTUAL ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    return new Running<>(builder.name("test-" + this).start(future), future);
  }

  ThreadService service(String name, ThreadService.Body body) {
    return this == VIRTUAL ? ThreadService.virtual(name, body) : ThreadService.platform(name, body);
  }

  LoopService loop(String name, LoopService.Body body) {
    return this == VIRTUAL ? LoopService.virtual(name, body) : LoopService.platform(name, body);
  }

  LoopService loop(String name) {
    return this == VIRTUAL ? LoopService.virtual(name) : LoopService.platform(name);
  }

  record Running<T>(Thread thread, FutureTask<T> future) {
    /** Waits for the end; throws what the body threw. */
    T join() throws Exception {
      try {
        return future.get(20, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        if (e.getCause() instanceof Exception exception) {
          throw exception;
        }
        throw e;
      }
    }
  }

  /** Waits for something that cannot be waited for otherwise. */
  @SuppressWarnings("ThreadPriorityCheck") // most often it is a matter of microseconds
  static void eventually(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 12_000; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      if (i < 2_000) {
        Thread.yield();
      } else {
        Thread.sleep(1);
      }
    }
    throw new AssertionError("condition did not come true within 10 s");
  }
}
