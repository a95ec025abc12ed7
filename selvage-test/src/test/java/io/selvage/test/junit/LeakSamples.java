package io.selvage.test.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.EnteredScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.service.ThreadService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Tests that leave something behind, or do not, for {@link LeakExtensionTest}. */
final class LeakSamples {
  /** Ends everything that a sample has left behind. */
  static final List<AutoCloseable> UNDO = new ArrayList<>();

  private LeakSamples() {}

  private static void leakThread(String name) {
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .daemon()
            .start(
                () -> {
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    // it ends
                  }
                });
    UNDO.add(
        () -> {
          end.countDown();
          thread.join();
        });
    awaitWaiting(thread);
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  private static ThreadService startService(boolean platform) throws InterruptedException {
    BlockingQueue<Thread> started = new LinkedBlockingQueue<>();
    ThreadService.Body body =
        self -> {
          started.add(Thread.currentThread());
          Selvage.sleep(Duration.ofDays(1));
        };
    ThreadService service =
        platform ? ThreadService.platform("heart", body) : ThreadService.virtual("heart", body);
    service.start();
    UNDO.add(
        () -> {
          service.stop("undone", Duration.ZERO);
          service.awaitStopped();
        });
    awaitWaiting(started.take());
    return service;
  }

  // ---- nothing is left

  @NoLeaks
  static class LeavesNothing {
    @Test
    void tasks() throws Exception {
      TaskGroup.run(group -> group.launch(() -> Selvage.sleep(Duration.ofMillis(1))));
    }

    @Test
    void tasksOnPlatformThreads() throws Exception {
      TaskGroup.options()
          .withPlatformThreads()
          .run(group -> group.launch(() -> Selvage.sleep(Duration.ofMillis(1))));
    }

    @Test
    void deadlines() throws Exception {
      CancelScope.moveOnAfter(Duration.ofMillis(1)).run(() -> Selvage.sleep(Duration.ofDays(1)));
    }

    @Test
    void services() throws Exception {
      ThreadService service = startService(true);
      service.stop("done", Duration.ZERO);
      service.awaitStopped();
    }

    @Test
    void interrupts() throws Exception {
      // wakes threads of the library that serve the whole process
      CancelScope.moveOnAfter(Duration.ofMillis(1)).run(() -> Thread.sleep(60_000));
    }

    @Test
    void theCommonPool() {
      CompletableFuture.runAsync(() -> {}).join();
    }

    @Test
    void aThreadThatIsJustEnding() {
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  Thread.sleep(10);
                } catch (InterruptedException e) {
                  // it ends
                }
              });
    }

    @SimulationTest(seeds = 3, platformThreads = true)
    void aSimulation() throws Exception {
      TaskGroup.run(group -> group.launch(() -> Selvage.sleep(Duration.ofDays(1))));
    }
  }

  @NoLeaks
  static class HasEarlierThreads {
    @BeforeAll
    static void start() throws InterruptedException {
      leakThread("earlier");
      startService(false);
    }

    @Test
    void leavesNothing() {}

    @AfterAll
    static void end() throws Exception {
      for (AutoCloseable undo : UNDO) {
        undo.close();
      }
    }
  }

  @NoLeaks
  static class EndsItAfterwards {
    private EnteredScope scope;

    @BeforeEach
    void enter() {
      scope = CancelScope.moveOnAfter(Duration.ofDays(1)).enter();
    }

    @Test
    void test() {}

    @AfterEach
    void leave() {
      scope.close();
    }
  }

  // ---- something is

  @NoLeaks
  static class LeavesAThread {
    @Test
    void test() {
      leakThread("worker 7");
    }
  }

  @NoLeaks
  static class LeavesAPlatformService {
    @Test
    void test() throws InterruptedException {
      startService(true);
    }
  }

  @NoLeaks
  static class LeavesAVirtualService {
    @Test
    void test() throws InterruptedException {
      startService(false);
    }
  }

  @NoLeaks
  static class LeavesAVirtualThread {
    @Test
    void test() throws InterruptedException {
      CountDownLatch inside = new CountDownLatch(1);
      leakVirtual(
          "inside",
          () ->
              CancelScope.moveOnAfter(Duration.ofDays(1))
                  .run(
                      () -> {
                        inside.countDown();
                        Thread.sleep(60_000);
                      }));
      inside.await();
    }
  }

  @NoLeaks
  static class LeavesAWait {
    @Test
    void test() throws InterruptedException {
      Thread thread = leakVirtual("waits", () -> Selvage.sleep(Duration.ofDays(1)));
      awaitWaiting(thread);
    }
  }

  private static Thread leakVirtual(String name, ThrowingRunnable<? extends Exception> body) {
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .start(
                () -> {
                  try {
                    body.run();
                  } catch (Exception e) {
                    // it ends
                  }
                });
    UNDO.add(
        () -> {
          thread.interrupt();
          thread.join();
        });
    return thread;
  }

  @NoLeaks
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class LeavesAScope {
    @Test
    @Order(1)
    void leaves() {
      var unused = CancelScope.moveOnAfter(Duration.ofDays(1)).enter();
    }

    @Test
    @Order(2)
    void isNotInIt() throws InterruptedException {
      Selvage.checkpoint();
    }
  }

  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  static class LeavesTheFlag {
    @Test
    @Order(1)
    @NoLeaks
    void leaves() {
      Thread.currentThread().interrupt();
    }

    @Test
    @Order(2)
    void doesNotSeeIt() {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    @Order(3)
    void isNotLookedAfter() {
      Thread.currentThread().interrupt();
    }

    @Test
    @Order(4)
    @NoLeaks
    void isNotBlamed() {}
  }

  @NoLeaks
  static class FailsAndLeaves {
    @Test
    void test() {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("test");
    }
  }

  @NoLeaks
  static class Outer {
    @Nested
    class Inner {
      @Test
      void leaves() {
        Thread.currentThread().interrupt();
      }
    }
  }

  static class Inherits extends LeavesAThread {}

  // ---- ignored

  @NoLeaks(ignoredThreads = "worker \\d")
  static class IgnoresSome {
    @Test
    void leavesThoseOnly() {
      leakThread("worker 1");
    }

    @Test
    @NoLeaks(ignoredThreads = {"x", "helper.*"})
    void ignoresMore() {
      leakThread("worker 2");
      leakThread("helpers");
    }

    @Test
    void leavesAnother() {
      leakThread("worker 3");
      leakThread("worker 31");
    }
  }

  static class IgnoresNonsense {
    @Test
    @NoLeaks(ignoredThreads = "worker (")
    void test() {}
  }

  // ---- beside others

  static class BesideOthers {
    static final AtomicInteger RUNNING = new AtomicInteger();

    @Test
    void other1() throws InterruptedException {
      run(false);
    }

    @Test
    void other2() throws InterruptedException {
      run(false);
    }

    @Test
    @NoLeaks
    void looked1() throws InterruptedException {
      run(true);
    }

    @Test
    @NoLeaks
    void looked2() throws InterruptedException {
      run(true);
    }

    private static void run(boolean alone) throws InterruptedException {
      int beside = RUNNING.getAndIncrement();
      try {
        Thread.sleep(10);
        if (alone) {
          assertThat(beside).isZero();
          assertThat(RUNNING).hasValue(1);
        }
      } finally {
        RUNNING.decrementAndGet();
      }
    }
  }
}
