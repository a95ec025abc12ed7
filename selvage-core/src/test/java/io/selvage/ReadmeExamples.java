package io.selvage;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.channel.Channel;
import io.selvage.interop.Futures;
import io.selvage.process.ProcessSpec;
import io.selvage.select.Select;
import io.selvage.service.LoopService;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.service.ServiceGroup;
import io.selvage.sync.Event;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The code of README.md, word for word; ReadmeTest compares and runs it. */
final class ReadmeExamples {
  private ReadmeExamples() {}

  static List<Object> tasks() throws InterruptedException {
    List<String> urls = List.of("x", "y");
    Channel<String> pages = Channel.unbounded();
    TaskGroup.options()
        .withName("load")
        .withLimit(4)
        .run(
            group -> {
              for (String url : urls) group.launch(url, () -> pages.send(fetch(url)));
            });
    List<String> both = Tasks.all(() -> fetch("x"), () -> fetch("y"));
    String fastest = Tasks.race(() -> fetch("slow"), () -> fetch("fast"));
    List<Integer> lengths = Tasks.map(urls, 4, url -> fetch(url).length());
    Outcome<String> outcome = Tasks.callIsolated(() -> fetch("broken"));
    return List.of(both, fastest, lengths, outcome.isSuccess());
  }

  static List<Object> cancellation() throws InterruptedException, TimeoutException {
    Optional<String> page = CancelScope.moveOnAfter(ofMillis(200)).call(() -> fetch("slow"));
    String other = CancelScope.failAfter(ofSeconds(30)).call(() -> fetch("fast"));
    ScopeGroup running = new ScopeGroup();
    boolean complete = running.run(() -> Thread.sleep(1));
    running.cancelForGood("user interrupt");
    CancelScope.shield(ofSeconds(1)).run(() -> Selvage.sleep(ofMillis(1)));
    return List.of(page.isPresent(), other, complete);
  }

  static List<Object> channels() throws InterruptedException {
    List<Object> out = new ArrayList<>();
    Channel<String> items = Channel.bounded(10);
    items.send("item");
    Event stop = new Event();
    String next =
        Select.first(
            items.onReceive().call(item -> "got " + item),
            stop.onSet().call(() -> "stop"),
            Select.after(ofSeconds(30)).call(() -> "idle"));
    items.send("last");
    items.close();
    items.forEach(item -> out.add(item));
    Semaphore two = new Semaphore(2);
    try (Semaphore.Permit permit = two.acquire()) {
      out.add(permit + " " + two);
    }
    out.add(next);
    return out;
  }

  static int loops() throws InterruptedException {
    List<String> urls = List.of("x", "y");
    Loop loop = new Loop("server");
    int[] served = {0};
    loop.run(
        () -> {
          for (String url : urls)
            loop.launch(
                url,
                () -> {
                  Selvage.runBlocking(() -> Thread.sleep(1));
                  served[0]++;
                });
        });
    return served[0];
  }

  static List<Object> services() throws InterruptedException, TimeoutException {
    List<Object> out = new ArrayList<>();
    Channel<ReplyHandle<Integer, String>> wire = Channel.unbounded();
    Thread peer = Thread.ofVirtual().start(() -> answer(wire));
    LoopService counter = LoopService.virtual("counter");
    try (ServiceGroup services = ServiceGroup.of(counter).start().awaitStarted(ofSeconds(30))) {
      Task<Integer> answer = counter.submit(() -> 41 + 1);
      out.add("answer " + answer.join());
    }
    String sorted = ProcessSpec.of("sort").input("b\na\n").run().output();
    RequestRegistry<Integer, String> replies = new RequestRegistry<>("replies");
    String pong = replies.request(1, reply -> wire.trySend(reply), ofSeconds(30));
    String future = Futures.await(CompletableFuture.supplyAsync(() -> "future"));
    peer.join();
    out.add(sorted);
    out.add(pong);
    out.add(future);
    return out;
  }

  private static void answer(Channel<ReplyHandle<Integer, String>> wire) {
    try {
      wire.receive().resolve("pong");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String fetch(String url) throws InterruptedException {
    if (url.equals("broken")) {
      throw new IllegalStateException("no such page");
    }
    Selvage.sleep(url.equals("slow") ? Duration.ofMinutes(1) : ofMillis(1));
    return url;
  }
}
