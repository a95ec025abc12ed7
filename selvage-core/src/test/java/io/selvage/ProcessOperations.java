package io.selvage;

import static io.selvage.Operation.looking;
import static io.selvage.Operation.waiting;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.function.ThrowingConsumer;
import io.selvage.process.ChildProcess;
import io.selvage.process.Input;
import io.selvage.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The operations of {@code io.selvage.process} that wait, for {@link CancelEverywhereTest}. */
final class ProcessOperations {
  private static final ProcessSpec TRUE = ProcessSpec.of("true");
  private static final ProcessSpec CAT = ProcessSpec.of("cat").input(Input.lines());

  static final List<Operation> ALL =
      List.of(
          waiting("ChildProcess.await", () -> new OfChild(ChildProcess::await)),
          waiting("ChildProcess.awaitExit", () -> new OfChild(ChildProcess::awaitExit)),
          waiting("ChildProcess.awaitExit(Duration)", () -> new OfChild(c -> c.awaitExit(LONG))),
          waiting("ProcessSpec.run", OfRun::new),
          looking("ProcessSpec.start", () -> Fixture.instant(() -> TRUE.start().close())));

  private ProcessOperations() {}

  /** A wait for a process, which is the same afterwards, whatever became of the wait. */
  private static final class OfChild extends Fixture {
    private final ThrowingConsumer<ChildProcess, Exception> await;
    private final ChildProcess child;

    OfChild(ThrowingConsumer<ChildProcess, Exception> await) {
      this.await = await;
      try {
        this.child = CAT.start();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    void perform() throws Exception {
      await.accept(child);
    }

    @Override
    void complete() {
      child.inputLines().close();
    }

    @Override
    void verify(boolean happened) throws Exception {
      assertThat(child.await().exitStatus()).isZero();
    }

    @Override
    void close() {
      child.close();
    }
  }

  /** A process that ends when a file has disappeared; it is gone, whatever became of the call. */
  private static final class OfRun extends Fixture {
    private final Path file;
    private final ProcessSpec untilDeleted;

    OfRun() {
      try {
        file = Files.createTempFile("selvage", ".running");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      untilDeleted =
          ProcessSpec.of("sh", "-c", "while test -e '" + file + "'; do sleep 0.001; done");
    }

    @Override
    void perform() throws Exception {
      untilDeleted.run();
    }

    @Override
    void complete() throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    void verify(boolean happened) {
      assertThat(ProcessHandle.current().descendants()).isEmpty();
    }
  }
}
