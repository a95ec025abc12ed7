package io.selvage.process;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.select.Select;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that were started: their inputs, outputs, states and signals. */
@ExtendWith(ProcessLeakCheck.class)
class ChildProcessTest {
  private static final ProcessSpec CAT = ProcessSpec.of("cat").input(Input.lines());

  private static ProcessSpec sh(String script) {
    return ProcessSpec.of("sh", "-c", script);
  }

  // ---- state and waiting

  @Test
  void theStateIsThatOfTheProcess() throws Exception {
    try (ChildProcess child = CAT.start()) {
      assertThat(child.isAlive()).isTrue();
      assertThat(child.exitStatus()).isEmpty();
      assertThat(child.command()).containsExactly("cat");
      assertThat(ProcessHandle.of(child.pid())).isPresent();
      assertThat(child).hasToString("ChildProcess['cat', pid " + child.pid() + ", running]");
      assertThat(child.awaitExit(Duration.ZERO)).isFalse();
      child.inputLines().close();
      assertThat(child.awaitExit()).isZero();
      assertThat(child.awaitExit(Duration.ZERO)).isTrue();
      assertThat(child.isAlive()).isFalse();
      assertThat(child.exitStatus()).hasValue(0);
      assertThat(child).hasToString("ChildProcess['cat', pid " + child.pid() + ", exit status 0]");
    }
  }

