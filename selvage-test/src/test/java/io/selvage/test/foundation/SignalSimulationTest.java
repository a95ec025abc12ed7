package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.select.Select;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import io.selvage.test.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Signals in simulations: raised by the test, received in any order of steps. */
class SignalSimulationTest {

  @Test
  void eachSignalIsReceivedInTheOrderOfItsArrival() {
    Simulation.explore(
        20,
        run -> {
          try (SignalReceiver signals = Signals.receive("HUP", "TERM", "USR1")) {
            for (String name : List.of("USR1", "HUP", "USR1", "TERM", "HUP")) {
              assertThat(run.raise(name)).isTrue();
            }
            assertThat(signals.receive()).isEqualTo(new Signal("USR1", 10));
            assertThat(signals.receive()).isEqualTo(new Signal("HUP", 1));
            run.raise("USR1");
            assertThat(signals.receive().name()).isEqualTo("TERM");
            assertThat(signals.receive().name()).isEqualTo("USR1");
            assertThat(signals.tryReceive()).isEmpty();
          }
        });
  }

  /** A signal that is raised after the last receive is received: merging never loses the last. */
  @Test
  void theLastSignalIsNeverLostByMerging() {
    Explored.inAllOrders(
        2,
        run -> {
          List<Integer> seen = new ArrayList<>();
          int[] version = {0};
          try (SignalReceiver signals = Signals.receive("HUP")) {
            TaskGroup.run(
                group -> {
                  group.launch(
                      () -> {
                        while (version[0] < 3 || seen.isEmpty() || seen.getLast() < 3) {
                          signals.receive();
                          seen.add(version[0]);
                        }
                      });
                  for (int change = 1; change <= 3; change++) {
                    version[0] = change;
                    run.raise("HUP");
                  }
                });
          }
          assertThat(seen).endsWith(3).hasSizeLessThanOrEqualTo(3);
        });
  }

  @Test
  void eachReceiverOfASignalGetsIt() {
    Explored.inManyOrders(
        run -> {
          try (SignalReceiver one = Signals.receive("HUP", "TERM");
              SignalReceiver other = Signals.receive("TERM")) {
            TaskGroup.run(
                group -> {
                  group.launch(() -> assertThat(one.receive().name()).isEqualTo("TERM"));
                  group.launch(() -> assertThat(other.receive().name()).isEqualTo("TERM"));
                  run.raise("TERM");
                });
            assertThat(one.tryReceive()).isEmpty();
            assertThat(other.tryReceive()).isEmpty();
          }
          assertThat(run.raise("TERM")).isFalse();
        });
  }

  /** Either a receive has returned the signal, or it is still there: under every cancellation. */
  @Test
  void aCancelledReceiveTakesNoSignal() {
    Explored.cancelledEverywhere(
        run -> {
          List<Signal> received = new ArrayList<>();
          boolean[] raised = {false};
          try (SignalReceiver signals = Signals.receive("HUP")) {
            try {
              TaskGroup.run(
                  group -> {
                    group.launch(() -> received.add(signals.receive()));
                    run.raise("HUP");
                    raised[0] = true;
                  });
            } finally {
              Optional<Signal> left = signals.tryReceive();
              int total = received.size() + (left.isPresent() ? 1 : 0);
              assertThat(total).isLessThanOrEqualTo(1);
              if (raised[0]) {
                assertThat(total).isEqualTo(1);
              }
            }
          }
        });
  }

  @Test
  void aSelectTakesASignalOrAnItemAndLosesNone() {
    Explored.inAllOrders(
        2,
        run -> {
          Channel<String> items = Channel.unbounded();
          List<String> taken = new ArrayList<>();
          try (SignalReceiver signals = Signals.receive("HUP")) {
            TaskGroup.run(
                group -> {
                  group.launch(() -> run.raise("HUP"));
                  group.launch(() -> items.send("item"));
                  for (int i = 0; i < 2; i++) {
                    taken.add(
                        Select.first(signals.onReceive().call(Signal::name), items.onReceive()));
                  }
                });
          }
          assertThat(taken).containsExactlyInAnyOrder("HUP", "item");
        });
  }

  /** A signal that races with the close is received afterwards, or has had no receiver. */
  @Test
  void aCloseWakesTheWaitingThreadsAndKeepsWhatHasArrived() {
    Explored.inAllOrders(
        2,
        run -> {
          SignalReceiver signals = Signals.receive("TERM");
          List<String> received = new ArrayList<>();
          boolean[] hadReceiver = {false};
          TaskGroup.run(
              group -> {
                group.launch(() -> signals.forEach(signal -> received.add(signal.name())));
                group.launch(() -> hadReceiver[0] = run.raise("TERM"));
                group.launch(signals::close);
              });
          if (!received.isEmpty()) {
            assertThat(hadReceiver[0]).isTrue();
          }
          assertThat(received).hasSizeLessThanOrEqualTo(1);
          assertThatThrownBy(signals::receive).isInstanceOf(EndOfStreamException.class);
          assertThat(Select.<Object, RuntimeException>first(signals.onReceiveOrEnd())).isNull();
          assertThat(run.raise("TERM")).isFalse();
        });
  }

  /** While one receiver of two closes, the other one gets every signal. */
  @Test
  void theOtherReceiverGetsWhatIsRaisedDuringAClose() {
    Explored.inAllOrders(
        3,
        run -> {
          SignalReceiver closing = Signals.receive("HUP");
          try (SignalReceiver staying = Signals.receive("HUP")) {
            TaskGroup.run(
                group -> {
                  group.launch(closing::close);
                  group.launch(() -> assertThat(run.raise("HUP")).isTrue());
                });
            assertThat(staying.tryReceive()).isPresent();
          }
        });
  }

  @Test
  void aWaitForASignalHasADeadline() {
    Simulation.explore(
        20,
        run -> {
          try (SignalReceiver signals = Signals.receive("HUP")) {
            assertThat(CancelScope.moveOnAfter(ofSeconds(5)).call(signals::receive)).isEmpty();
            assertThat(run.elapsed()).isEqualTo(ofSeconds(5));
            Selvage.sleep(ofSeconds(1));
            run.raise("HUP");
            assertThat(signals.receive().name()).isEqualTo("HUP");
          }
        });
  }

  @Test
  void aCancelledThreadReceivesNothingButMayTry() {
    Simulation.explore(
        20,
        run -> {
          try (SignalReceiver signals = Signals.receive("HUP")) {
            run.raise("HUP");
            CancelScope scope = CancelScope.create();
            scope.run(
                () -> {
                  scope.cancel("enough");
                  assertThatThrownBy(signals::receive).isInstanceOf(CancelledException.class);
                  assertThat(signals.tryReceive()).isPresent();
                });
          }
        });
  }

  @Test
  void runsDoNotShareTheirSignals() {
    Simulation.explore(
        3,
        run -> {
          SignalReceiver left = Signals.receive("HUP"); // not closed, on purpose
          assertThat(left.tryReceive()).isEmpty();
          run.raise("HUP");
        });
  }

  @Test
  void anUnknownSignalIsRefused() {
    Simulation.explore(
        1,
        run ->
            assertThatThrownBy(() -> run.raise("FOO"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                    "name must be the name of a signal of Linux such as \"HUP\", was \"FOO\""));
  }
}
