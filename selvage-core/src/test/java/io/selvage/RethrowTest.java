package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Bodies.sleepThenFail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.support.CallerTrace;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class RethrowTest {

  private static TaskFailedException failed(ThrowingRunnable<?> body) {
    return catchThrowableOfType(
        TaskFailedException.class, () -> TaskGroup.run(group -> group.launch("t", body)));
  }

  @Test
  void theObjectItselfIsThrownIfItIsOfTheType() {
    IOException disk = new FileNotFoundException("disk");
    TaskFailedException failed = failed(() -> failWith(disk));
    assertThatThrownBy(() -> failed.rethrow(IOException.class)).isSameAs(disk);
    assertThat(disk.getSuppressed()).hasOnlyElementsOfType(CallerTrace.class).hasSize(1);
    assertThat(disk.getSuppressed()[0].getStackTrace()).isEqualTo(failed.getStackTrace());
  }

  @Test
  void nothingHappensIfItIsOfAnotherType() {
    TaskFailedException failed = failed(() -> failWith(new IOException("disk")));
    assertThatCode(
            () -> {
              failed.rethrow(TimeoutException.class);
              failed.rethrow(Error.class);
            })
        .doesNotThrowAnyException();
    assertThat(failed.getCause().getSuppressed()).isEmpty();
  }

  @Test
  void theInnermostFailureOfNestedGroupsCounts() {
    IOException disk = new IOException("disk");
    TaskFailedException failed =
        failed(() -> TaskGroup.run(inner -> inner.launch(() -> failWith(disk))));
    assertThat(failed.getCause()).isInstanceOf(TaskFailedException.class);
    assertThatThrownBy(() -> failed.rethrow(IOException.class)).isSameAs(disk);
  }

  @Test
  void theOtherFailuresGoWithIt() {
    IOException first = new IOException("first");
    IOException second = new IOException("second");
    CountDownLatch begun = new CountDownLatch(1);
    TaskFailedException failed =
        catchThrowableOfType(
            TaskFailedException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      group.launch(
                          () -> {
                            begun.countDown();
                            sleepThenFail(second);
                          });
                      begun.await();
                      group.launch(() -> failWith(first));
                    }));
    Throwable thrown = catchThrowable(() -> failed.rethrow(IOException.class));
    assertThat(thrown).isSameAs(first);
    assertThat(first.getSuppressed()).contains(second).hasSize(2);
    assertThat(catchThrowable(() -> failed.rethrow(IOException.class))).isSameAs(first);
    assertThat(first.getSuppressed()).as("once").containsOnlyOnce(second);
  }

  @Test
  void aTypeIsNeeded() {
    TaskFailedException failed = failed(() -> failWith(new IOException("disk")));
    assertThatThrownBy(() -> failed.rethrow(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("type");
  }
}