  @Test
  void aProcessThatHasEndedAlreadyIsLikeAnyOther() throws Exception {
    try (ChildProcess child = sh("echo x; exit 5").check(false).start()) {
      assertThat(child.awaitExit()).isEqualTo(5);
      assertThat(child.await().output()).isEqualTo("x\n");
      assertThat(child.await()).isEqualTo(child.await());
      assertThat(child.terminate()).isFalse();
      assertThat(child.kill()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void allWaitingThreadsGetTheExitStatus(Kind kind) throws Exception {
    try (ChildProcess child = sh("read x; exit $x").input(Input.lines()).start()) {
      List<Running<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        waiting.add(kind.start(child::awaitExit));
        awaitBlocked(waiting.getLast().thread());
      }
      child.inputLines().send("7");
      for (Running<Integer> thread : waiting) {
        assertThat(thread.get()).isEqualTo(7);
      }
    }
  }

  @Test
  void theExitIsAClauseOfASelect() throws Exception {
    try (ChildProcess child = sh("exit 7").start()) {
      int first = Select.first(child.onExit());
      int again = Select.first(child.onExit().call(status -> status + 1));
      assertThat(first).isEqualTo(7);
      assertThat(again).isEqualTo(8);
    }
  }

  @Test
  void awaitChecksTheExitStatusUnlessTold() throws Exception {
    try (ChildProcess child = sh("echo oops >&2; exit 1").start()) {
      assertThatThrownBy(child::await)
          .isInstanceOf(ProcessFailedException.class)
          .hasMessageEndingWith("oops");
      assertThat(child.awaitExit()).isEqualTo(1);
    }
  }

  // ---- input and outputs

  @Test
  void linesGoInAndOutWhileItRuns() throws Exception {
    try (ChildProcess child = CAT.output(Output.lines()).start()) {
      Sender<String> input = child.inputLines();
      Receiver<String> output = child.outputLines();
      for (int i = 0; i < 100; i++) {
        input.send("line " + i);
        assertThat(output.receive()).isEqualTo("line " + i);
      }
      input.send("last");
      input.close();
      List<String> rest = new ArrayList<>();
      output.forEach(rest::add);
      assertThat(rest).containsExactly("last");
      assertThatThrownBy(output::receive).isInstanceOf(EndOfStreamException.class);
      assertThat(child.await().succeeded()).isTrue();
    }
  }

  @Test
  void bytesGoInAndOutAsTheyAre() throws Exception {
    ProcessSpec spec = ProcessSpec.of("cat").input(Input.chunks()).output(Output.chunks());
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (ChildProcess child = spec.start()) {
      child.inputChunks().send(all);
      child.inputChunks().close();
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      child.outputChunks().forEach(got::writeBytes);
      assertThat(got.toByteArray()).isEqualTo(all);
    }
  }

  @Test
  void bothOutputsAreReceived() throws Exception {
    ProcessSpec lines = sh("echo a; echo b >&2").output(Output.lines()).error(Output.lines());
    try (ChildProcess child = lines.start()) {
      assertThat(child.outputLines().receive()).isEqualTo("a");
      assertThat(child.errorLines().receive()).isEqualTo("b");
    }
    try (ChildProcess child = sh("printf c >&2").error(Output.chunks()).start()) {
      assertThat(new String(child.errorChunks().receive(), StandardCharsets.UTF_8)).isEqualTo("c");
    }
  }

  @Test
  void anEndThatWasNotAskedForIsRefused() throws Exception {
    try (ChildProcess child = CAT.start()) {
      assertThatThrownBy(child::outputLines)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the output of the process is capture(), not lines(): set it in the spec");
      assertThatThrownBy(child::errorChunks)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("error output");
      assertThatThrownBy(child::inputChunks)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the input of the process is lines(), not chunks(): set it in the spec");
    }
  }

  @Test
  void anOutputThatIsClosedByTheProcessEndsBeforeIt() throws Exception {
    ProcessSpec spec = sh("echo x; exec >&-; read line; exit 4").input(Input.lines());
    try (ChildProcess child = spec.output(Output.lines()).start()) {
      List<String> lines = new ArrayList<>();
      child.outputLines().forEach(lines::add);
      assertThat(lines).containsExactly("x");
      assertThat(child.isAlive()).isTrue();
      child.inputLines().send("go on");
      assertThat(child.awaitExit()).isEqualTo(4);
    }
  }

  @Test
  void anOutputThatNobodyReceivesMakesTheProcessWaitUntilItIsClosed() throws Exception {
    try (ChildProcess child =
        ProcessSpec.of("seq", "1", "1000000").output(Output.lines()).start()) {
      assertThat(child.outputLines().receive()).isEqualTo("1");
      awaitCondition("the buffer is full", () -> child.outputLines().stats().waitingSenders() == 1);
      assertThat(child.isAlive()).isTrue();
      child.outputLines().close();
      assertThat(child.await().succeeded()).isTrue();
    }
  }

  @Test
  void aSlowReceiverGetsAllLinesAfterTheExit() throws Exception {
    try (ChildProcess child = ProcessSpec.of("seq", "1", "5000").output(Output.lines()).start()) {
      child.awaitExit();
      awaitCondition("the buffer is full", () -> child.outputLines().stats().waitingSenders() == 1);
      List<String> lines = new ArrayList<>();
      child.outputLines().forEach(lines::add);
      assertThat(lines).hasSize(5000).endsWith("5000");
    }
  }

  @Test
  void sendsToAProcessThatHasEndedAreTold() throws Exception {
    try (ChildProcess child = ProcessSpec.of("true").input(Input.lines()).start()) {
      child.awaitExit();
      awaitCondition("the input is closed", child.inputLines()::isClosed);
      assertThatThrownBy(() -> child.inputLines().send("x"))
          .isInstanceOf(IllegalStateException.class)
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void sendsToAProcessThatHasClosedItsInputAreTold() throws Exception {
    ProcessSpec spec = sh("exec <&-; echo closed; exec sleep 600").input(Input.lines());
    try (ChildProcess child = spec.output(Output.lines()).start()) {
      assertThat(child.outputLines().receive()).isEqualTo("closed");
      child.inputLines().send("is accepted and lost");
      awaitCondition("the input is closed", child.inputLines()::isClosed);
      assertThatThrownBy(() -> child.inputLines().send("x"))
          .isInstanceOf(IllegalStateException.class)
          .hasCauseInstanceOf(IOException.class);
      assertThat(child.isAlive()).isTrue();
    }
  }

  @Test
  void afterTheCloseReceiversGetTheEndAndSendersAreTold() throws Exception {
    ChildProcess child = CAT.output(Output.lines()).start();
    Running<String> receiver = Kind.VIRTUAL.start(() -> child.outputLines().receive());
    awaitBlocked(receiver.thread());
    child.close();
    assertThat(receiver.failure()).isInstanceOf(EndOfStreamException.class);
    assertThatThrownBy(() -> child.inputLines().send("x"))
        .isInstanceOf(ClosedResourceException.class);
  }

  // ---- signals

  @Test
  void aKilledProcessReportsTheSignal() throws Exception {
    try (ChildProcess child = ProcessSpec.of("sleep", "600").check(false).start()) {
      assertThat(child.kill()).isTrue();
      assertThat(child.awaitExit()).isEqualTo(137);
      assertThat(child.await().signal()).hasValue(9);
    }
  }

  @Test
  void whatAProcessWritesWhenItIsToldToTerminateIsNotLost() throws Exception {
    ProcessSpec spec = sh("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
    try (ChildProcess child = spec.output(Output.lines()).start()) {
      assertThat(child.outputLines().receive()).isEqualTo("ready");
      assertThat(child.terminate()).isTrue();
      assertThat(child.outputLines().receive()).isEqualTo("bye");
      assertThat(child.awaitExit()).isEqualTo(3);
    }
  }

  // ---- threads

  @Test
  void itsThreadsInheritNothingFromTheThreadThatStartsIt() throws Exception {
    List<String> inherited = new CopyOnWriteArrayList<>();
    InheritableThreadLocal<String> local =
        new InheritableThreadLocal<>() {
          @Override
          protected String childValue(String value) {
            inherited.add(value);
            return value;
          }
        };
    local.set("secret");
    try (ChildProcess child = CAT.start()) {
      String name = "process " + child.pid();
      List<Thread> threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith(name))
              .toList();
      assertThat(threads).hasSize(4).allMatch(thread -> thread.getContextClassLoader() == null);
      assertThat(inherited).isEmpty();
    } finally {
      local.remove();
    }
  }
}
