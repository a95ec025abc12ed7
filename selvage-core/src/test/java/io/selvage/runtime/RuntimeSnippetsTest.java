package io.selvage.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class RuntimeSnippetsTest {

  @Test
  void theExamplesDoWhatTheySay() throws Exception {
    assertThat(RuntimeSnippets.call(List.of(() -> 1, () -> 2, () -> 3))).isEqualTo(6);
    assertThat(RuntimeSnippets.runtime()).isEqualTo("hello from shop/greeting");
    try (SelvageRuntime runtime = RuntimeSnippets.options()) {
      assertThat(runtime).hasToString("SelvageRuntime[shop, 0 running]");
    }
  }
}
