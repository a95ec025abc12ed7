package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One exception object that a program throws again and again: it stays small, and no other failure
 * is lost.
 */
class ConstantExceptionTest {
  private static final int TIMES = 1_500;

  private final IOException constant = new IOException("constant");
  private final List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());

  private Void failBesides(TaskGroup group, int number) throws IOException {
    CountDownLatch failing = new CountDownLatch(1);
    var unused =
        group.fork(
            "other",
            () -> {
              failing.countDown();
              throw new IllegalStateException("failure " + number);
            });
    Threads.await(failing);
    throw constant;
  }

  @Test
  void theConstantOfABodyTakesAThousandFailuresAndTheOthersAreUncaught() {
    GroupOptions options =
        TaskGroup.options().withUncaughtHandler((name, failure) -> uncaught.add(failure));
    for (int i = 0; i < TIMES; i++) {
      int number = i;
      assertThatThrownBy(() -> options.call(group -> failBesides(group, number)))
          .isSameAs(constant);
    }
    Throwable[] kept = constant.getSuppressed();
    assertThat(kept).hasSize(1_000);
    assertThat(Stream.concat(Stream.of(kept).map(Throwable::getCause), uncaught.stream()))
        .hasSize(TIMES)
        .doesNotHaveDuplicates();
  }

  @Test
  void theConstantOfABlockingCallInALoopDoesNotGrow() throws Exception {
    Loop loop = new Loop();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> loop.call(() -> Selvage.callBlocking(() -> failWith(constant))))
          .isSameAs(constant);
    }
    assertThat(constant.getSuppressed()).hasSizeLessThan(20);
  }
}
