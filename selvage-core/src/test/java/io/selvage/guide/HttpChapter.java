package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.Tasks;
import io.selvage.interop.Futures;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The code of docs/guide/http.md; GuideTest compares it. */
final class HttpChapter {
  private HttpChapter() {}

  // @start region="send"
  static String get(HttpClient client, URI uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(uri.getPath() + " answered " + response.statusCode());
    }
    return response.body();
  }

  // @end

  // @start region="limit"
  static String getInTime(HttpClient client, URI uri)
      throws IOException, InterruptedException, TimeoutException {
    return CancelScope.failAfter(ofSeconds(30)).call(() -> get(client, uri));
  }

  // @end

  // @start region="many"
  static List<String> getAll(HttpClient client, List<URI> uris)
      throws IOException, InterruptedException {
    try {
      return Tasks.map(uris, 8, uri -> get(client, uri)); // at most 8 requests at a time
    } catch (TaskFailedException e) {
      e.rethrow(IOException.class);
      throw e;
    }
  }

  // @end

  // @start region="async"
  static String getAsync(HttpClient client, URI uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    CompletableFuture<HttpResponse<String>> response =
        client.sendAsync(request, BodyHandlers.ofString());
    return Futures.await(response, IOException.class).body();
  }

  // @end

  // @start region="loop"
  static String getInALoop(HttpClient client, URI uri) throws IOException, InterruptedException {
    return Selvage.callBlocking(() -> get(client, uri));
  }
  // @end
}
