package io.selvage.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultTest {
  private static final Row ROW = Row.timed("group", "row", "nothing");

  @Test
  void theBestOtherOneHasTheLeastMedianOfRatios() {
    Result result =
        new Result(
            ROW,
            Map.of(
                "Selvage", List.of(10.0, 20.0, 40.0),
                "a", List.of(30.0, 30.0, 30.0),
                "b", List.of(5.0, 30.0, 20.0)));

    assertThat(result.selvage()).isEqualTo(20);
    Result.Peer best = result.best().orElseThrow();
    assertThat(best.name()).isEqualTo("b");
    assertThat(best.figure()).isEqualTo(20);
    assertThat(best.ratio()).isEqualTo(new Statistics.Ratio(0.5, 0.5, 1.5));
    assertThat(best.ratio()).hasToString("0.50 (0.50 – 1.50)");
    assertThat(result.isBehind()).isTrue();
  }

  @Test
  void aloneItIsNotBehind() {
    Result result = new Result(ROW, Map.of("Selvage", List.of(10.0)));

    assertThat(result.best()).isEmpty();
    assertThat(result.isBehind()).isFalse();
  }

  @Test
  void whatWasNotMeasuredIsNamed() {
    Result result = new Result(ROW, Map.of("Selvage", List.of(10.0)));

    assertThatThrownBy(() -> result.of("b")).hasMessage("b was not measured in group/row");
  }

  @Test
  void anEvenNumberOfForksHasTheAverageOfTwo() {
    assertThat(Statistics.median(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3);
    assertThatThrownBy(() -> Statistics.median(List.of())).hasMessage("no values have no median");
    assertThatThrownBy(() -> Statistics.ratio(List.of(1.0), List.of()))
        .hasMessage("1 values cannot be compared with 0");
  }

  @Test
  void figuresHaveTheUnitThatSuitsThem() {
    assertThat(Unit.TIME.format(3.456)).isEqualTo("3.46 ns");
    assertThat(Unit.TIME.format(45.67)).isEqualTo("45.7 ns");
    assertThat(Unit.TIME.format(1234)).isEqualTo("1.23 µs");
    assertThat(Unit.TIME.format(123_456)).isEqualTo("123 µs");
    assertThat(Unit.TIME.format(12_345_678)).isEqualTo("12.3 ms");
    assertThat(Unit.MEMORY.format(1764.4)).isEqualTo("1764 B");
  }
}
