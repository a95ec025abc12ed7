package io.selvage.signal;

import static io.selvage.Threads.awaitBlocked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.select.Select;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One receiver: what waits in it, which thread gets it, how it ends. */
@ExtendWith(LeakCheck.class)
class SignalReceiverTest {
  private static final Signal HUP = new Signal("HUP", 1);
  private static final Signal INT = new Signal("INT", 2);
  private static final Signal TERM = new Signal("TERM", 5);

  private final RaisedSignals system = new RaisedSignals();

  @Test
  void theSameSignalsAreMergedAndTheOrderIsThatOfTheFirst() throws Exception {
    try (SignalReceiver signals = system.receive("HUP", "INT", "TERM")) {
      for (String name : List.of("TERM", "HUP", "TERM", "INT", "HUP", "HUP")) {
        system.raise(name);
      }
      assertThat(signals.receive()).isEqualTo(TERM);
      system.raise("TERM");
      assertThat(signals.receive()).isEqualTo(HUP);
      assertThat(signals.tryReceive()).contains(INT);
      assertThat(signals.tryReceive()).contains(TERM);
      assertThat(signals.tryReceive()).isEmpty();
    }
  }

  @Test
  void aFloodLeavesOneOfEach() throws Exception {
    try (SignalReceiver signals = system.receive("HUP", "INT")) {
      for (int i = 0; i < 100_000; i++) {
        system.raise("HUP");
        system.raise("INT");
      }
      assertThat(signals.receive()).isEqualTo(HUP);
      assertThat(signals.receive()).isEqualTo(INT);
      assertThat(signals.tryReceive()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingThreadGetsTheSignal(Kind kind) throws Exception {
    try (SignalReceiver signals = system.receive("HUP")) {
      Running<Signal> waiting = kind.start(signals::receive);
      awaitBlocked(waiting.thread());
      system.raise("HUP");
      assertThat(waiting.get()).isEqualTo(HUP);
      assertThat(signals.tryReceive()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLongestWaitingThreadIsServedFirst(Kind kind) throws Exception {
    try (SignalReceiver signals = system.receive("HUP", "INT")) {
      Running<Signal> first = kind.start(signals::receive);
      awaitBlocked(first.thread());
      Running<Signal> second = kind.start(signals::receive);
      awaitBlocked(second.thread());
      system.raise("INT");
      system.raise("HUP");
      assertThat(first.get()).isEqualTo(INT);
      assertThat(second.get()).isEqualTo(HUP);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCloseWakesAllAndASecondOneDoesNothing(Kind kind) throws Exception {
    SignalReceiver signals = system.receive("HUP");
    Running<Signal> receiving = kind.start(signals::receive);
    Running<Object> selecting =
        kind.start(() -> Select.<Object, RuntimeException>first(signals.onReceiveOrEnd()));
    awaitBlocked(receiving.thread());
    awaitBlocked(selecting.thread());
    signals.close();
    signals.close();
    assertThat(receiving.failure()).isInstanceOf(EndOfStreamException.class).hasMessage("closed");
    assertThat(selecting.get()).isNull();
    assertThat(signals.isClosed()).isTrue();
    assertThat(system.system().changes).containsExactly("HUP on", "HUP off");
  }

  @Test
  void whatHasArrivedIsReceivedAfterTheClose() throws Exception {
    SignalReceiver signals = system.receive("HUP", "INT", "TERM");
    system.raise("INT");
    system.raise("HUP");
    system.raise("TERM");
    signals.close();
    system.raise("TERM");
    assertThat(Select.<Signal, RuntimeException>first(signals.onReceive())).isEqualTo(INT);
    List<Signal> rest = new ArrayList<>();
    signals.forEach(rest::add);
    assertThat(rest).containsExactly(HUP, TERM);
    assertThatThrownBy(signals::receive).isInstanceOf(EndOfStreamException.class);
    assertThatThrownBy(signals::tryReceive).isInstanceOf(EndOfStreamException.class);
    assertThatThrownBy(() -> Select.first(signals.onReceive()))
        .isInstanceOf(EndOfStreamException.class);
    assertThat(system.system().defaults).containsExactly("TERM");
  }

  @ParameterizedTest
  @EnumSource
  void aSelectWaitsForASignalAndAChannel(Kind kind) throws Exception {
    Channel<String> items = Channel.unbounded();
    try (SignalReceiver signals = system.receive("HUP")) {
      Running<String> one =
          kind.start(() -> Select.first(items.onReceive(), signals.onReceive().call(Signal::name)));
      awaitBlocked(one.thread());
      system.raise("HUP");
      assertThat(one.get()).isEqualTo("HUP");
      Running<String> two =
          kind.start(() -> Select.first(items.onReceive(), signals.onReceive().call(Signal::name)));
      awaitBlocked(two.thread());
      items.send("item");
      assertThat(two.get()).isEqualTo("item");
      system.raise("HUP"); // the select that is over takes nothing
      assertThat(signals.tryReceive()).contains(HUP);
    }
  }

  @Test
  void anExceptionOfTheActionLeavesTheReceiverOpen() {
    try (SignalReceiver signals = system.receive("HUP", "INT")) {
      system.raise("HUP");
      system.raise("INT");
      IllegalStateException broken = new IllegalStateException("reload failed");
      assertThatThrownBy(
              () ->
                  signals.forEach(
                      signal -> {
                        throw broken;
                      }))
          .isSameAs(broken);
      assertThat(signals.isClosed()).isFalse();
      assertThat(signals.tryReceive()).contains(INT);
    }
  }

  /** While a receiver is opened in vain it must swallow no signal: TERM has to end the process. */
  @Test
  void whatArrivesDuringARefusedOpenIsPassedOn() {
    system
        .system()
        .beforeHandle
        .put(
            "INT",
            () -> {
              system.raise("TERM");
              throw new IllegalArgumentException("no");
            });
    assertThatThrownBy(() -> system.receive("TERM", "INT")).hasMessage("no");
    assertThat(system.system().defaults).containsExactly("TERM");
  }

  /** A thread of a signal may have looked up the receivers before the open was refused. */
  @Test
  void whatArrivesAfterARefusedOpenIsPassedOn() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    CountDownLatch refused = new CountDownLatch(1);
    List<Integer> others = new CopyOnWriteArrayList<>();
    SignalTable.Sink slow =
        number -> {
          others.add(number);
          seen.countDown();
          awaitUninterruptibly(refused);
          return others.size() > 1;
        };
    system.table().open(List.of("TERM"), slow);
    List<Running<Boolean>> raising = new ArrayList<>();
    system
        .system()
        .beforeHandle
        .put(
            "INT",
            () -> {
              raising.add(
                  Kind.PLATFORM.start(
                      () -> {
                        system.raise("TERM");
                        return true;
                      }));
              awaitUninterruptibly(seen);
              throw new IllegalArgumentException("no");
            });
    assertThatThrownBy(() -> system.receive("TERM", "INT")).hasMessage("no");
    refused.countDown();
    assertThat(raising.getFirst().get()).isTrue();
    assertThat(others).containsExactly(5, 5);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aCloseSucceedsWhileTheHeapIsFull(int exhausted) {
    SignalReceiver signals = system.receive("HUP", "TERM");
    system.system().exhausted = exhausted;
    signals.close();
    assertThat(signals.isClosed()).isTrue();
    assertThat(system.system().exhausted).isZero();
    system.raise("HUP");
    system.raise("TERM");
    assertThat(system.system().defaults).containsExactly("HUP", "TERM");
  }

  /** The receiver is still open, so that the signal is not raised for ever. */
  @Test
  void aCloseThatFailsCanBeRepeated() throws Exception {
    SignalReceiver signals = system.receive("TERM");
    IllegalStateException broken = new IllegalStateException("broken");
    system
        .system()
        .beforeHandle
        .put(
            "TERM",
            () -> {
              throw broken;
            });
    assertThatThrownBy(signals::close).isSameAs(broken);
    system.raise("TERM");
    assertThat(signals.receive()).isEqualTo(TERM);
    system.system().beforeHandle.clear();
    signals.close();
    assertThat(signals.isClosed()).isTrue();
    system.raise("TERM");
    assertThat(system.system().defaults).containsExactly("TERM");
  }

  @Test
  void whatWasNotReceivedIsPassedOnInItsOrder() throws Exception {
    try (SignalReceiver other = system.receive("INT")) {
      SignalReceiver signals = system.receive("TERM", "HUP", "INT", "USR1");
      for (String name : List.of("USR1", "INT", "HUP", "TERM")) {
        system.raise(name);
      }
      assertThat(signals.receive().name()).isEqualTo("USR1");
      assertThat(other.receive()).isEqualTo(INT);
      signals.closeAndPassOn();
      assertThat(system.system().defaults).containsExactly("HUP", "TERM");
      assertThat(other.tryReceive()).contains(INT);
      assertThatThrownBy(signals::tryReceive).isInstanceOf(EndOfStreamException.class);
    }
  }

  @Test
  void aCloseKeepsWhatCanBePassedOnLaterAlsoWhileTheHeapIsFull() {
    SignalReceiver signals = system.receive("HUP", "TERM");
    system.raise("TERM");
    signals.close();
    assertThat(system.system().defaults).isEmpty();
    system.system().exhausted = 2;
    signals.closeAndPassOn();
    signals.closeAndPassOn();
    assertThat(system.system().defaults).containsExactly("TERM");
  }

  @Test
  void itTellsItsSignals() {
    SignalReceiver signals = system.receive("TERM", "HUP");
    assertThat(signals.signals()).containsExactly(TERM, HUP);
    assertThat(signals).hasToString("SignalReceiver[TERM, HUP]");
    signals.close();
    assertThat(signals).hasToString("SignalReceiver[TERM, HUP] (closed)");
  }
}
