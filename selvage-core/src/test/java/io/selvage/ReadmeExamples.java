package io.selvage;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.channel.Channel;
import io.selvage.interop.Futures;
import io.selvage.service.LoopService;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import io.selvage.service.ServiceGroup;
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

  static List<Object> theDailyApi() throws InterruptedException, TimeoutException {
    List<String> urls = List.of("x", "y");
    List<Object> out = new ArrayList<>();
    Channel<ReplyHandle<Integer, String>> wire = Channel.unbounded();
    Thread peer = Thread.ofVirtual().start(() -> answer(wire));
    // Tasks: a group ends when all of its tasks have; the first failure cancels the others.
    int sum =
        TaskGroup.call(
            group -> {
              Task<Integer> a = group.fork("a", () -> slowAddOne(3));
              Task<Integer> b = group.fork("b", () -> slowAddOne(4));
              return a.join() + b.join();
            });
    Channel<String> pages = Channel.unbounded();
    TaskGroup.options()
        .withName("load")
        .withLimit(4)
        .run(
            group -> { // at most 4 run at once; 1 = a serial loop
              for (String url : urls) group.fork(url, () -> pages.send(fetch(url)));
            });

    // Many calls at once: all of them, the first one, a few at a time, or what became of one. Who
    // is not needed is cancelled and joined.
    List<String> both = Tasks.all(() -> fetch("x"), () -> fetch("y"));
    String fastest = Tasks.race(() -> fetch("slow"), () -> fetch("fast"));
    List<Integer> lengths = Tasks.map(urls, 4, url -> fetch(url).length());
    Outcome<String> outcome =
        Tasks.callIsolated(() -> fetch("broken")); // a Success or a Failure, nothing is thrown

    // A loop: its tasks run one at a time, without locks; if one fails all are cancelled. Calls
    // that block go apart.
    Loop loop = new Loop("server");
    int[] served = {0};
    loop.run(
        () -> {
          for (String url : urls)
            loop.launch(
                url,
                () -> {
                  Selvage.runBlocking(() -> Thread.sleep(1)); // on a platform thread
                  served[0]++;
                });
        });

    // Events, locks, semaphores, barriers: for all threads and loops, first come first served.
    Semaphore two = new Semaphore(2);
    try (Semaphore.Permit permit = two.acquire()) {
      out.add(permit + " " + two);
    }

    // Time limits: whole subtree cancelled and joined, then empty, or TimeoutException.
    Optional<String> page = CancelScope.moveOnAfter(ofMillis(200)).call(() -> fetch("slow"));
    String page2 = CancelScope.failAfter(ofSeconds(30)).call(() -> fetch("fast"));

    // Cancelling from any thread, a signal's for instance; the region catches it, the thread lives
    // on.
    ScopeGroup running = new ScopeGroup();
    boolean complete =
        running.run(() -> Thread.sleep(1)); // foreign code is interrupted, and only there
    running.cancelForGood("user interrupt");
    CancelScope.shield(ofSeconds(1))
        .run(() -> Selvage.sleep(ofMillis(1))); // clean-up that is not cut short

    // Channels: any number of senders and receivers, on any threads and loops.
    pages.send("item"); // trySend in callbacks and clean-up: never throws for cancellation
    pages.close(); // what was sent is still delivered
    pages.forEach(item -> out.add(item));

    // Services: threads and loops with a beginning and an end that can be waited for.
    LoopService counter = LoopService.virtual("counter");
    try (ServiceGroup services = ServiceGroup.of(counter).start().awaitStarted(ofSeconds(30))) {
      Task<Integer> answer = counter.submit(() -> 41 + 1); // runs in the loop
      out.add("answer " + answer.join());
    }

    // Futures, reactive streams, executors, user interfaces: both ways, cancellation both ways.
    String future = Futures.await(CompletableFuture.supplyAsync(() -> "future"));

    // Requests and replies across threads: one compare-and-set decides reply against timeout.
    RequestRegistry<Integer, String> replies = new RequestRegistry<>();
    String pong = replies.request(1, reply -> wire.trySend(reply), ofSeconds(30));
    peer.join();
    out.addAll(List.of(sum, page.isPresent(), page2, complete, pong));
    out.addAll(List.of(both, fastest, lengths, outcome.isSuccess(), served[0], future));
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

  private static int slowAddOne(int value) throws InterruptedException {
    Selvage.sleep(ofMillis(1));
    return value + 1;
  }
}
