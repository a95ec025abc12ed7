package io.selvage.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void ratiosAreTakenInEachRound() {
    assertThat(Figures.ratios(List.of(1.0, 6.0, 8.0), List.of(2.0, 2.0, 4.0)))
        .isEqualTo("(2.00, 0.50-3.00)");
  }

  @Test
  void smallRatesHaveTwoDecimals() {
    assertThat(Figures.thousands(1_234)).isEqualTo("1.23");
    assertThat(Figures.thousands(9_994)).isEqualTo("9.99");
    assertThat(Figures.thousands(12_345)).isEqualTo("12.3");
  }
}
