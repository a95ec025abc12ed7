package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.selvage.CancelScope;
import io.selvage.Loop;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapter on HTTP clients, with a server of its own. */
class HttpChapterTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore slowRequests = new Semaphore(0); // counts those that have arrived
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, 200));
    server.createContext("/missing", exchange -> answer(exchange, 404));
    server.createContext("/slow", this::answerAtTheEnd);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    client.close();
    server.stop(0);
    threads.close();
  }

  private void answerAtTheEnd(HttpExchange exchange) throws IOException {
    slowRequests.release();
    Threads.await(over);
    exchange.close();
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    byte[] body = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private URI uri(String path) {
    InetSocketAddress at = server.getAddress();
    return URI.create("http://" + at.getAddress().getHostAddress() + ":" + at.getPort() + path);
  }

  @Test
  void requestsAreAnswered() throws Exception {
    assertThat(HttpChapter.get(client, uri("/a"))).isEqualTo("/a");
    assertThat(HttpChapter.getInTime(client, uri("/b"))).isEqualTo("/b");
    assertThat(HttpChapter.getAsync(client, uri("/c"))).isEqualTo("/c");
    assertThat(HttpChapter.getAll(client, List.of(uri("/a"), uri("/b"), uri("/c"))))
        .containsExactly("/a", "/b", "/c");
    assertThat(
            new Loop().<String, IOException>call(() -> HttpChapter.getInALoop(client, uri("/d"))))
        .isEqualTo("/d");
  }

  @Test
  void failuresAreThrownAsTheyAre() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HttpChapter.getAll(client, List.of(uri("/a"), uri("/missing"))))
        .withMessage("/missing answered 404");
  }

  @Test
  void aCancelEndsTheWaitForTheAnswer() throws Exception {
    cancelOnceTheServerHasIt(() -> HttpChapter.get(client, uri("/slow")));
    cancelOnceTheServerHasIt(() -> HttpChapter.getAsync(client, uri("/slow")));
    cancelOnceTheServerHasIt(() -> HttpChapter.getInALoop(client, uri("/slow")));
  }

  private void cancelOnceTheServerHasIt(ThrowingRunnable<Exception> request) throws Exception {
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                slowRequests.acquire();
                scope.cancel("too slow");
              });
          assertThat(scope.run(request)).isFalse();
        });
  }
}
