package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeakProbeTest {

  @Test
  void timersAreCounted() {
    int before = LeakProbe.timers();
    Timer timer = Machine.real().callAt(Machine.real().now() + TimeUnit.DAYS.toNanos(1), () -> {});
    assertThat(LeakProbe.timers()).isEqualTo(before + 1);
    timer.cancel();
    assertThat(LeakProbe.timers()).isEqualTo(before);
  }

  @Test
  void itsOwnThreadsAreKnown() throws Exception {
    Thread daemon = Daemons.named("selvage-something").newThread(() -> {});
    daemon.join();
    assertThat(LeakProbe.isDaemon(daemon)).isTrue();
    assertThat(
            LeakProbe.isDaemon(Thread.ofPlatform().daemon().name("selvage-x").unstarted(() -> {})))
        .isFalse();
    assertThat(LeakProbe.isDaemon(Thread.currentThread())).isFalse();
  }
}
