package io.selvage.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.GroupOptions;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.poll.ThreadWithoutMemory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners over real sockets. */
@Timeout(60)
class ChannelListenerTest {
  private static final Network NETWORK = Network.system();

  private static SocketListener listen(int port) throws Exception {
    return NETWORK.listen(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ListenOptions.defaults());
  }

  private static SocketStream connect(SocketListener listener) throws Exception {
    return NETWORK.connect(listener.localAddress(), ConnectOptions.defaults());
  }

  @Test
  void waitingThreadsAreServedInTheOrderOfTheirArrival() throws Exception {
    try (SocketListener listener = listen(0);
        OpenStreams streams = new OpenStreams()) {
      // Tasks that take turns: each of them is waiting before the next one begins.
      TaskGroup.options()
          .withLimit(1)
          .run(
              group -> {
                List<Task<SocketStream>> acceptors = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                  acceptors.add(group.fork("acceptor " + i, listener::accept));
                }
                for (int i = 0; i < 10; i++) {
                  Selvage.checkpoint();
                }
                for (Task<SocketStream> acceptor : acceptors) {
                  SocketStream here = connect(listener);
                  streams.add(here);
                  SocketStream there = acceptor.join();
                  streams.add(there);
                  assertThat(there.remoteAddress()).isEqualTo(here.localAddress());
                }
              });
    }
  }

  @Test
  void anAcceptThatTimesOutTakesNothing() throws Exception {
    try (SocketListener listener = listen(0)) {
      for (int i = 0; i < 20; i++) {
        assertThat(CancelScope.moveOnAfter(ofMillis(1)).call(listener::accept)).isEmpty();
        try (SocketStream here = connect(listener);
            SocketStream there = listener.accept()) {
          assertThat(there.remoteAddress()).isEqualTo(here.localAddress());
        }
      }
    }
  }

  @Test
  void anInterruptFromOutsideLeavesTheListenerWhole() throws Exception {
    try (SocketListener listener = listen(0)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(listener::accept).isExactlyInstanceOf(InterruptedException.class);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      try (SocketStream here = connect(listener);
          SocketStream there = listener.accept()) {
        assertThat(there.remoteAddress()).isEqualTo(here.localAddress());
      }
    }
  }

  @Test
  void aCloseWakesAllAcceptors() throws Exception {
    for (GroupOptions options :
        List.of(TaskGroup.options(), TaskGroup.options().withPlatformThreads())) {
      SocketListener listener = listen(0);
      options.run(
          group -> {
            for (int i = 0; i < 10; i++) {
              group.launch(
                  "acceptor " + i,
                  () ->
                      assertThatThrownBy(listener::accept)
                          .isInstanceOf(ClosedResourceException.class)
                          .hasMessageContaining("it was closed"));
            }
            Selvage.sleep(ofMillis(5)); // most of them wait now; those that do not find it closed
            listener.close();
          });
      assertThat(listener).asString().contains("closed");
    }
  }

  @Test
  void theAddressIsFreeWhenCloseReturns() throws Exception {
    SocketListener first = listen(0);
    SocketAddress address = first.localAddress();
    first.close();
    for (int i = 0; i < 500; i++) {
      SocketListener listener = NETWORK.listen(address, ListenOptions.defaults());
      TaskGroup.run(
          group -> {
            // The accept has registered the channel, so the poller releases the descriptor.
            assertThat(CancelScope.moveOnAfter(ofMillis(1)).call(listener::accept)).isEmpty();
            group.launch(listener::close);
            listener.close(); // whichever is second waits for the first
            NETWORK.listen(address, ListenOptions.defaults()).close();
          });
    }
  }

  @Test
  void aCloseIsNotDelayedByACancellationOrAnInterrupt() throws Exception {
    SocketListener listener = listen(0);
    SocketAddress address = listener.localAddress();
    assertThat(CancelScope.moveOnAfter(ofMillis(1)).call(listener::accept)).isEmpty();
    CancelScope scope = CancelScope.create();
    assertThat(
            scope.run(
                () -> {
                  scope.cancel("now");
                  Thread.currentThread().interrupt();
                  listener.close();
                  Selvage.checkpoint();
                }))
        .isFalse();
    assertThat(Thread.interrupted()).isFalse();
    NETWORK.listen(address, ListenOptions.defaults()).close();
  }

  @Test
  void aCloseThatFindsTheHeapFullFreesTheAddressAnyway() throws Exception {
    SocketListener listener = listen(0);
    assertThat(CancelScope.moveOnAfter(ofMillis(1)).call(listener::accept)).isEmpty();
    AtomicInteger full = new AtomicInteger(3);
    ThreadWithoutMemory.run("heap: Readiness.release", full, listener::close);
    assertThat(full).hasValue(0);
    NETWORK.listen(listener.localAddress(), ListenOptions.defaults()).close();
  }

  @Test
  void aConnectionThatWasResetBeforeItIsAcceptedStopsNothing() throws Exception {
    try (SocketListener listener = listen(0)) {
      for (int i = 0; i < 100; i++) {
        SocketStream here = connect(listener);
        here.setOption(StandardSocketOptions.SO_LINGER, 0);
        here.close(); // by a reset
      }
      try (SocketStream here = connect(listener)) {
        SocketStream there = listener.accept();
        while (!there.remoteAddress().equals(here.localAddress())) {
          there.close();
          there = listener.accept();
        }
        there.close();
      }
    }
  }
}
