package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.test.foundation.History.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checker of histories itself, with a number that is read and added to. */
class HistoryTest {
  private final History<Integer> history = new History<>();

  private static List<Point<Integer>> adds(int more) {
    return List.of(state -> state + more);
  }

  private static List<Point<Integer>> reads(int value) {
    return List.of(state -> state == value ? state : null);
  }

  private void read(History<Integer>.Call call, int value) {
    call.end("" + value, reads(value));
  }

  @Test
  void oneAfterTheOtherIsExplainedIfTheValuesAreRight() {
    history.begin("add").end("", adds(1));
    read(history.begin("read"), 1);
    history.check(0);
    read(history.begin("read"), 0);
    assertThatThrownBy(() -> history.check(0))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no order of their effects explains these calls")
        .hasMessageContaining("ends   2: read -> 0");
  }

  @Test
  void whatOverlapsMayTakeEffectInEitherOrder() {
    var add = history.begin("add");
    var before = history.begin("read");
    var after = history.begin("read");
    read(after, 1);
    read(before, 0);
    add.end("", adds(1));
    assertThatCode(() -> history.check(0)).doesNotThrowAnyException();
  }

  @Test
  void whatDoesNotOverlapKeepsItsOrder() {
    var add = history.begin("add");
    read(history.begin("read"), 1);
    read(history.begin("read"), 0);
    add.end("", adds(1));
    assertThatThrownBy(() -> history.check(0)).isInstanceOf(AssertionError.class);
  }

  @Test
  void aCallMayHaveSeveralPointsAndSeveralWays() {
    var call = history.begin("maybe twice");
    read(history.begin("read"), 1);
    read(history.begin("read"), 3);
    call.end("", state -> state == 3, List.of(List.of(), List.of(s -> s + 1, s -> s + 2)));
    history.check(0);
  }

  @Test
  void theOutcomeHasToAgreeAtTheEnd() {
    history.begin("add").end("", state -> state == 5, List.of(List.of(), adds(1)));
    assertThatThrownBy(() -> history.check(0)).isInstanceOf(AssertionError.class);
    history.check(5);
    history.check(4);
  }
}
