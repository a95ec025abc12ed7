package io.selvage.test.foundation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingConsumer;
import io.selvage.select.Select;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationRun;
import io.selvage.time.Interval;
import io.selvage.time.LateTick;
import io.selvage.time.Tick;
import io.selvage.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Intervals in virtual time. */
class IntervalSimulationTest {

  private static void inVirtualTime(ThrowingConsumer<SimulationRun, Exception> body) {
    Simulation.options().withName("interval").explore(1, body);
  }

  /** The times at which the ticks come, if the work after each of them takes so long. */
  private static List<Long> timesOf(SimulationRun run, Interval interval, int... workMillis)
      throws InterruptedException {
    List<Long> times = new ArrayList<>();
    for (int work : workMillis) {
      interval.tick();
      times.add(run.elapsed().toMillis());
      Selvage.sleep(ofMillis(work));
    }
    return times;
  }

  @Test
  void theFirstTickComesAtOnceAndTheOthersDoNotDrift() {
    inVirtualTime(
        run ->
            assertThat(timesOf(run, Interval.every(ofMillis(100)), 30, 99, 0, 60, 1))
                .containsExactly(0L, 100L, 200L, 300L, 400L));
  }

  @Test
  void theFirstTickComesAtItsTime() {
    inVirtualTime(
        run -> {
          Interval interval = Interval.every(ofMillis(100), ofMillis(250), LateTick.RESTART);
          assertThat(timesOf(run, interval, 0, 0)).containsExactly(250L, 350L);
        });
  }

  @Test
  void anIntervalRestartsFromALateTick() {
    inVirtualTime(
        run ->
            assertThat(timesOf(run, Interval.every(ofMillis(100)), 230, 0, 0))
                .containsExactly(0L, 230L, 330L));
  }

  @Test
  void aLateIntervalSkipsToItsSchedule() {
    inVirtualTime(
        run -> {
          Interval interval = Interval.every(ofMillis(100), Duration.ZERO, LateTick.SKIP);
          assertThat(timesOf(run, interval, 230, 0, 0)).containsExactly(0L, 230L, 300L);
        });
  }

  @Test
  void aLateIntervalCatchesUpInABurst() {
    inVirtualTime(
        run -> {
          Interval interval = Interval.every(ofMillis(100), Duration.ZERO, LateTick.BURST);
          assertThat(timesOf(run, interval, 230, 0, 0, 0)).containsExactly(0L, 230L, 230L, 300L);
        });
  }

  @Test
  void aTickSaysItsNumberAndHowLateItIs() {
    inVirtualTime(
        run -> {
          Interval interval = Interval.every(ofMillis(100));
          assertThat(interval.tick()).isEqualTo(new Tick(1, Duration.ZERO));
          Selvage.sleep(ofMillis(130));
          assertThat(interval.tick()).isEqualTo(new Tick(2, ofMillis(30)));
          assertThat(interval.tick()).isEqualTo(new Tick(3, Duration.ZERO));
        });
  }

  @Test
  void aCancelledTickWasNotTaken() {
    inVirtualTime(
        run -> {
          Interval interval = Interval.every(ofSeconds(10), ofSeconds(10), LateTick.RESTART);
          assertThat(CancelScope.moveOnAfter(ofSeconds(3)).call(interval::tick)).isEmpty();
          assertThat(interval.tick().number()).isEqualTo(1);
          assertThat(run.elapsed()).isEqualTo(ofSeconds(10));
        });
  }

  @Test
  void aSelectWaitsForTheNextTick() {
    inVirtualTime(
        run -> {
          Interval interval = Interval.every(ofSeconds(1));
          Channel<String> jobs = Channel.rendezvous();
          for (int i = 1; i <= 3; i++) {
            long number =
                Select.first(
                    jobs.onReceive().call(job -> -1L), interval.onTick().call(Tick::number));
            assertThat(number).isEqualTo(i);
            assertThat(run.elapsed()).isEqualTo(ofSeconds(i - 1));
          }
          Selvage.sleep(ofSeconds(5)); // one second is due, four are late
          Tick late = Select.first(jobs.onReceive().call(job -> null), interval.onTick());
          assertThat(late).isEqualTo(new Tick(4, ofSeconds(4)));
        });
  }

  @Test
  void theClockAndTheElapsedTimeAreVirtual() {
    inVirtualTime(
        run -> {
          assertThat(Time.elapsed()).isEqualTo(run.elapsed());
          Selvage.sleep(ofSeconds(90));
          assertThat(Time.elapsed()).isEqualTo(ofSeconds(90));
          assertThat(Time.clock().instant()).isEqualTo(run.clock().instant());
          assertThat(Time.clock().instant()).isEqualTo(Instant.parse("2000-01-01T00:01:30Z"));
        });
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> Interval.every(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("period must be more than zero, was PT0S");
    assertThatThrownBy(() -> Interval.every(ofSeconds(1), ofSeconds(-1), LateTick.SKIP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("firstAfter must be >= 0");
  }
}
