package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A loop that has ended can be run again, however it has ended. */
@ExtendWith(LeakCheck.class)
class LoopAgainTest {
  private final Loop loop = new Loop();

  @Test
  void theSameLoopRunsAgainAlsoAfterAFailure() throws Exception {
    assertThatThrownBy(() -> loop.call(() -> failWith(new IOException("first"))))
        .isInstanceOf(IOException.class);
    assertThat(loop.isRunning()).isFalse();
    assertThat(loop.<String, RuntimeException>call(() -> "second")).isEqualTo("second");
  }

  @Test
  void theSameLoopRunsAgainAlsoAfterItsCallerWasCancelled() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () ->
                    loop.run(
                        () -> {
                          scope.cancel("enough");
                          Selvage.checkpoint();
                        })))
        .isFalse();
    assertThat(loop).hasToString("Loop[loop, not running]");
    assertThat(loop.<String, RuntimeException>call(() -> "second")).isEqualTo("second");
  }
}
