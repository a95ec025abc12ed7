package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AliveTest {

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
    Thread daemon = Daemons.named("selvage-something").newThread(() -> {});
    daemon.join();
    assertThat(Alive.isDaemon(daemon)).isTrue();
    assertThat(Alive.isDaemon(Thread.ofPlatform().daemon().name("selvage-x").unstarted(() -> {})))
        .isFalse();
    assertThat(Alive.isDaemon(Thread.currentThread())).isFalse();
  }
}
