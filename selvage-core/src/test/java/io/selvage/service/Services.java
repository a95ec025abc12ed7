package io.selvage.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads;
import io.selvage.Threads.Kind;
import java.util.concurrent.CountDownLatch;

/** Services on both kinds of threads, and the bodies that many tests give them. */
final class Services {
  private Services() {}

  static ThreadService service(Kind kind, String name, ThreadService.Body body) {
    return kind == Kind.VIRTUAL
        ? ThreadService.virtual(name, body)
        : ThreadService.platform(name, body);
  }

  static LoopService loop(Kind kind, String name, LoopService.Body body) {
    return kind == Kind.VIRTUAL
        ? LoopService.virtual(name, body)
        : LoopService.platform(name, body);
  }

  static LoopService loop(Kind kind, String name) {
    return kind == Kind.VIRTUAL ? LoopService.virtual(name) : LoopService.platform(name);
  }

  /** A loop without a body that takes calls already. */
  static LoopService serving(Kind kind) throws Exception {
    return loop(kind, "loop").start().awaitStarted(Threads.PATIENCE);
  }

  static void stopAndJoin(Service service) throws Exception {
    service.stop();
    assertThat(service.awaitStopped(Threads.PATIENCE)).isTrue();
  }

  /** A body that is ready, and ends when its service is stopped. */
  static void untilStopped(Service self) throws InterruptedException {
    self.started();
    self.scope().await();
  }

  /** A body that is ready, and waits for the latch as foreign code does. */
  static ThreadService.Body untilOpen(CountDownLatch latch) {
    return self -> {
      self.started();
      latch.await();
    };
  }

  /** A body that is ready, and does not look at its scope: only a cancellation ends it. */
  static void untilCancelled(Service self) throws InterruptedException {
    self.started();
    new CloseSignal().await();
  }
}
