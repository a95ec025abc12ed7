package io.selvage.process;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.function.ThrowingRunnable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How processes are ended: at each point at which their thread may be cancelled, with descendants,
 * gently and by force. After each test nothing may be left: see {@link ProcessLeakCheck}.
 */
@ExtendWith(ProcessLeakCheck.class)
class ProcessEndTest {
  private static final ProcessSpec SLEEP = ProcessSpec.of("sleep", "600");
  private static final String LARGE = "x".repeat(10_000_000);

  private static ProcessSpec sh(String script) {
    return ProcessSpec.of("sh", "-c", script);
  }

  /** Cancels {@code body} as soon as a child process runs and the thread of the body waits. */
  private static void cancelWhileItWaits(Kind kind, ThrowingRunnable<Exception> body)
      throws Exception {
    CancelScope scope = CancelScope.create();
    Running<Boolean> running = kind.start(() -> scope.run(body));
    awaitCondition("a process runs", () -> !ProcessLeakCheck.children().isEmpty());
    awaitBlocked(running.thread());
    scope.cancel("enough");
    assertThat(running.get()).isFalse(); // the scope has caught the cancellation
    assertThat(ProcessLeakCheck.children()).isEmpty(); // it was reported after the end
  }

  // ---- cancelled at each point

  @Test
  void aCancelledThreadStartsNothing() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.cancel("before");
    assertThat(
            scope.run(
                () -> {
                  assertThatThrownBy(SLEEP::run).isInstanceOf(CancelledException.class);
                  assertThatThrownBy(SLEEP::start).isInstanceOf(CancelledException.class);
                  assertThat(ProcessLeakCheck.children()).isEmpty();
                }))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void cancelledWhileItWaitsForTheExit(Kind kind) throws Exception {
    cancelWhileItWaits(kind, SLEEP::run);
    cancelWhileItWaits(kind, SLEEP.output(Output.inherit()).error(Output.inherit())::run);
  }

  @ParameterizedTest
  @EnumSource
  void cancelledWhileTheInputIsFed(Kind kind) throws Exception {
    cancelWhileItWaits(kind, SLEEP.input(LARGE)::run);
  }

  @ParameterizedTest
  @EnumSource
  void cancelledWhileItReadsLines(Kind kind) throws Exception {
    cancelWhileItWaits(kind, () -> SLEEP.forEachLine(line -> {}));
    cancelWhileItWaits(
        kind, () -> ProcessSpec.of("yes").forEachLine(line -> Selvage.sleep(Threads.LONG)));
  }

  @ParameterizedTest
  @EnumSource
  void cancelledWhileItSendsToAProcessThatDoesNotRead(Kind kind) throws Exception {
    cancelWhileItWaits(
        kind,
        () -> {
          try (ChildProcess child = SLEEP.input(Input.lines()).start()) {
            while (true) {
              child.inputLines().send(LARGE);
            }
          }
        });
  }

  @Test
  void cancelledAfterTheOutputWasClosed() throws Exception {
    cancelWhileItWaits(Kind.VIRTUAL, () -> sh("exec >&- 2>&-; exec sleep 600").run());
  }

