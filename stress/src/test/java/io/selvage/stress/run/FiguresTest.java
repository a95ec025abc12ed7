package io.selvage.stress.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Figures go through a line of text, and say what is wrong with them. */
class FiguresTest {
  private static final Figures SOME =
      Figures.of(Map.of(Figure.OPERATIONS, 12L, Figure.LOST, 0L, Figure.HEAP_BEGIN, 7L));

  @Test
  void aLineHasAllOfThem() {
    assertThat(SOME.line()).isEqualTo("figures: operations=12 lost=0 heap-begin=7");
    assertThat(Figures.isLine(SOME.line())).isTrue();
    assertThat(Figures.parse(SOME.line())).map(Figures::line).hasValue(SOME.line());
    assertThat(SOME.get(Figure.DOUBLED)).isEmpty();
    assertThat(SOME.valueOf(Figure.DOUBLED)).isZero();
  }

  @Test
  void aTornLineHasNone() {
    for (String torn :
        new String[] {
          "figures: ", "figures: operations", "figures: operations=", "figures: operations=1 lo"
        }) {
      assertThat(Figures.parse(torn)).as(torn).isEmpty();
    }
  }

  @Test
  void onlyWhatMustBeZeroIsAProblem() {
    assertThat(SOME.problems()).isEmpty();
    assertThat(SOME.plus(Figure.FAULTS, 3).problems()).isEmpty();
    assertThat(SOME.plus(Figure.LOST, 2).plus(Figure.LEAKED, 1).problems())
        .containsExactly("lost must be 0, was 2", "leaked must be 0, was 1");
  }
}
