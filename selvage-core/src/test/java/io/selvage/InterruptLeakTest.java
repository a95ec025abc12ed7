package io.selvage;

import static io.selvage.Checks.flag;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingConsumer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many short regions racing with cancels: no interrupt of ours arrives behind its region. */
@ExtendWith(LeakCheck.class)
class InterruptLeakTest {
  private static final int REGIONS = 10_000;

  private record Counts(int leaked, int interrupted, int caught) {}

  /** Runs regions, with {@code body} inside, while another thread cancels the current one. */
  private static Counts race(Kind kind, ThrowingConsumer<Integer, Exception> body)
      throws Exception {
    AtomicReference<CancelScope> current = new AtomicReference<>();
    AtomicBoolean over = new AtomicBoolean();
    Running<Void> canceller =
        Kind.PLATFORM.run(
            () -> {
              while (!over.get()) {
                CancelScope scope = current.getAndSet(null);
                if (scope != null) {
                  scope.cancel();
                }
                Thread.onSpinWait();
              }
            });
    try {
      return kind.call(
          () -> {
            int leaked = 0;
            int caught = 0;
            int[] interrupted = {0};
            for (int i = 0; i < REGIONS; i++) {
              int round = i;
              CancelScope scope = CancelScope.create();
              boolean completed =
                  scope.run(
                      () -> {
                        current.set(scope);
                        spin(round % 100);
                        body.accept(round);
                        interrupted[0] += flag() ? 1 : 0;
                      });
              caught += completed ? 0 : 1;
              if (Thread.interrupted()) {
                leaked++;
              }
            }
            return new Counts(leaked, interrupted[0], caught);
          });
    } finally {
      over.set(true);
      canceller.get();
    }
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noInterruptLeaksOutOfRegionsThatDoNothing(Kind kind) throws Exception {
    Counts counts = race(kind, round -> {});
    assertThat(counts.leaked()).isZero();
    assertThat(counts.caught()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void noInterruptLeaksOutOfRegionsThatCallOperations(Kind kind) throws Exception {
    Counts counts =
        race(
            kind,
            round -> {
              for (int i = 0; i < 10; i++) {
                Selvage.throwIfCancelled();
              }
            });
    assertThat(counts.leaked()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void noInterruptLeaksOutOfNestedRegionsAndShields(Kind kind) throws Exception {
    Counts counts =
        race(
            kind,
            round -> {
              CancelScope.create().run(() -> {});
              CancelScope.shieldUnlimited()
                  .run(
                      () -> {
                        if (Thread.currentThread().isInterrupted()) {
                          throw new AssertionError("the shield does not hide the interrupt");
                        }
                        Selvage.throwIfCancelled();
                      });
            });
    assertThat(counts.leaked()).isZero();
  }
}