  @Test
  void aCancelledWaitLeavesTheProcessAsItIs() throws Exception {
    try (ChildProcess child = SLEEP.start()) {
      CancelScope.moveOnAfter(Duration.ofMillis(1)).run(child::awaitExit);
      CancelScope.moveOnAfter(Duration.ofMillis(1)).run(child::await);
      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  void anInterruptFromOutsideEndsItToo() {
    Running<ProcessResult> running = Kind.PLATFORM.start(SLEEP::run);
    awaitCondition("a process runs", () -> !ProcessLeakCheck.children().isEmpty());
    running.thread().interrupt();
    assertThat(running.failure())
        .isInstanceOf(InterruptedException.class)
        .isNotInstanceOf(CancelledException.class);
  }

  /** Whatever happens first: the outcome is one of two, and nothing is left. */
  @Test
  void cancelledAtAnyMoment() throws Exception {
    ProcessSpec spec = sh("seq 1 100; cat; echo end >&2").input("x".repeat(100_000));
    int[] outcomes = new int[2];
    for (int i = 0; i < 60; i++) {
      CancelScope scope = CancelScope.create();
      CountDownLatch begins = new CountDownLatch(1);
      AtomicReference<ProcessResult> result = new AtomicReference<>();
      Running<Boolean> running =
          (i % 2 == 0 ? Kind.VIRTUAL : Kind.PLATFORM)
              .start(
                  () ->
                      scope.run(
                          () -> {
                            begins.countDown();
                            result.set(spec.run());
                          }));
      Threads.await(begins);
      LockSupport.parkNanos(i * 100_000L);
      scope.cancel("now");
      boolean completed = running.get();
      outcomes[completed ? 1 : 0]++;
      if (result.get() != null) {
        assertThat(result.get().error()).isEqualTo("end\n");
      } else {
        assertThat(completed).isFalse();
      }
    }
    assertThat(outcomes[0] + outcomes[1]).isEqualTo(60);
  }

  // ---- gently, and by force

  @Test
  void aProcessIsAskedToTerminateFirst() throws Exception {
    ProcessSpec spec = sh("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    ChildProcess child = spec.output(Output.lines()).grace(Threads.LONG).start();
    try (child) {
      assertThat(child.outputLines().receive()).isEqualTo("ready");
    }
    assertThat(child.exitStatus()).hasValue(0);
  }

  @Test
  void aProcessThatIgnoresThatIsKilledAfterTheGracePeriod() throws Exception {
    ProcessSpec spec = sh("trap '' TERM; echo ready; while :; do sleep 1; done");
    ChildProcess child = spec.output(Output.lines()).grace(Duration.ofMillis(50)).start();
    Deadline graceEnd;
    try (child) {
      assertThat(child.outputLines().receive()).isEqualTo("ready");
      graceEnd = Deadline.after(Duration.ofMillis(50));
    }
    assertThat(graceEnd.isExpired()).isTrue();
    assertThat(child.exitStatus()).hasValue(137);
  }

  @Test
  void withoutGraceItIsKilledAtOnce() throws Exception {
    ProcessSpec spec = sh("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    ChildProcess child = spec.output(Output.lines()).grace(Duration.ZERO).start();
    try (child) {
      assertThat(child.outputLines().receive()).isEqualTo("ready");
    }
    assertThat(child.exitStatus()).hasValue(137);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelDoesNotShortenTheGracePeriod(Kind kind) throws Exception {
    ProcessSpec spec =
        sh("trap 'sleep 0.1; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    ChildProcess child = spec.output(Output.lines()).grace(Threads.LONG).start();
    assertThat(child.outputLines().receive()).isEqualTo("ready");
    CancelScope scope = CancelScope.create();
    Running<Boolean> closing =
        kind.start(
            () ->
                scope.run(
                    () -> {
                      scope.cancel("before the end");
                      child.close();
                      assertThat(child.exitStatus()).hasValue(0);
                    }));
    assertThat(closing.get()).isTrue();
  }

  @Test
  void allThreadsThatCloseWaitForTheEnd() throws Exception {
    ProcessSpec spec =
        sh("trap 'sleep 0.1; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    ChildProcess child = spec.output(Output.lines()).grace(Threads.LONG).start();
    assertThat(child.outputLines().receive()).isEqualTo("ready");
    Running<Void> one = Kind.VIRTUAL.run(child::close);
    Running<Void> other = Kind.PLATFORM.run(child::close);
    one.get();
    assertThat(child.isAlive()).isFalse();
    other.get();
    child.close();
  }

  // ---- descendants

  @Test
  void descendantsAreEndedToo() throws Exception {
    long pid;
    try (ChildProcess child = sh("sleep 600 & echo $!; wait").output(Output.lines()).start()) {
      pid = Long.parseLong(child.outputLines().receive());
      assertThat(ProcessLeakCheck.runs(pid)).isTrue();
    }
    assertThat(ProcessLeakCheck.runs(pid)).isFalse();
  }

  @Test
  void descendantsThatIgnoreTheTermSignalAreKilledThoughTheProcessHasEnded() throws Exception {
    String stubborn = "trap \"\" TERM; echo $$; exec sleep 600"; // sleep inherits it
    ProcessSpec spec = sh("sh -c '" + stubborn + "' & trap 'exit 0' TERM; wait");
    ChildProcess child = spec.output(Output.lines()).grace(Duration.ofMillis(100)).start();
    long pid;
    try (child) {
      pid = Long.parseLong(child.outputLines().receive());
      awaitCondition("the shell has become sleep", () -> isSleep(pid));
    }
    assertThat(child.exitStatus()).hasValue(0);
    assertThat(ProcessLeakCheck.runs(pid)).isFalse();
  }

  private static boolean isSleep(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().command())
        .filter(command -> command.contains("sleep") || command.contains("coreutils"))
        .isPresent();
  }

  @Test
  void aDescendantThatKeepsTheOutputsOpenDelaysTheEndForALimitedTime() throws Exception {
    ProcessResult result = sh("sleep 600 & echo $!").run();
    long pid = Long.parseLong(result.output().strip());
    try {
      assertThat(ProcessLeakCheck.runs(pid))
          .isTrue(); // the process has ended by itself, so this is its own affair
    } finally {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aDescendantThatKeepsTheInputOpenDelaysTheEndForALimitedTime() throws Exception {
    ProcessSpec spec = sh("exec 3<&0; sleep 600 <&3 >/dev/null 2>&1 & echo $!").input(LARGE);
    long pid = Long.parseLong(spec.run().output().strip());
    try {
      assertThat(ProcessLeakCheck.runs(pid)).isTrue();
    } finally {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void linesOfADescendantEndWithTheProcessToo() throws Exception {
    long[] pid = new long[1];
    sh("sleep 600 & echo $!").forEachLine(line -> pid[0] = Long.parseLong(line));
    assertThat(ProcessHandle.of(pid[0]).map(ProcessHandle::destroyForcibly)).contains(true);
  }

  @Test
  void theLastLineIsNotLostIfADescendantKeepsTheOutputOpen() throws Exception {
    List<String> lines = new ArrayList<>();
    try (Descendant kept = new Descendant()) {
      sh("echo $$; sleep 600 >&1 2>&1 & echo $!; printf last; exec sleep 0.2 2>/dev/null")
          .forEachLine(lines::add);
      kept.pid = Long.parseLong(lines.get(1));
    }
    assertThat(lines).hasSize(3).endsWith("last");
  }

  @Test
  @Timeout(20)
  void anOutputThatNobodyReceivesDoesNotDelayTheOthers() throws Exception {
    ProcessSpec spec = sh("sleep 600 >/dev/null & echo $!; seq 1 500").output(Output.lines());
    try (Descendant kept = new Descendant();
        ChildProcess child = spec.start()) {
      kept.pid = Long.parseLong(child.outputLines().receive());
      assertThat(child.await().error()).isEmpty(); // no thread has received the lines
      awaitCondition("the rest waits", () -> child.outputLines().stats().waitingSenders() == 1);
    }
  }

  /** A process that outlives its parent; the test ends it. */
  private static final class Descendant implements AutoCloseable {
    private long pid;

    @Override
    public void close() {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
