package io.selvage.net.tls;

import io.selvage.net.Descriptors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ten thousand cancels of each kind. */
@Tag("stress")
@Timeout(600)
class TlsCancelStressTest {
  private static final int CANCELS = 10_000;

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void noByteIsLostOrDoubledByCancels(TlsVersion version) throws Exception {
    TlsCancels.transfer(version, CANCELS, System.nanoTime());
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aHandshakeThatIsCancelledGoesOn(TlsVersion version) throws Exception {
    TlsCancels.handshakes(version, CANCELS, System.nanoTime());
  }

  @Test
  void aConnectOrAcceptThatIsCancelledLeavesNoDescriptor() throws Exception {
    long before = Descriptors.count(); // others may be released later: never more than these
    int cancelled = 0;
    while (cancelled < CANCELS) {
      cancelled += TlsCancels.connects(1_000, System.nanoTime());
    }
    Descriptors.awaitAtMost(before);
  }
}
