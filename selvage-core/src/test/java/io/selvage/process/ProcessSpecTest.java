package io.selvage.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.BrokenResourceException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.Threads.Kind;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands that are run to their ends. */
@ExtendWith(ProcessLeakCheck.class)
class ProcessSpecTest {
  private static final String LARGE = "x".repeat(10_000_000);

  private static ProcessSpec sh(String script) {
    return ProcessSpec.of("sh", "-c", script);
  }

  private static List<String> linesOf(ProcessSpec spec) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    spec.forEachLine(lines::add);
    return lines;
  }

  // ---- input and outputs

  @ParameterizedTest
  @EnumSource
  void theInputIsFedAndBothOutputsAreCaptured(Kind kind) throws Exception {
    ProcessResult result = kind.call(() -> sh("cat; echo oops >&2").input("text").run());
    assertThat(result.output()).isEqualTo("text");
    assertThat(result.error()).isEqualTo("oops\n");
    assertThat(result.exitStatus()).isZero();
    assertThat(result.succeeded()).isTrue();
    assertThat(result.command()).containsExactly("sh", "-c", "cat; echo oops >&2");
  }

  @Test
  void withoutAnInputTheProcessFindsItsEnd() throws Exception {
    assertThat(ProcessSpec.of("cat").run().output()).isEmpty();
    assertThat(ProcessSpec.of("cat").input("").run().output()).isEmpty();
  }

  @Test
  void bytesAndFilesAreInputsToo(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("in"), "from a file");
    byte[] bytes = {104, 105};
    ProcessSpec hi = ProcessSpec.of("cat").input(Input.bytes(bytes));
    bytes[0] = 0;
    assertThat(hi.run().output()).isEqualTo("hi");
    assertThat(ProcessSpec.of("cat").input(Input.file(file)).run().output())
        .isEqualTo("from a file");
  }

  @Test
  void anOutputThatIsNotCapturedIsEmpty(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("out");
    ProcessSpec spec = sh("echo out; echo err >&2").error(Output.discard());
    ProcessResult result = spec.output(Output.file(file)).run();
    spec.output(Output.append(file)).run();
    assertThat(result.output()).isEmpty();
    assertThat(result.error()).isEmpty();
    assertThat(file).hasContent("out\nout\n");
  }

  @Test
  void theErrorOutputCanBeMergedIntoTheOther() throws Exception {
    ProcessResult result = sh("echo a; echo b >&2; echo c").error(Output.merge()).run();
    assertThat(result.output()).isEqualTo("a\nb\nc\n");
    assertThat(result.error()).isEmpty();
  }

  @Test
  void muchOnBothOutputsAndTheInputAtOnceBlocksNobody() throws Exception {
    ProcessSpec spec = sh("cat & seq 1 300000 >&2; wait").input(Input.file(Path.of("/dev/null")));
    assertThat(spec.run().error()).endsWith("\n300000\n");
    ProcessResult both = sh("tee /dev/stderr").input(LARGE).run();
    assertThat(both.output()).isEqualTo(LARGE);
    assertThat(both.error()).isEqualTo(LARGE);
  }

  @Test
  void aProcessThatDoesNotReadItsInputIsNoFailure() throws Exception {
    assertThat(ProcessSpec.of("true").input(LARGE).run().succeeded()).isTrue();
    assertThat(ProcessSpec.of("head", "-c", "3").input(LARGE).run().output()).isEqualTo("xxx");
  }

  @Test
  void textIsUtf8UnlessSetAndWhatIsNoTextIsReplaced() throws Exception {
    ProcessSpec spec = sh("printf 'a\\377\\303\\244'");
    assertThat(spec.run().output()).isEqualTo("a\uFFFDä");
    assertThat(linesOf(spec)).containsExactly("a\uFFFDä");
    assertThat(spec.charset(StandardCharsets.ISO_8859_1).run().output()).isEqualTo("a\u00ffÃ¤");
    assertThat(ProcessSpec.of("cat").input("ä€").run().output()).isEqualTo("ä€");
    assertThat(
            ProcessSpec.of("cat")
                .charset(StandardCharsets.UTF_16LE)
                .input("ä€")
                .run()
                .output()
                .length())
        .isEqualTo(2);
  }

  // ---- lines

  @Test
  void linesEndWithEachKindOfLineBreakAndTheLastOneMayHaveNone() throws Exception {
    assertThat(linesOf(sh("printf 'one\\ntwo\\r\\nthree\\rfour'")))
        .containsExactly("one", "two", "three", "four");
    assertThat(linesOf(sh("printf '\\n\\na\\n'"))).containsExactly("", "", "a");
    assertThat(linesOf(sh("printf 'a\\r'; sleep 0.05; printf '\\nb'"))).containsExactly("a", "b");
    assertThat(linesOf(ProcessSpec.of("true"))).isEmpty();
  }

  @Test
  void linesAcrossTheChunksOfTheReaderAreWhole() throws Exception {
    String line = "0123456789".repeat(3_000);
    assertThat(linesOf(ProcessSpec.of("cat").input(line + "\n" + line)))
        .containsExactly(line, line);
  }

  @Test
  void forEachLineReturnsTheRest() throws Exception {
    List<String> lines = new ArrayList<>();
    ProcessResult result =
        sh("echo line; echo oops >&2; exit 3").check(false).forEachLine(lines::add);
    assertThat(lines).containsExactly("line");
    assertThat(result.error()).isEqualTo("oops\n");
    assertThat(result.output()).isEmpty();
    assertThat(result.exitStatus()).isEqualTo(3);
  }

  @Test
  void whatTheActionThrowsEndsTheProcess() {
    IOException failure = new IOException("enough");
    assertThatThrownBy(
            () ->
                ProcessSpec.of("yes")
                    .forEachLine(
                        line -> {
                          throw failure;
                        }))
        .isSameAs(failure);
  }

  @Test
  void aLineThatIsTooLongBreaksTheOutput() throws Exception {
    ProcessSpec spec = sh("echo short; yes | tr -d '\\n'").lineLimit(1000);
    List<String> lines = new ArrayList<>();
    assertThatThrownBy(() -> spec.forEachLine(lines::add))
        .isInstanceOf(BrokenResourceException.class)
        .hasRootCauseMessage(
            "line 2 is longer than 1000 characters: set ProcessSpec.lineLimit, or use"
                + " Output.chunks()");
    assertThat(lines).containsExactly("short");
    assertThat(linesOf(sh("echo 12345").lineLimit(5))).containsExactly("12345");
  }

  @Test
  void aMillionLinesNeedConstantMemory() throws Exception {
    ProcessSpec reader =
        ProcessSpec.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx24m",
            "-cp",
            place(ProcessSpec.class) + java.io.File.pathSeparator + place(MillionLines.class),
            MillionLines.class.getName());
    assertThat(reader.run().output()).isEqualTo("1000000 lines, 7000000 characters\n");
  }

  private static String place(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** Reads more from a process than fits into the memory of this one. */
  static final class MillionLines {
    private MillionLines() {}

    public static void main(String[] args) throws InterruptedException {
      long[] count = new long[2];
      ProcessSpec.of("seq", "-w", "1", "1000000")
          .forEachLine(
              line -> {
                count[0]++;
                count[1] += line.length();
              });
      System.out.println(count[0] + " lines, " + count[1] + " characters");
    }
  }

  // ---- the exit status

  @Test
  void anExitStatusOtherThanZeroIsAnExceptionWithEverythingThatWasWritten() {
    ProcessFailedException failure =
        catchThrowableOfType(
            ProcessFailedException.class, () -> sh("echo out; echo bad >&2; exit 3").run());
    assertThat(failure)
        .hasMessage(
            "command 'sh -c echo out; echo bad >&2; exit 3' ended with exit status 3; its error"
                + " output:\nbad");
    assertThat(failure.result().output()).isEqualTo("out\n");
    assertThat(failure.result().error()).isEqualTo("bad\n");
    assertThat(failure.result().exitStatus()).isEqualTo(3);
    assertThat(failure.result().signal()).isEmpty();
  }

  @Test
  void theMessageHasTheEndOfALongErrorOutputOnly() {
    Throwable manyLines = catchThrowable(() -> sh("seq 1 1000 >&2; exit 1").run());
    assertThat(manyLines)
        .message()
        .endsWith(
            "its error output ends with:\n" + "991\n992\n993\n994\n995\n996\n997\n998\n999\n1000");
    Throwable longLine = catchThrowable(() -> sh("cat >&2; exit 1").input(LARGE).run());
    assertThat(longLine).message().endsWith(" ends with:\n" + "x".repeat(1_000));
    assertThat(catchThrowable(() -> sh("printf 'a\\033[31mb\\tc' >&2; exit 1").run()))
        .message()
        .endsWith(" output:\na\\u001b[31mb\\tc");
    assertThat(catchThrowable(ProcessSpec.of("false")::run))
        .hasMessage("command 'false' ended with exit status 1");
  }

  @Test
  void anExitStatusIsNotCheckedIfSoAsked() throws Exception {
    ProcessResult result = sh("exit 3").check(false).run();
    assertThat(result.exitStatus()).isEqualTo(3);
    assertThat(result.succeeded()).isFalse();
    assertThatThrownBy(result::orThrow).isInstanceOf(ProcessFailedException.class);
    ProcessResult good = ProcessSpec.of("true").run();
    assertThat(good.orThrow()).isSameAs(good);
  }

  @Test
  void aSignalIsReported() throws Exception {
    ProcessResult result = sh("kill -9 $$").check(false).run();
    assertThat(result.exitStatus()).isEqualTo(137);
    assertThat(result.signal()).hasValue(9);
    assertThatThrownBy(sh("kill -15 $$")::run)
        .hasMessageContaining("ended with exit status 143 (signal 15)");
  }

  // ---- folder and environment

  @Test
  void folderAndEnvironmentAreThoseOfTheSpec(@TempDir Path folder) throws Exception {
    assertThat(ProcessSpec.of("pwd").in(folder).run().output().strip())
        .isEqualTo(folder.toRealPath().toString());
    ProcessSpec env = sh("echo $A-$B");
    assertThat(env.env("A", "1").env("B", "2").env("A", "3").run().output()).isEqualTo("3-2\n");
    assertThat(env.env("A", "1").withoutEnv("A").run().output()).isEqualTo("-\n");
    assertThat(ProcessSpec.of("/usr/bin/env").emptyEnv().env("A", "1").run().output())
        .isEqualTo("A=1\n");
  }

  @Test
  void whatCannotBeStartedIsNamed(@TempDir Path folder) {
    assertThatThrownBy(ProcessSpec.of("no-such-program", "x").in(folder)::run)
        .isInstanceOf(ProcessStartException.class)
        .hasMessageStartingWith("cannot start command 'no-such-program x' in folder " + folder)
        .hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(ProcessSpec.of("true").in(folder.resolve("none"))::run)
        .isInstanceOf(ProcessStartException.class)
        .hasMessage(
            "cannot start command 'true' in folder "
                + folder.resolve("none")
                + ": the folder does not exist");
    assertThatThrownBy(ProcessSpec.of("cat").input(Input.file(folder.resolve("none")))::run)
        .isInstanceOf(ProcessStartException.class)
        .hasMessageContaining("none");
  }

  // ---- bad arguments

  @Test
  void badCommandsAreRefusedAtOnce() {
    assertThatThrownBy(() -> ProcessSpec.of())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("command must begin with the name of a program, was []");
    assertThatThrownBy(() -> ProcessSpec.of("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProcessSpec.of("a", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("element 1 of command must not be null");
    assertThatThrownBy(() -> ProcessSpec.of(List.of("a", "b\0c")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("element 1 of command must have no NUL character, but has one at index 1");
  }

  @Test
  void badSettingsAreRefusedAtOnce() {
    ProcessSpec spec = ProcessSpec.of("true");
    assertThatThrownBy(() -> spec.env("", "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.env("a=b", "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.env("a", "x\0")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.withoutEnv("=")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.lineLimit(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.output(Output.merge()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.grace(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anInputOrOutputThatNobodyCanReachIsRefused() {
    ProcessSpec spec = ProcessSpec.of("true");
    assertThatThrownBy(spec.input(Input.lines())::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the input is lines(), but the process is not visible here; use start");
    assertThatThrownBy(spec.output(Output.chunks())::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the output is chunks(), but the process is not visible here; use start or"
                + " forEachLine");
    assertThatThrownBy(spec.error(Output.lines())::run).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> spec.output(Output.discard()).forEachLine(line -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("forEachLine reads the output itself, but the output is discard()");
  }

  @Test
  void textsLeaveTheEnvironmentOut() {
    assertThat(ProcessSpec.of("a", "b").in(Path.of("/x")).env("PASSWORD", "p"))
        .hasToString("ProcessSpec['a b' in /x]");
    assertThat(ProcessSpec.of("a", "y".repeat(300)))
        .hasToString("ProcessSpec['a " + "y".repeat(197) + "…']");
  }

  // ---- beside other tasks

  @Test
  void inASerialGroupTheOtherTasksRunMeanwhile() throws Exception {
    Channel<String> text = Channel.rendezvous();
    TaskGroup.options()
        .withLimit(1)
        .run(
            group -> {
              group.launch(
                  "process",
                  () -> {
                    ProcessSpec spec = ProcessSpec.of("cat").input(Input.lines());
                    try (ChildProcess child = spec.start()) {
                      child.inputLines().send(text.receive());
                      child.inputLines().close();
                      text.send(child.await().output());
                    }
                  });
              text.send("hello");
              assertThat(text.receive()).isEqualTo("hello\n");
            });
  }

  @Test
  void manyProcessesRunAtOnce() throws Exception {
    List<Integer> numbers = IntStream.range(0, 40).boxed().toList();
    assertThat(Tasks.map(numbers, n -> sh("echo " + n + "; cat >&2").input("x").run().output()))
        .isEqualTo(numbers.stream().map(n -> n + "\n").toList());
  }

  @Test
  void threadsOfTheCommonPoolMayAllWaitForProcesses() {
    List<Integer> numbers = IntStream.range(0, 20).boxed().toList();
    assertThat(numbers.parallelStream().map(ProcessSpecTest::echo).toList())
        .isEqualTo(numbers.stream().map(n -> n + "\n").toList());
  }

  private static String echo(int n) {
    try {
      return ProcessSpec.of("echo", "" + n).run().output();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPathOfAnotherFileSystemIsRefused() {
    Path other = Path.of(URI.create("jrt:/java.base/java/lang/Object.class"));
    List<ThrowingRunnable<RuntimeException>> uses =
        List.of(
            () -> sh("true").in(other),
            () -> Input.file(other),
            () -> Output.file(other),
            () -> Output.append(other));
    for (ThrowingRunnable<RuntimeException> use : uses) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must be a path of the default file system")
          .hasMessageContaining("jrt:/java.base/java/lang/Object.class");
    }
  }
}
