package io.selvage.kernel.jvm;

import static io.selvage.kernel.jvm.FakeSignals.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets a signal, and which handler is set afterwards. */
class SignalTableTest {
  private static final List<String> HUP = List.of("HUP");

  private final FakeSignals system = new FakeSignals();
  private final SignalTable table = new SignalTable(system);

  /** Notes the numbers of the signals; refuses them once it is closed. */
  private static final class Notes implements SignalTable.Sink {
    final List<Integer> numbers = new ArrayList<>();
    boolean closed;

    @Override
    public boolean arrived(int number) {
      return !closed && numbers.add(number);
    }
  }

  private final Notes one = new Notes();
  private final Notes other = new Notes();

  @Test
  void allReceiversOfASignalGetItAndNoOthers() {
    table.open(List.of("HUP", "INT"), one);
    table.open(List.of("INT", "TERM"), other);
    system.raise("HUP");
    system.raise("INT");
    system.raise("TERM");
    assertThat(one.numbers).containsExactly(1, 2);
    assertThat(other.numbers).containsExactly(2, 5);
    assertThat(system.changes).containsExactly("HUP on", "INT on", "TERM on");
  }

  @Test
  void theLastReceiverRestoresTheHandlerBefore() {
    List<String> before = new ArrayList<>();
    Runnable ofTheJvm = () -> before.add("exit");
    system.handle("TERM", ofTheJvm);
    table.open(List.of("HUP", "TERM"), one);
    table.open(List.of("TERM"), other);
    table.close(List.of("HUP", "TERM"), one);
    assertThat(system.current("HUP")).isEqualTo(DEFAULT);
    system.raise("TERM");
    assertThat(other.numbers).containsExactly(5);
    assertThat(before).isEmpty();
    table.close(List.of("TERM"), other);
    assertThat(system.current("TERM")).isSameAs(ofTheJvm);
    system.raise("TERM");
    assertThat(before).containsExactly("exit");
  }

