package io.selvage.kernel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.kernel.simulation.VirtualClock.Alarm;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> log = new ArrayList<>();

  private Alarm at(long deadline, String name) {
    return clock.arm(deadline, null, () -> log.add(name + " at " + clock.now()));
  }

  private boolean advance() {
    return clock.advance(alarm -> Objects.requireNonNull(alarm.action).run());
  }

  @Test
  void timeMovesFromAlarmToAlarm() {
    at(30, "c");
    at(10, "a");
    at(20, "b");
    assertThat(advance()).isTrue();
    assertThat(clock.now()).isEqualTo(10);
    assertThat(advance()).isTrue();
    assertThat(advance()).isTrue();
    assertThat(advance()).isFalse();
    assertThat(log).containsExactly("a at 10", "b at 20", "c at 30");
    assertThat(clock.now()).isEqualTo(30);
  }

  @Test
  void allAlarmsOfAMomentGoOffAtOnceInTheOrderOfArming() {
    at(10, "a");
    at(10, "b");
    at(11, "c");
    advance();
    assertThat(log).containsExactly("a at 10", "b at 10");
  }

  @Test
  void anAlarmInThePastGoesOffWithoutMovingTimeBack() {
    at(10, "a");
    advance();
    at(5, "late");
    advance();
    assertThat(log).containsExactly("a at 10", "late at 10");
  }

  @Test
  void anAlarmIsTakenBackOnceAndOnlyBeforeItGoesOff() {
    Alarm alarm = at(10, "a");
    assertThat(clock.cancel(alarm)).isTrue();
    assertThat(clock.cancel(alarm)).isFalse();
    assertThat(advance()).isFalse();
    Alarm gone = at(20, "b");
    advance();
    assertThat(clock.cancel(gone)).isFalse();
    assertThat(log).containsExactly("b at 20");
  }

  @Test
  void theQueueIsBoundedByTheArmedAlarms() {
    at(1_000_000, "last");
    for (int i = 0; i < 100_000; i++) {
      clock.cancel(at(500_000 + i, "never"));
      assertThat(clock.size()).isEqualTo(1);
      assertThat(clock.kept()).isLessThan(200);
    }
    advance();
    assertThat(log).containsExactly("last at 1000000");
  }

  @Test
  void anyMixOfArmingAndTakingBackKeepsTheOrder() {
    Random random = new Random(7);
    List<Alarm> armed = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      if (armed.isEmpty() || random.nextInt(3) > 0) {
        armed.add(at(clock.now() + random.nextInt(50), "x"));
      } else if (random.nextBoolean()) {
        clock.cancel(armed.remove(random.nextInt(armed.size())));
      } else {
        advance();
      }
    }
    boolean more = true;
    while (more) {
      more = advance();
    }
    List<Long> times = log.stream().map(line -> Long.parseLong(line.substring(5))).toList();
    assertThat(times).isSorted().hasSizeGreaterThan(500);
    assertThat(clock.size()).isZero();
  }
}
