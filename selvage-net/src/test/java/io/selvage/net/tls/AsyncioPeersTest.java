package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.framing.FrameStream;
import io.selvage.net.framing.LengthFormat;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The other end is asyncio of Python, plain and encrypted, as the client and as the server. The
 * server welcomes, sends each message back in reverse, and says in the end how many there were.
 */
@Timeout(60)
class AsyncioPeersTest {
  private static final int CONNECTIONS = 20;
  private static final List<Integer> SIZES = List.of(0, 1, 100, 5000, 65_537, 300_000);
  private static final LengthFormat FORMAT = LengthFormat.of(4, 1 << 20);

  private static final String MESSAGES =
      """
      import asyncio, ssl, struct, sys

      async def receive(reader):
          try:
              head = await reader.readexactly(4)
          except asyncio.IncompleteReadError as e:
              assert e.partial == b""
              return None
          return await reader.readexactly(struct.unpack(">I", head)[0])

      async def send(writer, message):
          writer.write(struct.pack(">I", len(message)) + message)
          await writer.drain()

      async def close(writer):
          writer.close()
          await writer.wait_closed()

      """;

  private static final String SERVER =
      MESSAGES
          + """
          async def serve(reader, writer):
              await send(writer, b"welcome")
              count = 0
              while (message := await receive(reader)) not in (None, b"bye"):
                  await send(writer, message[::-1])
                  count += 1
              await send(writer, b"%d messages" % count)
              await close(writer)
              print("served", flush=True)

          async def main():
              context = None
              if len(sys.argv) > 1:
                  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                  context.load_cert_chain(sys.argv[1], sys.argv[2])
              server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
              print("port", server.sockets[0].getsockname()[1], flush=True)
              await server.serve_forever()

          asyncio.run(main())
          """;

  private static final String CLIENT =
      MESSAGES
          + """
          port = int(sys.argv[1])
          connections = int(sys.argv[2])
          sizes = [int(size) for size in sys.argv[3].split(",")]
          context = ssl.create_default_context(cafile=sys.argv[4]) if len(sys.argv) > 4 else None

          async def connect():
              name = "localhost" if context else None
              return await asyncio.open_connection(
                  "127.0.0.1", port, ssl=context, server_hostname=name)

          async def talk(number):
              reader, writer = await connect()
              assert await receive(reader) == b"welcome"
              for size in sizes:
                  message = (bytes(range(251)) * (size // 251 + 2))[number : number + size]
                  await send(writer, message)
                  assert await receive(reader) == message[::-1]
              if writer.can_write_eof():
                  writer.write_eof()
              else:
                  await send(writer, b"bye")
              assert await receive(reader) == b"%d messages" % len(sizes)
              assert await receive(reader) is None
              await close(writer)

          async def main():
              await asyncio.gather(*(talk(number) for number in range(connections)))
              print("all talked", flush=True)

          asyncio.run(main())
          """;

  /** Sends after the other end has said that it sends nothing more. */
  private static final String LATE_CLIENT =
      MESSAGES
          + """
          async def main():
              reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
              assert await receive(reader) == b"welcome"
              assert await receive(reader) is None
              for size in (1, 100000, 1):
                  await send(writer, bytes(size))
              await close(writer)
              print("sent", flush=True)

          asyncio.run(main())
          """;

  private final Channel<Throwable> failures = Channel.unbounded();

  private ServerOptions<? extends ByteStream> options(boolean encrypted) {
    var plain =
        ServerOptions.defaults().withUncaughtHandler((name, failure) -> failures.trySend(failure));
    return encrypted ? plain.withWrapper(TestKeys.server()::accept) : plain;
  }

  private static List<SocketListener> listen() throws IOException, InterruptedException {
    return Network.system().listen("127.0.0.1", 0);
  }

  private static String port(Server<?> server) {
    return String.valueOf(((InetSocketAddress) server.localAddresses().getFirst()).getPort());
  }

  private static byte[] reversed(byte[] message) {
    byte[] reversed = new byte[message.length];
    for (int i = 0; i < message.length; i++) {
      reversed[i] = message[message.length - 1 - i];
    }
    return reversed;
  }

  // ---- Python is the client