  @Test
  void aCloseOfAReceiverThatIsNotThereChangesNothing() {
    table.open(HUP, one);
    table.close(HUP, other);
    table.close(List.of("INT"), one);
    system.raise("HUP");
    assertThat(one.numbers).containsExactly(1);
    assertThat(system.changes).containsExactly("HUP on");
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "STOP", "QUIT", "BUS", "FPE", "ILL", "SEGV"})
  void aSignalThatIsKeptIsRefusedWithoutATry(String name) {
    assertThatThrownBy(() -> table.open(List.of("HUP", name), one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the signal " + name + " cannot be received: the ");
    table.close(List.of("HUP", name), one);
    assertThat(system.changes).containsExactly("HUP on", "HUP off");
  }

  @Test
  void aCloseAfterARefusalLeavesNoneRegistered() {
    table.open(HUP, other);
    IllegalArgumentException refusal = new IllegalArgumentException("no");
    system.beforeHandle.put(
        "TERM",
        () -> {
          throw refusal;
        });
    assertThatThrownBy(() -> table.open(List.of("HUP", "INT", "TERM", "USR1"), one))
        .isSameAs(refusal);
    table.close(List.of("HUP", "INT", "TERM", "USR1"), one);
    assertThat(system.changes).containsExactly("HUP on", "INT on", "INT off");
    system.raise("HUP");
    assertThat(one.numbers).isEmpty();
    assertThat(other.numbers).containsExactly(1);
    system.beforeHandle.clear();
    table.open(List.of("TERM"), one); // nothing is left of the attempt
    system.raise("TERM");
    assertThat(one.numbers).containsExactly(5);
  }

  /** The thread of a signal may be slow: it calls the handler when the receiver has closed. */
  @Test
  void aSignalThatComesTooLateGoesToTheHandlerBefore() {
    table.open(HUP, one);
    Object ours = system.current("HUP");
    table.close(HUP, one);
    one.closed = true;
    system.call(ours, "HUP");
    assertThat(one.numbers).isEmpty();
    assertThat(system.defaults).containsExactly("HUP");
  }

  @Test
  void aSignalThatComesTooLateGoesToTheNextReceiver() {
    table.open(HUP, one);
    Object ours = system.current("HUP");
    table.close(HUP, one);
    one.closed = true;
    table.open(HUP, other);
    assertThat(system.current("HUP")).isNotSameAs(ours);
    system.call(ours, "HUP");
    assertThat(other.numbers).containsExactly(1);
    assertThat(system.defaults).isEmpty();
  }

  @Test
  void aReceiverThatThrowsDoesNotKeepTheSignalFromTheOthers() {
    IllegalStateException broken = new IllegalStateException("broken");
    SignalTable.Sink throwing =
        number -> {
          throw broken;
        };
    table.open(HUP, throwing);
    table.open(HUP, one);
    assertThatThrownBy(() -> system.raise("HUP")).isSameAs(broken);
    assertThat(one.numbers).containsExactly(1);
    table.close(HUP, one);
    assertThatThrownBy(() -> system.raise("HUP")).isSameAs(broken); // and is not raised again
    assertThat(system.defaults).isEmpty();
  }

  // ---- other code sets a handler, too

  private final List<String> foreign = new ArrayList<>();

  private Object setForeignHandler() {
    Runnable handler = () -> foreign.add("foreign");
    return system.handle("HUP", handler);
  }

  @Test
  void aHandlerThatOtherCodeHasSetMeanwhileStays() {
    table.open(HUP, one);
    var unused = setForeignHandler();
    table.close(HUP, one);
    system.raise("HUP");
    assertThat(foreign).containsExactly("foreign");
    assertThat(one.numbers).isEmpty();
  }

  /** The foreign handler is taken out for a moment; it must come back. */
  @Test
  void aForeignHandlerStaysIfTheHeapIsFullDuringTheClose() {
    table.open(HUP, one);
    var unused = setForeignHandler();
    int[] calls = {0};
    system.beforeHandle.put("HUP", () -> system.exhausted = ++calls[0] == 2 ? 1 : 0);
    assertThatThrownBy(() -> table.close(HUP, one)).isInstanceOf(OutOfMemoryError.class);
    table.close(HUP, one);
    system.raise("HUP");
    assertThat(foreign).containsExactly("foreign");
    assertThat(one.numbers).isEmpty();
  }

  @Test
  void aSignalIsPassedOnThoughTheHeapIsFull() {
    table.open(HUP, one);
    Object ours = setForeignHandler();
    table.close(HUP, one);
    one.closed = true;
    system.exhausted = 3;
    system.call(ours, "HUP");
    assertThat(system.defaults).containsExactly("HUP");
    system.raise("HUP");
    assertThat(foreign).containsExactly("foreign");
  }

  @Test
  void ourHandlerThatOtherCodeSetsAgainAfterTheCloseGivesWay() {
    table.open(HUP, one);
    Object ours = setForeignHandler();
    table.close(HUP, one);
    one.closed = true;
    system.handle("HUP", ours); // it restores what it has found
    system.raise("HUP");
    system.raise("HUP");
    assertThat(system.defaults).containsExactly("HUP", "HUP");
    assertThat(system.current("HUP")).isEqualTo(DEFAULT);
  }

  @Test
  void ourHandlerThatOtherCodeCallsAfterTheCloseCallsTheOneBefore() {
    List<String> before = new ArrayList<>();
    Runnable ofTheJvm = () -> before.add("exit");
    system.handle("HUP", ofTheJvm);
    table.open(HUP, one);
    Object[] ours = new Object[1];
    Runnable chain =
        () -> {
          foreign.add("foreign");
          system.call(ours[0], "HUP");
        };
    ours[0] = system.handle("HUP", chain);
    system.raise("HUP");
    assertThat(one.numbers).containsExactly(1);
    table.close(HUP, one);
    one.closed = true;
    system.raise("HUP");
    assertThat(before).containsExactly("exit");
    assertThat(foreign).hasSize(2);
    assertThat(system.current("HUP")).isSameAs(chain);
  }

  @Test
  void aReceiverThatOpensOverAForeignHandlerRestoresIt() {
    table.open(HUP, one);
    var unused = setForeignHandler();
    table.close(HUP, one);
    table.open(HUP, other);
    system.raise("HUP");
    assertThat(other.numbers).containsExactly(1);
    table.close(HUP, other);
    system.raise("HUP");
    assertThat(foreign).containsExactly("foreign");
  }
}
