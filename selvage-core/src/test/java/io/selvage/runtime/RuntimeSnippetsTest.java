package io.selvage.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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

  @Test
  void aProgramServesUntilItIsCancelled() throws Exception {
    CountDownLatch serving = new CountDownLatch(1);
    CancelScope scope = CancelScope.create();
    Running<Boolean> program =
        Kind.VIRTUAL.start(() -> scope.run(() -> RuntimeSnippets.main(serving::countDown)));
    Threads.await(serving);
    scope.cancel();
    assertThat(program.get()).isFalse();
  }
}
