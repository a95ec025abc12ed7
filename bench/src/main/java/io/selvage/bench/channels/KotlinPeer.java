package io.selvage.bench.channels;

import io.selvage.bench.kotlin.CoroutineLoop;
import io.selvage.bench.kotlin.Coroutines;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.channels.ChannelKt;

/**
 * Kotlin's coroutines on the default dispatcher, each part in a coroutine that is a child of {@code
 * runBlocking}. The loops are in {@link KotlinLoops}.
 */
final class KotlinPeer extends Peer<Channel<Integer>> {
  KotlinPeer() {
    super("Kotlin");
  }

  @Override
  Channel<Integer> newChannel(int capacity) {
    return ChannelKt.Channel(capacity, BufferOverflow.SUSPEND, null);
  }

  @Override
  long runAll(List<Part<Channel<Integer>>> parts) throws InterruptedException {
    LongAdder sum = new LongAdder();
    Coroutines.run(
        scope -> {
          for (Part<Channel<Integer>> part : parts) {
            Coroutines.launchLoop(scope, done -> loop(part, sum, done));
          }
        });
    return sum.sum();
  }

  private static CoroutineLoop loop(
      Part<Channel<Integer>> part, LongAdder sum, Continuation<?> done) {
    return switch (part) {
      case Part.Send<Channel<Integer>> send -> new KotlinLoops.Send(send, done);
      case Part.Receive<Channel<Integer>> receive -> new KotlinLoops.Receive(receive, sum, done);
      case Part.Forward<Channel<Integer>> forward -> new KotlinLoops.Forward(forward, done);
      case Part.Select<Channel<Integer>> select -> new KotlinLoops.Select(select, sum, done);
      case Part.Exchange<Channel<Integer>> exchange ->
          new KotlinLoops.Exchange(exchange, sum, done);
      case Part.Serve<Channel<Integer>> serve -> new KotlinLoops.Serve(serve, sum, done);
    };
  }
}
