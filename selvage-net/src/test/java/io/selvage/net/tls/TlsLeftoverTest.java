package io.selvage.net.tls;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.AbstractByteStream;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import io.selvage.sync.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that could not be sent yet, because the stream below takes nothing. */
@Timeout(60)
class TlsLeftoverTest {

  /** A stream that sends only while it is open, and nothing at once. */
  private static final class Valve extends AbstractByteStream {
    private final ByteStream below;
    private final Event open = new Event();
    private final Event sends = new Event();
    private boolean arrived;

    Valve(ByteStream below) {
      this.below = below;
      open.set();
    }

    @Override
    protected int tryReceive(ByteBuffer into) throws IOException {
      try {
        return arrived ? below.receive(into) : 0;
      } catch (InterruptedException e) {
        throw new IOException(e);
      } finally {
        arrived = false;
      }
    }

    @Override
    protected void awaitReceivable() throws IOException, InterruptedException {
      below.awaitInput();
      arrived = true;
    }

    @Override
    protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
      sends.set();
      open.await();
      below.sendAll(from);
    }

    @Override
    protected void endOutput() throws IOException, InterruptedException {
      below.closeOutput();
    }

    @Override
    protected void release() throws IOException {
      below.close();
    }
  }

  private static TlsPair connectOver(List<SocketStream> ends, Valve valve) throws Exception {
    TlsPair pair =
        new TlsPair(
            TestKeys.client().over(valve, "localhost"), TestKeys.server().over(ends.get(1)));
    TaskGroup.run(
        group -> {
          group.launch(pair.server()::handshake);
          pair.client().handshake();
        });
    return pair;
  }

  /** Cancels an operation as soon as it sends something to the valve, which is closed. */
  private static void cancelAtTheValve(Valve valve, ThrowingRunnable<IOException> operation)
      throws Exception {
    valve.sends.clear();
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                valve.sends.await();
                scope.cancel();
              });
          assertThat(scope.run(operation)).isFalse();
        });
  }

  @Test
  void anEmptySendSendsTheRecordsThatAreLeft() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    Valve valve = new Valve(ends.get(0));
    try (TlsPair pair = connectOver(ends, valve)) {
      byte[] text = TlsStreamTest.random(1_000);
      valve.open.clear();
      cancelAtTheValve(valve, () -> pair.client().sendAll(text));
      assertThatThrownBy(() -> pair.client().sendAll(new byte[0]))
          .hasMessageContaining("was cut short after 1000 bytes");
      assertThat(pair.client().resumeSending()).isEqualTo(1_000);
      ByteBuffer more = ByteBuffer.allocate(10);
      cancelAtTheValve(valve, () -> pair.client().sendSome(more));
      assertThat(more.position()).isZero(); // the rest comes first
      valve.open.set();
      pair.client().sendAll(new byte[0]);
      assertThat(pair.server().receiveExactly(1_000)).isEqualTo(text);
      pair.client().closeOutput();
      assertThat(pair.server().receiveSome()).isEmpty();
    }
  }

  @Test
  void theEndOfTheOutputSendsTheRecordsThatAreLeft() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    Valve valve = new Valve(ends.get(0));
    try (TlsPair pair = connectOver(ends, valve)) {
      byte[] text = TlsStreamTest.random(1_000);
      valve.open.clear();
      cancelAtTheValve(valve, () -> pair.client().sendAll(text));
      cancelAtTheValve(valve, pair.client()::closeOutput);
      valve.open.set();
      pair.client().closeOutput();
      assertThat(pair.server().receiveExactly(1_000)).isEqualTo(text);
      assertThat(pair.server().receiveSome()).isEmpty();
    }
  }

  @Test
  void theEndOfTheOutputWakesTheSenderAtOnce() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    Valve valve = new Valve(ends.get(0));
    try (TlsPair pair = connectOver(ends, valve)) {
      byte[] text = TlsStreamTest.random(1_000);
      valve.open.clear();
      valve.sends.clear();
      TaskGroup.run(
          group -> {
            Task<Boolean> sender =
                group.fork(
                    () -> {
                      assertThatThrownBy(() -> pair.client().sendAll(text))
                          .isInstanceOf(ClosedResourceException.class);
                      return true;
                    });
            valve.sends.await();
            group.launch("closer", pair.client()::closeOutput);
            sender.join(); // while nothing can be sent
            valve.open.set();
            assertThat(pair.server().receiveExactly(1_000)).isEqualTo(text);
            assertThat(pair.server().receiveSome()).isEmpty();
          });
    }
  }

  @Test
  void aCloseNeverWaitsForItsFarewell() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    Valve valve = new Valve(ends.get(0));
    try (TlsPair pair = connectOver(ends, valve)) {
      valve.open.clear();
      pair.client().close();
      assertThatThrownBy(pair.server()::receiveSome).isInstanceOf(BrokenStreamException.class);
    }
  }

  @Test
  void manyAnswersThatCannotBeSentHoldTheReceiverBack() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    Valve valve = new Valve(ends.get(0));
    try (TlsPair pair = connectOver(ends, valve)) {
      valve.open.clear();
      int received = 0;
      boolean held = false;
      while (!held) {
        pair.server().engine().beginHandshake();
        pair.server().sendAll(new byte[] {1});
        held =
            CancelScope.moveOnAfter(ofMillis(500))
                .call(() -> pair.client().receiveExactly(1))
                .isEmpty();
        received += held ? 0 : 1;
      }
      assertThat(received).isLessThan(50);
      valve.open.set();
      assertThat(pair.client().receiveExactly(1)).containsExactly(1);
    }
  }
}
