package io.selvage.net.tls;

import static io.selvage.Operation.waiting;
import static io.selvage.net.StreamOperations.made;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ClosedResourceException;
import io.selvage.Fixture;
import io.selvage.Operation;
import io.selvage.TaskGroup;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import io.selvage.net.StreamOperations;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The operations of encrypted streams that wait, for the test that cancels all operations. */
public final class TlsOperations {
  private static final TlsClient CLIENT = TestKeys.client();
  private static final TlsServer SERVER = TestKeys.server();

  public static final List<Operation> ALL =
      List.of(
          waiting("TlsStream.handshake(), of the client", TlsOperations::handshakeOfClient),
          waiting("TlsStream.handshake(), of the server", TlsOperations::handshakeOfServer),
          waiting("TlsClient.connect(Network, String, int)", TlsOperations::connect),
          waiting("TlsServer.accept(ByteStream)", TlsOperations::accept),
          waiting(
              "ByteStream.receiveSome(), encrypted",
              () -> receive((stream, got) -> got.writeBytes(stream.receiveSome()))),
          waiting(
              "ByteStream.receiveExactly(int), encrypted",
              () -> receive((stream, got) -> got.writeBytes(stream.receiveExactly(4)))),
          waiting("ByteStream.awaitInput(), encrypted", () -> receive((s, got) -> s.awaitInput())),
          waiting(
              "ByteStream.sendAll(ByteBuffer[]), encrypted",
              () ->
                  StreamOperations.ofSend(
                      made(() -> ready(SocketPairs.connectNarrow())),
                      (s, from) -> s.sendAll(from))),
          waiting("ByteStream.closeOutput(), before the handshake", TlsOperations::closeOutput));

  private TlsOperations() {}

  private static List<TlsStream> over(List<SocketStream> ends) {
    return List.of(CLIENT.over(ends.getFirst(), "localhost"), SERVER.over(ends.getLast()));
  }

  /** {@return both ends after the handshake} */
  private static List<TlsStream> ready(List<SocketStream> ends) throws Exception {
    List<TlsStream> streams = over(ends);
    TaskGroup.run(
        group -> {
          group.launch("server", streams.getLast()::handshake);
          streams.getFirst().handshake();
        });
    return streams;
  }

  private static Fixture receive(StreamOperations.Receive receive) {
    return StreamOperations.ofReceive(made(() -> ready(SocketPairs.connect())), receive);
  }

  private static void ask(ByteStream stream) throws IOException, InterruptedException {
    stream.sendAll(new byte[] {7});
    assertThat(stream.receiveExactly(1)).containsExactly(7);
  }

  private static void answer(ByteStream stream) throws IOException, InterruptedException {
    stream.sendAll(stream.receiveExactly(1));
  }

  private static void close(List<? extends ByteStream> ends) throws IOException {
    for (ByteStream end : ends) {
      end.close();
    }
  }

  // ---- handshakes that go on

  private static Fixture handshakeOfClient() {
    List<TlsStream> ends = made(() -> over(SocketPairs.connect()));
    AtomicReference<Running<Void>> server = new AtomicReference<>();
    return Fixture.of(
        ends.getFirst()::handshake,
        () -> server.set(Kind.VIRTUAL.run(() -> answer(ends.getLast()))),
        happened -> {
          ask(ends.getFirst());
          server.get().get();
        },
        () -> close(ends));
  }

  private static Fixture handshakeOfServer() {
    List<TlsStream> ends = made(() -> over(SocketPairs.connect()));
    AtomicReference<Running<Void>> client = new AtomicReference<>();
    return Fixture.of(
        ends.getLast()::handshake,
        () -> client.set(Kind.VIRTUAL.run(() -> ask(ends.getFirst()))),
        happened -> {
          answer(ends.getLast());
          client.get().get();
        },
        () -> close(ends));
  }

  private static Fixture closeOutput() {
    List<TlsStream> ends = made(() -> over(SocketPairs.connect()));
    AtomicReference<Running<byte[]>> received = new AtomicReference<>();
    return Fixture.of(
        ends.getFirst()::closeOutput,
        () -> received.set(Kind.VIRTUAL.start(ends.getLast()::receiveSome)),
        happened -> {
          ends.getFirst().closeOutput();
          assertThat(received.get().get()).isEmpty();
        },
        () -> close(ends));
  }

  // ---- handshakes that are given up

  private static Fixture connect() {
    SocketListener listener =
        made(
            () ->
                Network.system()
                    .listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        ListenOptions.defaults()));
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    AtomicReference<TlsStream> connected = new AtomicReference<>();
    AtomicReference<Running<Void>> server = new AtomicReference<>();
    return Fixture.of(
        () -> connected.set(CLIENT.connect(Network.system(), "127.0.0.1", port)),
        () -> server.set(Kind.VIRTUAL.run(() -> answerAll(listener))),
        happened -> {
          assertThat(connected.get() != null).isEqualTo(happened);
          TlsStream stream =
              happened
                  ? connected.get()
                  : CLIENT.connect(Network.system(), "127.0.0.1", port); // the server goes on
          ask(stream);
          stream.close();
          listener.close();
          server.get().get();
        },
        listener::close);
  }

  private static void answerAll(SocketListener listener) throws IOException, InterruptedException {
    while (true) {
      try (TlsStream accepted = SERVER.accept(listener.accept())) {
        answer(accepted);
      } catch (BrokenStreamException e) {
        // a connect was cancelled
      } catch (ClosedResourceException e) {
        return;
      }
    }
  }

  private static Fixture accept() {
    List<SocketStream> ends = made(SocketPairs::connect);
    AtomicReference<TlsStream> accepted = new AtomicReference<>();
    AtomicReference<Running<Boolean>> client = new AtomicReference<>();
    return Fixture.of(
        () -> accepted.set(SERVER.accept(ends.getLast())),
        () -> client.set(Kind.VIRTUAL.start(() -> isAnswered(ends.getFirst()))),
        happened -> {
          assertThat(accepted.get() != null).isEqualTo(happened);
          if (happened) {
            answer(accepted.get());
          } else {
            assertThatThrownBy(ends.getLast()::receiveSome)
                .isInstanceOf(ClosedResourceException.class);
          }
          assertThat(client.get().get()).isEqualTo(happened);
        },
        () -> close(ends));
  }

  private static boolean isAnswered(SocketStream below) throws IOException, InterruptedException {
    try {
      ask(CLIENT.over(below, "localhost"));
      return true;
    } catch (BrokenStreamException e) {
      return false;
    }
  }
}
