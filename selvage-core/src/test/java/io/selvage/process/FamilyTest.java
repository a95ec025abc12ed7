package io.selvage.process;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Threads.Kind;
import io.selvage.service.LogCapture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The end of processes as the operating system may show them, and of a close that fails. */
@ExtendWith(ProcessLeakCheck.class)
@Timeout(60)
class FamilyTest {
  private static final ProcessSpec AT_ONCE = ProcessSpec.of("fake").grace(Duration.ZERO);

  /** A child process that ends when it is killed. */
  private static class Killable extends FakeHandle {
    final FakeProcess process = new FakeProcess(InputStream.nullInputStream(), this);

    Killable() {
      super(1);
    }

    @Override
    void signalled(String signal) {
      super.signalled(signal);
      process.ended.countDown();
    }

    ChildProcess start(ProcessSpec spec) {
      return ChildProcess.attended(spec, process);
    }
  }

  @Test
  void aDescendantWhoseCommandIsHiddenIsKilledToo() {
    Killable handle = new Killable();
    FakeHandle hidden = new FakeHandle(2);
    handle.below.add(hidden);
    handle.start(ProcessSpec.of("fake").grace(Duration.ofMillis(1))).close();
    assertThat(hidden.signals).contains("TERM", "KILL");
  }

  @Test
  void theListOfAProcessThatHasEndedIsNotUsed() {
    FakeHandle stranger = new FakeHandle(3); // below a new process with the number of the old one
    FakeHandle gone =
        new FakeHandle(2) {
          @Override
          public Stream<ProcessHandle> descendants() {
            return Stream.of(stranger);
          }
        };
    gone.alive = false;
    FakeHandle goesWhenItIsListed =
        new FakeHandle(4) {
          @Override
          public Stream<ProcessHandle> descendants() {
            alive = false;
            return Stream.of(stranger);
          }
        };
    Killable handle = new Killable();
    handle.below.add(gone);
    handle.below.add(goesWhenItIsListed);
    handle.start(AT_ONCE).close();
    assertThat(handle.signals).contains("KILL");
    assertThat(stranger.signals).isEmpty();
  }

  @Test
  void ifProcessesCannotBeListedTheChildIsEndedAlone() {
    Killable handle =
        new Killable() {
          @Override
          public Stream<ProcessHandle> descendants() {
            throw new UncheckedIOException(new IOException("meant"));
          }
        };
    handle.start(ProcessSpec.of("fake")).close();
    assertThat(handle.signals).containsExactly("TERM");
  }

  @Test
  void aProcessThatMayNotBeSignalledIsLeftAlone() throws Exception {
    Killable handle = new Killable();
    handle.allowed = false;
    try (LogCapture log = new LogCapture()) {
      ChildProcess child = handle.start(AT_ONCE);
      child.close();
      child.close();
      assertThat(child.isAlive()).isTrue();
      assertThat(child.kill()).isFalse();
      assertThat(log.messages()).hasSize(1).first().asString().contains("cannot be ended");
    } finally {
      handle.process.ended.countDown();
    }
  }

  @Test
  void ifTheCloseFailsTheProcessAndItsDescendantsAreKilled() {
    FakeHandle descendant = new FakeHandle(2);
    Killable handle =
        new Killable() {
          private int lists;

          @Override
          public Stream<ProcessHandle> descendants() {
            if (++lists == 1) {
              throw new OutOfMemoryError("meant");
            }
            return Stream.of(descendant);
          }
        };
    ChildProcess child = handle.start(ProcessSpec.of("fake"));
    assertThatThrownBy(child::close).isInstanceOf(OutOfMemoryError.class).hasMessage("meant");
    assertThat(child.isAlive()).isFalse();
    assertThat(handle.signals).contains("KILL");
    assertThat(descendant.signals).contains("KILL");
    child.close();
  }

  /** The child has been killed and has exited, and its descendant has not been killed yet. */
  @Test
  void ifTheKillFailsHalfwayTheDescendantsAreKilledThoughTheChildHasExited() {
    ChildProcess[] child = new ChildProcess[1];
    FakeHandle descendant =
        new FakeHandle(2) {
          private int kills;

          @Override
          public boolean destroyForcibly() {
            if (++kills == 1) {
              awaitCondition("the child has exited", () -> !child[0].isAlive());
              throw new StackOverflowError("meant");
            }
            return super.destroyForcibly();
          }
        };
    Killable handle = new Killable();
    handle.below.add(descendant);
    child[0] = handle.start(AT_ONCE);
    assertThatThrownBy(child[0]::close).isInstanceOf(StackOverflowError.class).hasMessage("meant");
    assertThat(descendant.signals).contains("KILL"); // the close waits for it
  }

  @Test
  void ifAFailedCloseMayNotKillTheProcessNobodyWaits() {
    Killable handle =
        new Killable() {
          private int lists;

          @Override
          public Stream<ProcessHandle> descendants() {
            if (++lists == 1) {
              throw new OutOfMemoryError("meant");
            }
            return Stream.of();
          }
        };
    handle.allowed = false;
    ChildProcess child = handle.start(ProcessSpec.of("fake"));
    assertThatThrownBy(child::close).isInstanceOf(OutOfMemoryError.class);
    child.close();
    assertThat(child.isAlive()).isTrue();
    handle.process.ended.countDown();
  }

  @Test
  void aCloseAtTheEndOfTheStackLeavesNoProcessBehind() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    ProcessSpec spec =
        ProcessSpec.of("sh", "-c", "sleep 600 & echo $!; wait")
            .grace(Duration.ZERO)
            .output(Output.lines());
    try (ChildProcess child = spec.start()) { // the first use of a class needs more stack
      child.outputLines().receive(); // a process that is killed while it starts another leaves it
    }
    // How much stack a frame takes depends on the compiler: go on until there is too little.
    for (int room = 280; room >= 100 || thrown.get() == null; room -= 20) {
      ChildProcess child = spec.start();
      long descendant = Long.parseLong(child.outputLines().receive());
      Deep deep = new Deep(child, room, thrown);
      Kind.PLATFORM.complete(deep::run);
      awaitCondition("the child is gone", () -> ProcessLeakCheck.children().isEmpty());
      awaitCondition("its descendant is gone", () -> !ProcessLeakCheck.runs(descendant));
      child.close();
    }
    assertThat(thrown.get()).isInstanceOf(StackOverflowError.class);
  }

  /** Closes the process some frames above the end of the stack. */
  private static final class Deep {
    private final ChildProcess child;
    private final int room;
    private final AtomicReference<Throwable> thrown;
    private int unwound = -1;

    Deep(ChildProcess child, int room, AtomicReference<Throwable> thrown) {
      this.child = child;
      this.room = room;
      this.thrown = thrown;
    }

    @SuppressWarnings("InfiniteRecursion") // that is what it is for
    void run() {
      try {
        run();
      } catch (StackOverflowError e) {
        unwound = 0;
      }
      if (unwound >= 0 && unwound++ == room) {
        try {
          child.close();
        } catch (Throwable e) {
          thrown.set(e);
        }
      }
    }
  }
}
