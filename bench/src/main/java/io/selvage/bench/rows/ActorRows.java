package io.selvage.bench.rows;

import io.selvage.TaskGroup;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.CoroutineLoop;
import io.selvage.bench.kotlin.Coroutines;
import io.selvage.service.Actor;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestRegistry;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.CompletableDeferred;
import kotlinx.coroutines.CompletableDeferredKt;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.channels.ChannelKt;

/** Messages to an actor that adds them up, and requests to an actor that replies. */
final class ActorRows {
  private static final int TELLS = 5_000;
  private static final int ASKS = 1_000;

  private ActorRows() {}

  static List<Row> all() {
    return List.of(
        Row.timed("actors", "actor-tell", "a message to an actor is sent and handled")
            .with(Peers.SELVAGE, () -> ActorRows::tellSelvage)
            .with("LinkedBlockingQueue", () -> ActorRows::tellQueue)
            .with(Peers.KOTLIN, () -> ActorRows::tellKotlin)
            .with(Peers.PEKKO, () -> new PekkoActor().tells(TELLS)),
        Row.timed("actors", "actor-ask", "a request to an actor, until its reply is there")
            .with(Peers.SELVAGE, () -> ActorRows::askSelvage)
            .with("LinkedBlockingQueue", () -> ActorRows::askQueue)
            .with(Peers.KOTLIN, () -> ActorRows::askKotlin)
            .with(Peers.PEKKO, () -> new PekkoActor().asks(ASKS)));
  }

  private static int item(int i) {
    return i & 63; // in the cache of Integer
  }

  private static long sum(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += item(i);
    }
    return sum;
  }

  // ---- messages

  private static int tellSelvage() throws InterruptedException {
    long[] sum = new long[1];
    TaskGroup.run(
        group -> {
          Actor<Integer> actor = Actor.of(number -> sum[0] += number);
          group.launch(actor::run);
          for (int i = 0; i < TELLS; i++) {
            actor.submit(item(i));
          }
          actor.close();
        });
    Checks.same(sum(TELLS), sum[0]);
    return TELLS;
  }

  /** An actor by hand: a virtual thread with a queue. */
  private static int tellQueue() throws InterruptedException {
    long[] sum = new long[1];
    BlockingQueue<Integer> mailbox = new LinkedBlockingQueue<>();
    Thread actor =
        Thread.ofVirtual()
            .start(
                RawThreads.interruptibly(
                    () -> {
                      for (int i = 0; i < TELLS; i++) {
                        sum[0] += mailbox.take();
                      }
                    }));
    for (int i = 0; i < TELLS; i++) {
      mailbox.put(item(i));
    }
    actor.join();
    Checks.same(sum(TELLS), sum[0]);
    return TELLS;
  }

  /** An actor by hand: a coroutine with a channel. */
  private static int tellKotlin() throws InterruptedException {
    long[] sum = new long[1];
    Channel<Object> mailbox = mailbox();
    Coroutines.run(
        scope -> {
          Coroutines.launchLoop(
              scope, end -> new Receives(mailbox, TELLS, each -> sum[0] += (Integer) each, end));
          Coroutines.launchLoop(scope, end -> new Sends(mailbox, end));
        });
    Checks.same(sum(TELLS), sum[0]);
    return TELLS;
  }

  private static Channel<Object> mailbox() {
    return ChannelKt.Channel(Channel.UNLIMITED, BufferOverflow.SUSPEND, null);
  }

  /** {@code repeat(times) { handle(mailbox.receive()) }}. */
  private static final class Receives extends CoroutineLoop {
    private final Channel<Object> mailbox;
    private final Consumer<Object> handler;
    private int left;

    Receives(
        Channel<Object> mailbox, int times, Consumer<Object> handler, Continuation<?> completion) {
      super(completion);
      this.mailbox = mailbox;
      this.handler = handler;
      this.left = times;
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      left--;
      return mailbox.receive(this);
    }

    @Override
    protected void ended(Object result) {
      handler.accept(result);
    }
  }

  /** {@code repeat(TELLS) { mailbox.send(it) }}. */
  private static final class Sends extends CoroutineLoop {
    private final Channel<Object> mailbox;
    private int sent;

    Sends(Channel<Object> mailbox, Continuation<?> completion) {
      super(completion);
      this.mailbox = mailbox;
    }

    @Override
    protected boolean more() {
      return sent < TELLS;
    }

    @Override
    protected Object step() {
      return mailbox.send(item(sent++), this);
    }
  }

  // ---- requests

  private static int askSelvage() throws InterruptedException {
    long[] sum = new long[1];
    TaskGroup.run(
        group -> {
          Actor<ReplyHandle<Integer, Integer>> actor =
              Actor.of(reply -> reply.resolve(reply.key()));
          RequestRegistry<Integer, Integer> requests = new RequestRegistry<>();
          group.launch(actor::run);
          for (int i = 0; i < ASKS; i++) {
            sum[0] += requests.request(item(i), actor::submit);
          }
          actor.close();
        });
    Checks.same(sum(ASKS), sum[0]);
    return ASKS;
  }

  private record Request(int number, CompletableFuture<Integer> reply) {}

  private static int askQueue() throws InterruptedException, ExecutionException {
    BlockingQueue<Request> mailbox = new LinkedBlockingQueue<>();
    Thread actor =
        Thread.ofVirtual()
            .start(
                RawThreads.interruptibly(
                    () -> {
                      for (int i = 0; i < ASKS; i++) {
                        Request request = mailbox.take();
                        request.reply.complete(request.number);
                      }
                    }));
    long sum = 0;
    for (int i = 0; i < ASKS; i++) {
      Request request = new Request(item(i), new CompletableFuture<>());
      mailbox.put(request);
      sum += request.reply.get();
    }
    actor.join();
    Checks.same(sum(ASKS), sum);
    return ASKS;
  }

  private record KotlinRequest(int number, CompletableDeferred<Integer> reply) {}

  private static int askKotlin() throws InterruptedException {
    long[] sum = new long[1];
    Channel<Object> mailbox = mailbox();
    Coroutines.run(
        scope -> {
          Coroutines.launchLoop(
              scope,
              end ->
                  new Receives(
                      mailbox,
                      ASKS,
                      each -> {
                        KotlinRequest request = (KotlinRequest) each;
                        request.reply.complete(request.number);
                      },
                      end));
          Coroutines.launchLoop(scope, end -> new Asks(mailbox, sum, end));
        });
    Checks.same(sum(ASKS), sum[0]);
    return ASKS;
  }

  /** {@code repeat(ASKS) { mailbox.send(request); sum += request.reply.await() }}. */
  private static final class Asks extends CoroutineLoop {
    private final Channel<Object> mailbox;
    private final long[] sum;
    private int number;
    private CompletableDeferred<Integer> reply = CompletableDeferredKt.CompletableDeferred(null);
    private boolean sent;

    Asks(Channel<Object> mailbox, long[] sum, Continuation<?> completion) {
      super(completion);
      this.mailbox = mailbox;
      this.sum = sum;
    }

    @Override
    protected boolean more() {
      return number < ASKS;
    }

    @Override
    protected Object step() {
      if (sent) {
        return reply.await(this);
      }
      reply = CompletableDeferredKt.CompletableDeferred(null);
      return mailbox.send(new KotlinRequest(item(number), reply), this);
    }

    @Override
    protected void ended(Object result) {
      if (sent) {
        sum[0] += (Integer) result;
        number++;
      }
      sent = !sent;
    }
  }
}
