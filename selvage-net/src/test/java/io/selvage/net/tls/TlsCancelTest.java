package io.selvage.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.net.Descriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cancels at random points; {@link TlsCancelStressTest} has many more. */
@Timeout(120)
class TlsCancelTest {

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void noByteIsLostOrDoubledByCancels(TlsVersion version) throws Exception {
    TlsCancels.transfer(version, 150, 1);
  }

  @ParameterizedTest
  @EnumSource(TlsVersion.class)
  void aHandshakeThatIsCancelledGoesOn(TlsVersion version) throws Exception {
    TlsCancels.handshakes(version, 60, 2);
  }

  @Test
  void aConnectOrAcceptThatIsCancelledLeavesNoDescriptor() throws Exception {
    long before = Descriptors.count(); // others may be released later: never more than these
    assertThat(TlsCancels.connects(100, 4)).isPositive();
    Descriptors.awaitAtMost(before);
  }
}
