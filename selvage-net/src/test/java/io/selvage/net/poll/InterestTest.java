package io.selvage.net.poll;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The poller sleeps while there is nothing to do. */
@Timeout(60)
class InterestTest {

  @Test
  void aConnectedStreamThatHasWaitedForOutputDoesNotKeepThePollerBusy() throws Exception {
    try (SocketListener listener =
            Network.system()
                .listen(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    ListenOptions.defaults());
        SocketStream here =
            Network.system().connect(listener.localAddress(), ConnectOptions.defaults());
        SocketStream there = listener.accept()) {
      TaskGroup.run(
          group -> {
            group.launch(() -> here.sendAll(new byte[1 << 24]));
            there.receiveExactly(1 << 24);
          });
      assertThat(CancelScope.moveOnAfter(ofMillis(1)).call(listener::accept)).isEmpty();
      // A poller that spins looks all the time; one that sleeps does so a few times at most.
      long before = looksOfPoller();
      Selvage.sleep(ofMillis(300));
      assertThat(looksOfPoller() - before).isLessThan(100);
    }
  }

  /** How often the poller's thread has given up or lost its processor, plus its time in ticks. */
  private static long looksOfPoller() throws Exception {
    Path threads = Path.of("/proc/self/task");
    Assumptions.assumeTrue(Files.isDirectory(threads), "there is no " + threads);
    try (var all = Files.list(threads)) {
      for (Path thread : all.toList()) {
        if (Files.readString(thread.resolve("comm")).startsWith("selvage-poller")) {
          String status = Files.readString(thread.resolve("schedstat"));
          return Long.parseLong(status.split(" ")[0]) / 1_000_000; // milliseconds of work
        }
      }
    }
    throw new AssertionError("there is no poller");
  }
}
