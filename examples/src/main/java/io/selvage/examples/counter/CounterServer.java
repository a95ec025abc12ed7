package io.selvage.examples.counter;

import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.service.LoopService;
import io.selvage.service.RequestRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A counter that lives in a loop of its own. Requests go in through a channel, replies come back
 * through a registry; any thread may ask. Nothing here is locked: all of the state belongs to the
 * loop.
 */
final class CounterServer {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private record Request(long id, String operation, double argument) {}

  private final Channel<Request> requests = Channel.unbounded();
  private final RequestRegistry<Long, String> replies = new RequestRegistry<>();
  private final ScopeGroup running = new ScopeGroup();
  private final LoopService service = LoopService.virtual("counter", this::serve);
  private final AtomicLong ids = new AtomicLong();

  private long count; // the loop's own

  /** Starts the loop and waits until it serves. */
  CounterServer start() throws InterruptedException, TimeoutException {
    service.start().awaitStarted(PATIENCE);
    return this;
  }

  // ---- for clients, on any thread

  /** Asks for an operation and waits for the answer. */
  String ask(String operation, double argument) throws InterruptedException {
    long id = ids.incrementAndGet();
    return replies.request(id, reply -> requests.send(new Request(id, operation, argument)));
  }

  /** Looks at the counter without a request, by a call into the loop. */
  long peek() throws InterruptedException {
    return service.callSync(() -> count);
  }

  /** Cuts short what is being worked on, from any thread, also a signal's. The server lives on. */
  void interruptRequests(String reason) {
    running.cancel(reason);
  }

  boolean isWorking() {
    return running.isActive();
  }

  /** Stops in order: no new requests, who waits is woken, the loop is joined. */
  boolean stop(String reason) throws InterruptedException {
    requests.close(reason);
    service.stop(reason);
    boolean joined = service.joinOrLog(PATIENCE);
    replies.close(reason);
    return joined;
  }

  /** How many requests wait for their answer. */
  int waiting() {
    return replies.size();
  }

  boolean isClosed() {
    return service.scope().isClosed();
  }

  // ---- in the loop

  private void serve(LoopService self) throws InterruptedException {
    self.started();
    requests.forEach(
        request -> self.taskGroup().launch("request-" + request.id(), () -> answer(request)));
  }

  private void answer(Request request) throws InterruptedException {
    try {
      Optional<String> answer = running.call(() -> perform(request));
      replies.resolve(request.id(), answer.orElse("cancelled"));
    } catch (IllegalArgumentException e) {
      replies.fail(request.id(), e);
    }
  }

  private String perform(Request request) throws InterruptedException {
    return switch (request.operation()) {
      case "add" -> Long.toString(count += Math.round(request.argument()));
      case "get" -> Long.toString(count);
      case "sleep" -> {
        Selvage.sleep(Duration.ofMillis(Math.round(request.argument() * 1000)));
        yield "slept";
      }
      default ->
          throw new IllegalArgumentException("unknown operation '" + request.operation() + "'");
    };
  }
}
