package io.selvage.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.Tasks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class ContextSnippetsTest {

  @Test
  void aBoundValueIsSeenInATaskAndInABlockingCall() throws Exception {
    List<String> log = new ArrayList<>();
    ContextSnippets.carrying(log);
    assertThat(log).containsExactly("ann", "ann");
  }

  @Test
  void aCarrierOfScopedValuesEqualsAnotherOneOfTheSameValues() {
    assertThat(ContextSnippets.scopedValues()).isEqualTo(ContextSnippets.scopedValues());
  }

  @Test
  void aThreadLocalIsCarriedByALambda() throws Exception {
    ContextSnippets.TRACE.set("t-1");
    try {
      assertThat(
              Carrying.call(
                  ContextSnippets.carrier(),
                  () -> Tasks.<String>all(List.of(() -> ContextSnippets.TRACE.get()))))
          .containsExactly("t-1");
    } finally {
      ContextSnippets.TRACE.remove();
    }
  }
}
