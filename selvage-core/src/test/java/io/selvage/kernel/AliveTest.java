package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AliveTest {

  @Test
  void aServiceIsAliveFromItsStartToItsEnd() throws Exception {
    for (boolean platform : List.of(true, false)) {
      CountDownLatch end = new CountDownLatch(1);
      Threads.start("alive", platform, () -> awaitEnd(end));
      assertThat(Alive.services()).extracting(Thread::getName).contains("alive");
      end.countDown();
      awaitCondition(
          "it has ended",
          () -> Alive.services().stream().noneMatch(thread -> thread.getName().equals("alive")),
          Duration.ofSeconds(10));
    }
  }

  private static void awaitEnd(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void timersAreCounted() {
    int before = Alive.timers();
    Timer timer = Machine.real().callAt(Machine.real().now() + TimeUnit.DAYS.toNanos(1), () -> {});
    assertThat(Alive.timers()).isEqualTo(before + 1);
    timer.cancel();
    assertThat(Alive.timers()).isEqualTo(before);
  }

  @Test
  void itsOwnThreadsAreKnown() throws Exception {
    Thread daemon = Daemons.start("selvage-something", () -> {});
    daemon.join();
    assertThat(Alive.isDaemon(daemon)).isTrue();
    assertThat(Alive.isDaemon(Thread.ofPlatform().daemon().name("selvage-x").unstarted(() -> {})))
        .isFalse();
    assertThat(Alive.isDaemon(Thread.currentThread())).isFalse();
  }
}