  private static void serve(ByteStream stream) throws IOException, InterruptedException {
    FrameStream<byte[]> messages = FrameStream.over(stream, FORMAT);
    messages.send("welcome".getBytes(US_ASCII));
    int count = 0;
    byte[] message = messages.receive().orElse(null);
    while (message != null && !new String(message, US_ASCII).equals("bye")) {
      messages.send(reversed(message));
      count++;
      message = messages.receive().orElse(null);
    }
    messages.send((count + " messages").getBytes(US_ASCII));
    stream.closeOutput();
  }

  private <S extends ByteStream> Server<S> launch(
      TaskGroup group, ServerOptions<S> options, ConnectionHandler<ByteStream> handler)
      throws Exception {
    return Server.launch(group, listen(), options, handler);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientsAreServed(boolean encrypted) throws Exception {
    TaskGroup.run(
        group -> {
          var server = launch(group, options(encrypted), AsyncioPeersTest::serve);
          List<String> command =
              new ArrayList<>(
                  List.of(
                      "python3",
                      "-c",
                      CLIENT,
                      port(server),
                      String.valueOf(CONNECTIONS),
                      String.join(",", SIZES.stream().map(String::valueOf).toList())));
          if (encrypted) {
            command.add(TestKeys.file("ca.pem").toString());
          }
          try (Peer python = Peer.start(command.toArray(String[]::new))) {
            assertThat(python.awaitEnd()).isEqualTo("all talked\n");
          }
          assertThat(server.stop(ofSeconds(30)).cancelled()).isZero();
        });
    assertThat(failures.drain()).isEmpty();
  }

  @Test
  void aClientSendsAfterTheOutputHasEndedHere() throws Exception {
    Channel<Integer> received = Channel.unbounded();
    TaskGroup.run(
        group -> {
          var server =
              launch(
                  group,
                  options(false),
                  stream -> {
                    FrameStream<byte[]> messages = FrameStream.over(stream, FORMAT);
                    messages.send("welcome".getBytes(US_ASCII));
                    stream.closeOutput();
                    messages.forEach(message -> received.send(message.length));
                    received.close();
                  });
          try (Peer python = Peer.start("python3", "-c", LATE_CLIENT, port(server))) {
            assertThat(python.awaitEnd()).isEqualTo("sent\n");
          }
          assertThat(server.stop(ofSeconds(30)).cancelled()).isZero();
        });
    assertThat(received.drain()).containsExactly(1, 100_000, 1);
    assertThat(failures.drain()).isEmpty();
  }

  // ---- Python is the server

  /** Ends the output before the last answer, or, over TLS, says so: asyncio drops it otherwise. */
  private static void talk(ByteStream stream, int number, boolean encrypted) throws Exception {
    FrameStream<byte[]> messages = FrameStream.over(stream, FORMAT);
    assertThat(messages.receive().orElseThrow()).asString().isEqualTo("welcome");
    for (int size : SIZES) {
      byte[] message = new byte[size];
      for (int i = 0; i < size; i++) {
        message[i] = (byte) ((number + i) % 251);
      }
      messages.send(message);
      assertThat(messages.receive()).contains(reversed(message));
    }
    if (encrypted) {
      messages.send("bye".getBytes(US_ASCII));
    } else {
      stream.closeOutput();
    }
    assertThat(messages.receive().orElseThrow()).asString().isEqualTo(SIZES.size() + " messages");
    assertThat(messages.receive()).isEmpty();
    stream.closeOutput();
  }

  private static ByteStream connect(int port, boolean encrypted) throws Exception {
    return encrypted
        ? TestKeys.client().connect(new LoopbackNetwork(), "localhost", port)
        : Network.system()
            .connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                ConnectOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerAnswers(boolean encrypted) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", "-c", SERVER));
    if (encrypted) {
      command.add(TestKeys.file("server.pem").toString());
      command.add(TestKeys.file("server.key").toString());
    }
    try (Peer python = Peer.start(command.toArray(String[]::new))) {
      python.await("port ");
      int port = Integer.parseInt(python.await("\n"));
      TaskGroup.run(
          group -> {
            for (int i = 0; i < CONNECTIONS; i++) {
              int number = i;
              group.launch(
                  "client " + i,
                  () -> {
                    try (ByteStream stream = connect(port, encrypted)) {
                      talk(stream, number, encrypted);
                    }
                  });
            }
          });
      for (int i = 0; i < CONNECTIONS; i++) {
        assertThat(python.await("served\n")).isEmpty(); // and no stack of a failure
      }
    }
  }
}
