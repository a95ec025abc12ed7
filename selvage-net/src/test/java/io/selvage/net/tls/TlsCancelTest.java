package io.selvage.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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
    assumeTrue(
        Files.isDirectory(Path.of("/proc/self/fd")), "this system has no /proc/self/fd to count");
    TlsCancels.connects(10, 3); // classes are loaded, the poller has its descriptors
    long before = TlsCancels.sockets();
    assertThat(TlsCancels.connects(100, 4)).isPositive();
    TlsCancels.assertSockets(before);
  }
}
