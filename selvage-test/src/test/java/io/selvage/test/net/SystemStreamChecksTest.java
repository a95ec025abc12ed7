package io.selvage.test.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.GroupOptions;
import io.selvage.TaskGroup;
import io.selvage.net.Network;
import io.selvage.net.SocketStream;
import io.selvage.test.connection.StreamChecks;
import io.selvage.test.connection.StreamPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sockets of the system keep what a stream promises. */
@Timeout(120)
class SystemStreamChecksTest {
  @TempDir private Path folder;

  private final AtomicInteger sockets = new AtomicInteger();

  static Stream<GroupOptions> kinds() {
    return Stream.of(
        TaskGroup.options(),
        TaskGroup.options().withPlatformThreads(),
        TaskGroup.options().withLimit(1));
  }

  private static StreamPair<SocketStream> tcp() throws IOException, InterruptedException {
    return NetworkPairs.connect(
        Network.system(),
        Network.system(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** Its buffers are so small that nearly every send waits. */
  private static StreamPair<SocketStream> narrowTcp() throws IOException, InterruptedException {
    StreamPair<SocketStream> pair = tcp();
    for (SocketStream each : new SocketStream[] {pair.left(), pair.right()}) {
      each.setOption(StandardSocketOptions.SO_SNDBUF, 4_096);
      each.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
    }
    return pair;
  }

  private StreamPair<SocketStream> unix() throws IOException, InterruptedException {
    Path path = folder.resolve("s" + sockets.getAndIncrement());
    try {
      return NetworkPairs.connect(
          Network.system(), Network.system(), UnixDomainSocketAddress.of(path));
    } finally {
      Files.deleteIfExists(path);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void tcpSockets(GroupOptions options) throws Exception {
    options.run(
        group ->
            group.launch(
                () ->
                    StreamChecks.checkTwoWay(
                        SystemStreamChecksTest::tcp, new SplittableRandom(1))));
  }

  @Test
  void tcpSocketsWithSmallBuffers() throws Exception {
    StreamChecks.checkTwoWay(SystemStreamChecksTest::narrowTcp);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void unixSockets(GroupOptions options) throws Exception {
    options.run(
        group ->
            group.launch(() -> StreamChecks.checkTwoWay(this::unix, new SplittableRandom(2))));
    assertThat(folder).isEmptyDirectory();
  }
}
