package io.selvage.signal;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ChildJvm;
import io.selvage.LeakCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real signals, most of them in processes of their own, and names that are refused. */
@ExtendWith(LeakCheck.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no kill")
class SignalsTest {

  private static ChildJvm.Result run(ChildJvm jvm, String... arguments) throws Exception {
    ChildJvm.Result result = jvm.run(ofSeconds(120), SignalProgram.class, arguments);
    assertThat(result.ended()).as("%s", result).isTrue();
    return result;
  }

  private static ChildJvm.Result run(String... arguments) throws Exception {
    return run(new ChildJvm(), arguments);
  }

  /**
   * Without those that the tests were started to ignore: their child processes ignore them, too.
   */
  private static List<String> notIgnored(String... names) throws IOException {
    List<String> left = new ArrayList<>(List.of(names));
    if (SignalProgram.isIgnored(1)) {
      left.remove("HUP");
    }
    if (SignalProgram.isIgnored(2)) {
      left.remove("INT");
    }
    return left;
  }

  @Test
  void eachSignalThatIsSentIsReceived() throws Exception {
    List<String> names = notIgnored("HUP", "INT", "TERM", "USR1", "USR2", "WINCH");
    ChildJvm.Result result =
        run(Stream.concat(Stream.of("each"), names.stream()).toArray(String[]::new));
    assertThat(result.output().lines().map(line -> line.replaceAll("Signal.name=(\\w+),.*", "$1")))
        .startsWith(names.toArray(String[]::new))
        .endsWith("end", "shutdown");
    assertThat(result.status()).isZero();
  }

  @Test
  void theJvmEndsByTheSignalAfterTheClose() throws Exception {
    ChildJvm.Result result = run("restored", "TERM");
    assertThat(result.output().lines()).containsExactly("TERM", "closed", "shutdown");
    assertThat(result.status()).isEqualTo(128 + 15);
  }

  /** USR1 has no handler of the JVM: it kills the process without shutdown hooks. */
  @Test
  void theDefaultOfTheSystemIsRestored() throws Exception {
    ChildJvm.Result result = run("restored", "USR1");
    assertThat(result.output().lines()).containsExactly("USR1", "closed");
    assertThat(result.status()).isGreaterThan(128);
  }

  @Test
  void twoReceiversGetTheSignalAndTheLastOneRestores() throws Exception {
    ChildJvm.Result result = run("two");
    assertThat(result.output().lines()).containsExactly("one USR1", "other USR1", "still USR1");
    assertThat(result.status()).isGreaterThan(128);
  }

  @Test
  void aRefusedNameLeavesTheOtherSignalsAlone() throws Exception {
    ChildJvm.Result result = run("refused", "USR1", "BUS");
    assertThat(result.output().lines())
        .containsExactly(
            "java.lang.IllegalArgumentException: the signal BUS cannot be received: the JVM needs"
                + " it for itself");
    assertThat(result.status()).isGreaterThan(128);
  }

  @Test
  void theOptionXrsIsNamed() throws Exception {
    ChildJvm.Result result = run(new ChildJvm().with("-Xrs"), "refused", "USR1", "TERM");
    assertThat(result.output().lines())
        .containsExactly(
            "java.lang.IllegalStateException: the signal TERM cannot be received: the JVM was"
                + " started with -Xrs, which leaves HUP, INT and TERM to the operating system;"
                + " start it without -Xrs");
    assertThat(result.status()).isGreaterThan(128);
  }

  @Test
  void withoutTheModuleThereIsAnExceptionThatNamesIt() throws Exception {
    ChildJvm bare = new ChildJvm().with("--limit-modules").with("java.base");
    ChildJvm.Result result = run(bare, "absent");
    assertThat(result.output().lines())
        .containsExactly(
            "signals need the module jdk.unsupported, which this JVM runs without; write \"requires"
                + " jdk.unsupported;\" into the module-info of the program, or start java with"
                + " --add-modules jdk.unsupported; a run-time image must contain the module",
            "the rest works",
            "shutdown");
    assertThat(result.status()).isZero();
  }

  /** The JDK starts a thread for each of them; what waits in the receiver is one signal. */
  @Test
  void aFloodOfRealSignalsTakesConstantMemory() throws Exception {
    ChildJvm.Result result = run(new ChildJvm().with("-Xmx16m"), "flood", "5000");
    assertThat(result.output().lines())
        .containsExactly(
            "5000 have arrived", "first Optional[USR1]", "second Optional.empty", "shutdown");
  }

  @Test
  void aSelectWaitsForASignalAndAChannel() throws Exception {
    assertThat(run("select").output().lines()).containsExactly("USR1", "item", "shutdown");
  }

  // ---- names

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FOO    | names[1] must be the name of a signal of this system such as \"HUP\", was \"FOO\"",
        "hup    | names[1] must be the name of a signal of this system such as \"HUP\", was \"hup\"",
        "SIG    | names[1] must be the name of a signal of this system such as \"HUP\", was \"SIG\"",
        "SIGHUP | names[1] must be a name without \"SIG\": \"HUP\", was \"SIGHUP\"",
        "''     | names[1] must not be empty",
        "TERM   | names[1] must be another signal than those before, was \"TERM\", which is the same"
            + " as \"TERM\""
      })
  void aWrongNameIsRefused(String name, String message) {
    assertThatThrownBy(() -> Signals.receive("TERM", name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void noNameAndNullAreRefused() {
    assertThatThrownBy(Signals::receive)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("names must have one or more names of signals such as \"HUP\", was empty");
    assertThatThrownBy(() -> Signals.receive("HUP", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("element 1 of names must not be null");
    assertThatThrownBy(() -> Signals.receive((String[]) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("names");
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "STOP", "QUIT", "BUS", "FPE", "ILL", "SEGV"})
  void whatTheJvmOrTheSystemKeepsIsRefused(String name) {
    assertThatThrownBy(() -> Signals.receive(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the signal " + name + " cannot be received: the ");
  }

  @Test
  void aSignalHasANameAndANumber() {
    assertThat(new Signal("HUP", 1)).isEqualTo(new Signal("HUP", 1));
    assertThatThrownBy(() -> new Signal("", 1)).hasMessage("name must not be empty");
    assertThatThrownBy(() -> new Signal(null, 1)).isInstanceOf(NullPointerException.class);
  }
}
