package io.selvage.signal;

import io.selvage.kernel.jvm.FakeSignals;
import io.selvage.kernel.jvm.SignalTable;
import java.util.Arrays;
import java.util.List;

/** Receivers whose signals a test raises, without the JVM and at once. */
public final class RaisedSignals {
  private final FakeSignals system = new FakeSignals();
  private final SignalTable table = new SignalTable(system);

  /** {@return a receiver that is open} */
  public SignalReceiver receive(String... names) {
    List<Signal> signals =
        Arrays.stream(names).map(name -> new Signal(name, system.number(name))).toList();
    SignalReceiver receiver = new SignalReceiver(table, signals);
    receiver.open();
    return receiver;
  }

  /** All receivers of this signal have got it when this returns. */
  public void raise(String name) {
    system.raise(name);
  }

  SignalTable table() {
    return table;
  }

  FakeSignals system() {
    return system;
  }
}
