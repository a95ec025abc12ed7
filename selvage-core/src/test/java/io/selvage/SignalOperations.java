package io.selvage;

import static io.selvage.Operation.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.function.ThrowingConsumer;
import io.selvage.select.Select;
import io.selvage.signal.RaisedSignals;
import io.selvage.signal.SignalReceiver;
import java.util.List;

/** The operations of {@code io.selvage.signal} that wait, for {@link CancelEverywhereTest}. */
final class SignalOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("SignalReceiver.receive", () -> signal(SignalReceiver::receive)),
          waiting("SignalReceiver.forEach", SignalOperations::untilTheClose),
          waiting(
              "Select of SignalReceiver.onReceive",
              () -> signal(signals -> Select.first(signals.onReceive()))),
          waiting(
              "Select of SignalReceiver.onReceiveOrEnd",
              () -> signal(signals -> Select.first(signals.onReceiveOrEnd()))));

  private SignalOperations() {}

  private static Fixture untilTheClose() {
    SignalReceiver signals = new RaisedSignals().receive("HUP");
    return Fixture.of(
        () -> signals.forEach(signal -> {}),
        signals::close,
        happened -> assertThat(signals.isClosed()).isTrue());
  }

  private static Fixture signal(ThrowingConsumer<SignalReceiver, Exception> receive) {
    RaisedSignals system = new RaisedSignals();
    SignalReceiver signals = system.receive("HUP");
    return Fixture.of(
        () -> receive.accept(signals),
        () -> system.raise("HUP"),
        happened -> {
          assertThat(signals.tryReceive().isPresent()).isEqualTo(!happened);
        });
  }
}
