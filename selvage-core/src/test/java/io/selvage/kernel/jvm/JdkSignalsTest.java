package io.selvage.kernel.jvm;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The handlers of the JVM that runs the tests. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no WINCH")
class JdkSignalsTest {
  private final JdkSignals signals = new JdkSignals();

  /** The JDK refuses to call a native handler by this exception; other code may throw it, too. */
  @Test
  void onlyTheRefusalOfTheJdkIsIgnored() {
    UnsupportedOperationException own = new UnsupportedOperationException("mine");
    Object foreign =
        signals.handler(
            () -> {
              throw own;
            });
    assertThatThrownBy(() -> signals.call(foreign, "WINCH")).isSameAs(own);
    Object ofTheSystem = signals.handle("WINCH", foreign);
    try {
      assertThatCode(() -> signals.call(ofTheSystem, "WINCH")).doesNotThrowAnyException();
    } finally {
      var unused = signals.handle("WINCH", ofTheSystem);
    }
  }
}
