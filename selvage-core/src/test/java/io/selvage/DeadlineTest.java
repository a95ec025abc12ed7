package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.kernel.support.Durations;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class DeadlineTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void neverIsNeverExpired() {
    assertThat(Deadline.NEVER.isExpired()).isFalse();
    assertThat(Deadline.NEVER.remaining()).isEqualTo(Durations.MAX);
    assertThat(Deadline.NEVER.plus(HOUR)).isSameAs(Deadline.NEVER);
    assertThat(Deadline.NEVER).hasToString("never");
  }

  @Test
  void aDeadlineAfterNoTimeIsExpiredAtOnce() {
    Deadline now = Deadline.after(Duration.ZERO);
    assertThat(now.isExpired()).isTrue();
    assertThat(now.remaining()).isZero();
  }

  @Test
  void theRemainingTimeShrinks() {
    Deadline hour = Deadline.after(HOUR);
    assertThat(hour.isExpired()).isFalse();
    Duration first = hour.remaining();
    assertThat(first).isBetween(HOUR.minusMinutes(1), HOUR);
    assertThat(hour.remaining()).isLessThanOrEqualTo(first);
    assertThat(hour.toString()).startsWith("in PT");
  }

  @Test
  void plusShiftsBothWays() {
    Deadline hour = Deadline.after(HOUR);
    assertThat(hour.plus(HOUR)).isGreaterThan(hour);
    assertThat(hour.plus(HOUR).plus(HOUR.negated())).isEqualTo(hour);
    assertThat(hour.plus(HOUR.multipliedBy(2).negated()).isExpired()).isTrue();
    assertThat(hour.plus(Duration.ZERO)).isEqualTo(hour).hasSameHashCodeAs(hour);
  }

  @Test
  void comparesByTimeAndNeverIsLast() {
    Deadline soon = Deadline.after(HOUR);
    Deadline late = soon.plus(HOUR);
    assertThat(soon).isLessThan(late);
    assertThat(late).isLessThan(Deadline.NEVER);
    assertThat(Deadline.NEVER).isEqualByComparingTo(Deadline.NEVER);
    assertThat(Deadline.NEVER).isGreaterThan(soon);
    assertThat(soon.earliest(late)).isSameAs(soon);
    assertThat(late.earliest(soon)).isSameAs(soon);
    assertThat(Deadline.NEVER.earliest(late)).isSameAs(late);
    assertThat(soon).isNotEqualTo(late).isNotEqualTo(Deadline.NEVER);
  }

  @Test
  void badDurationsAreRefused() {
    assertThatThrownBy(() -> Deadline.after(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Deadline.after(Durations.MAX.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Deadline.after(null)).isInstanceOf(NullPointerException.class);
    Deadline now = Deadline.after(Duration.ZERO);
    assertThatThrownBy(() -> now.plus(Durations.MAX.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> now.plus(Durations.MAX.plusNanos(1).negated()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> now.plus(Duration.ofSeconds(Long.MIN_VALUE)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shiftingFarAndFartherNeverWrapsAround() {
    Deadline far = Deadline.after(Durations.MAX);
    for (int i = 0; i < 5; i++) {
      Deadline farther = far.plus(Durations.MAX);
      assertThat(farther.isExpired()).isFalse();
      assertThat(farther).isGreaterThanOrEqualTo(far);
      far = farther;
    }
    Deadline past = Deadline.after(Duration.ZERO);
    for (int i = 0; i < 5; i++) {
      past = past.plus(Durations.MAX.negated());
      assertThat(past.isExpired()).isTrue();
    }
  }
}
