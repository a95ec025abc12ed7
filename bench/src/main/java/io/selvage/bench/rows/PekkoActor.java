package io.selvage.bench.rows;

import com.typesafe.config.ConfigFactory;
import io.selvage.bench.harness.Body;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor of Pekko that adds up its messages, and tells the sum when it is asked. */
final class PekkoActor {
  private static final Duration LONG = Duration.ofMinutes(1);

  private sealed interface Message {}

  private record Add(int number) implements Message {}

  /** Tells the sum, and begins at zero again. */
  private record Ask(ActorRef<Long> replyTo) implements Message {}

  private final ActorSystem<Message> system =
      ActorSystem.create(
          summing(),
          "bench",
          ConfigFactory.parseString(
                  "pekko.daemonic = on, pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
              .withFallback(ConfigFactory.load()));

  private static Behavior<Message> summing() {
    long[] sum = new long[1];
    return Behaviors.receive(Message.class)
        .onMessage(
            Add.class,
            add -> {
              sum[0] += add.number;
              return Behaviors.same();
            })
        .onMessage(
            Ask.class,
            ask -> {
              ask.replyTo.tell(sum[0]);
              sum[0] = 0;
              return Behaviors.same();
            })
        .build();
  }

  private long ask() throws InterruptedException, ExecutionException {
    CompletionStage<Long> reply =
        AskPattern.<Message, Long>ask(system, Ask::new, LONG, system.scheduler());
    return reply.toCompletableFuture().get();
  }

  /** {@return messages that are all handled at the end of a batch} */
  Body tells(int count) {
    return () -> {
      long sum = 0;
      for (int i = 0; i < count; i++) {
        int number = i & 63;
        system.tell(new Add(number));
        sum += number;
      }
      Checks.same(sum, ask());
      return count;
    };
  }

  /** {@return requests one after the other} */
  Body asks(int count) {
    return () -> {
      for (int i = 0; i < count; i++) {
        Checks.same(0, ask());
      }
      return count;
    };
  }
}
