package io.selvage;

import static io.selvage.Operation.waiting;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.runtime.SelvageRuntime;
import io.selvage.sync.Event;
import java.util.List;

/** The operations of {@code io.selvage.runtime} that wait, for {@link CancelEverywhereTest}. */
final class RuntimeOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("SelvageRuntime.run", Call::new),
          waiting("SelvageRuntime.runUntilStopped", Serve::new),
          waiting("SelvageRuntime.finish", Finish::new));

  private RuntimeOperations() {}

  /** An operation of a runtime with one task, which waits for an event. */
  private abstract static class InRuntime extends Fixture {
    final SelvageRuntime runtime = SelvageRuntime.options().open();
    final Event go = new Event();
    final Task<Boolean> other =
        runtime.spawn(
            () -> {
              go.await();
              return true;
            });

    @Override
    void complete() throws InterruptedException {
      go.set();
    }

    @Override
    void verify(boolean happened) throws InterruptedException {
      assertThat(other.join()).isTrue();
    }

    @Override
    void close() {
      runtime.close();
    }
  }

  private static final class Call extends InRuntime {
    @Override
    void perform() throws InterruptedException {
      runtime.<RuntimeException>run(go::await);
    }
  }

  private static final class Serve extends InRuntime {
    @Override
    void perform() throws InterruptedException {
      runtime.runUntilStopped();
    }

    @Override
    void complete() throws InterruptedException {
      super.complete();
      runtime.launch(this::stopAgainAndAgain);
    }

    /** The operation may not have begun yet. */
    private void stopAgainAndAgain() throws InterruptedException {
      while (true) {
        runtime.stop();
        Selvage.sleep(ofMillis(1));
      }
    }
  }

  private static final class Finish extends InRuntime {
    @Override
    void perform() throws InterruptedException {
      runtime.finish();
    }

    @Override
    void verify(boolean happened) throws InterruptedException {
      super.verify(happened);
      runtime.finish();
      assertThat(runtime.running()).isZero();
    }
  }
}
