package io.selvage.net.poll;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The poller is asked for nothing while no thread waits. */
@Timeout(60)
class InterestTest {
  private static final int MOST_LOOKS = 2_000;

  @Test
  void aConnectedChannelIsNotAskedForItsConnectAgain() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel here = SocketChannel.open(listener.getLocalAddress());
          SocketChannel there = listener.accept()) {
        here.configureBlocking(false);
        Readiness readiness = new Readiness(here);
        TaskGroup.run(
            group -> {
              while (here.write(ByteBuffer.allocate(1 << 16)) > 0) {
                Selvage.checkpoint();
              }
              Task<?> waiting = group.launch(() -> readiness.awaitOutput("write", here));
              there.configureBlocking(false);
              while (!waiting.isDone()) {
                there.read(ByteBuffer.allocateDirect(1 << 16));
                Selvage.checkpoint();
              }
            });
        // The system would report it at once, again and again, and the poller would never sleep.
        for (int i = 0; readiness.interest() != 0 && i < MOST_LOOKS; i++) {
          Selvage.sleep(ofMillis(1));
        }
        assertThat(readiness.interest()).isZero();
        readiness.close();
        here.close();
        readiness.release();
      }
    }
  }
}
