package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.Network;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of HTTP/1.1, written by hand, to the server of the JDK, plain and encrypted. */
@Timeout(60)
class HttpServerOfTheJdkTest {
  private static final byte[] CRLF = {'\r', '\n'};
  private static final int MOST = 1 << 16;

  /** The server, and what runs its handlers. */
  private record Serving(HttpServer server, ExecutorService executor) implements AutoCloseable {
    static Serving start(boolean encrypted) throws IOException {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      HttpServer server;
      if (encrypted) {
        HttpsServer secure = HttpsServer.create(any, 0);
        KeyChooser keys = new KeyChooser(() -> TestKeys.SERVER, Map.of());
        secure.setHttpsConfigurator(new HttpsConfigurator(TlsContexts.of(keys, TestKeys.CA)));
        server = secure;
      } else {
        server = HttpServer.create(any, 0);
      }
      ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
      server.setExecutor(executor);
      server.createContext("/echo", exchange -> answer(exchange, /* chunked= */ false));
      server.createContext("/chunked", exchange -> answer(exchange, /* chunked= */ true));
      server.start();
      return new Serving(server, executor);
    }

    private static void answer(HttpExchange exchange, boolean chunked) throws IOException {
      byte[] body = exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("X-Seen", exchange.getRequestMethod());
      boolean none = body.length == 0 && !chunked;
      exchange.sendResponseHeaders(200, chunked ? 0 : none ? -1 : body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        for (int from = 0; from < body.length; from += 10_000) {
          out.write(body, from, Math.min(10_000, body.length - from));
          out.flush();
        }
      }
    }

    ByteStream connect(boolean encrypted) throws IOException, InterruptedException {
      InetSocketAddress address = server.getAddress();
      return encrypted
          ? TestKeys.client().connect(new LoopbackNetwork(), "localhost", address.getPort())
          : Network.system().connect(address, ConnectOptions.defaults());
    }

    @Override
    public void close() {
      server.stop(0);
      executor.close();
    }
  }

  private record Response(String status, Map<String, String> headers, ByteBuffer body) {}

  private static void send(ByteStream stream, String method, String path, byte[] body, String more)
      throws IOException, InterruptedException {
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + body.length
            + "\r\n"
            + more
            + "\r\n";
    stream.sendAll(ByteBuffer.wrap(head.getBytes(US_ASCII)), ByteBuffer.wrap(body));
  }

  private static String line(ByteStream stream) throws IOException, InterruptedException {
    return new String(stream.receiveUntil(CRLF, 1000), US_ASCII);
  }

  private static Response receive(ByteStream stream) throws IOException, InterruptedException {
    String status = line(stream);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(stream); !line.isEmpty(); line = line(stream)) {
      String[] parts = line.split(": ", 2);
      headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
    }
    byte[] body =
        headers.containsKey("transfer-encoding")
            ? chunks(stream)
            : stream.receiveExactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    return new Response(status, headers, ByteBuffer.wrap(body));
  }

  private static byte[] chunks(ByteStream stream) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int length = Integer.parseInt(line(stream), 16);
    while (length > 0) {
      all.write(stream.receiveExactly(length));
      assertThat(line(stream)).isEmpty();
      length = Integer.parseInt(line(stream), 16);
    }
    assertThat(line(stream)).isEmpty();
    return all.toByteArray();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyRequestsGoOverOneConnection(boolean encrypted) throws Exception {
    try (Serving serving = Serving.start(encrypted);
        ByteStream stream = serving.connect(encrypted)) {
      for (int length : new int[] {0, 1, 1000, 100_000, MOST}) {
        byte[] body = random(length);
        for (String path : new String[] {"/echo", "/chunked"}) {
          send(stream, "POST", path, body, "");
          Response response = receive(stream);
          assertThat(response.status()).isEqualTo("HTTP/1.1 200 OK");
          assertThat(response.headers()).containsEntry("x-seen", "POST");
          assertThat(response.body()).isEqualTo(ByteBuffer.wrap(body));
        }
      }
      send(stream, "GET", "/echo", new byte[0], "Connection: close\r\n");
      assertThat(receive(stream).headers()).containsEntry("x-seen", "GET");
      assertThat(stream.receiveSome()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRequestThatIsRefusedIsAnsweredAndEnded(boolean encrypted) throws Exception {
    try (Serving serving = Serving.start(encrypted);
        ByteStream stream = serving.connect(encrypted)) {
      send(stream, "GET", "/nothing", new byte[0], "");
      assertThat(receive(stream).status()).startsWith("HTTP/1.1 404");
      assertThat(stream.receiveSome()).isEmpty(); // the JDK closes it
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyConnectionsSendAndReceiveAtOnce(boolean encrypted) throws Exception {
    int connections = 10;
    byte[] body = random(1 << 20); // more than the buffers in between hold
    try (Serving serving = Serving.start(encrypted)) {
      TaskGroup.run(
          group -> {
            for (int i = 0; i < connections; i++) {
              group.launch(
                  "client " + i,
                  () -> {
                    try (ByteStream stream = serving.connect(encrypted)) {
                      send(stream, "POST", "/chunked", body, "");
                      assertThat(receive(stream).body()).isEqualTo(ByteBuffer.wrap(body));
                    }
                  });
            }
          });
    }
  }
}
