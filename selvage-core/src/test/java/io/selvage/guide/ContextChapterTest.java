package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.context.Carrying;
import io.selvage.context.ContextCarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ContextChapterTest {

  @Test
  void aScopedValueIsSeenInTasks() throws Exception {
    assertThat(ContextChapter.program()).containsExactly("hello ann", "welcome ann");
  }

  @Test
  void aCallToAServiceHasTheRequestOfItsCaller() throws Exception {
    assertThat(ContextChapter.fromOutside()).isEqualTo("counted for r-17");
  }

  @Test
  void nestedBlocksCarryBoth() throws Exception {
    ContextChapter.REQUEST.set("r-1");
    try {
      assertThat(ContextChapter.nested()).containsExactly("ann r-1");
    } finally {
      ContextChapter.REQUEST.remove();
    }
  }

  @Test
  void noneSwitchesThemOff() throws Exception {
    boolean seen =
        Carrying.call(
            ContextCarrier.scopedValues(ContextChapter.USER),
            () ->
                ScopedValue.where(ContextChapter.USER, "ann")
                    .call(() -> ContextChapter.switchedOff()));
    assertThat(seen).isFalse();
  }
}
