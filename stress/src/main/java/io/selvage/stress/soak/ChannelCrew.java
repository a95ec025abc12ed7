package io.selvage.stress.soak;

import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.select.Select;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Senders and receivers on a channel of a random kind, which is sometimes closed. Each item that
 * was sent has arrived or is still there, once; an item that was refused has not arrived.
 */
final class ChannelCrew extends Crew {
  private static final int ITEMS = 200_000;
  private static final int SENDERS = 3;
  private static final int RECEIVERS = 3;
  private static final Duration NAP = Duration.ofMillis(1);
  private static final Duration SHORT = Duration.ofNanos(50_000);

  private final int capacity;
  private final Channel<Integer> channel;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicIntegerArray sent = new AtomicIntegerArray(ITEMS);
  private final AtomicIntegerArray arrived = new AtomicIntegerArray(ITEMS);

  ChannelCrew(SplittableRandom random) {
    capacity = new int[] {0, 1, 3, 64, Integer.MAX_VALUE}[random.nextInt(5)];
    channel =
        switch (capacity) {
          case 0 -> Channel.rendezvous();
          case Integer.MAX_VALUE -> Channel.unbounded();
          default -> Channel.bounded(capacity);
        };
  }

  @Override
  void join(Round round) {
    for (int i = 0; i < SENDERS; i++) {
      round.worker("sender-" + i, this::send);
    }
    for (int i = 0; i < RECEIVERS; i++) {
      round.worker("receiver-" + i, this::receive);
    }
  }

  private void send(SplittableRandom random) throws InterruptedException {
    int item = next.get() < ITEMS ? next.getAndIncrement() : ITEMS;
    if (item >= ITEMS) {
      Selvage.sleep(NAP);
      return;
    }
    try {
      if (send(item, random)) {
        sent.incrementAndGet(item);
        succeeded();
      }
    } catch (ClosedResourceException e) {
      Selvage.sleep(NAP);
    }
  }

  private boolean send(int item, SplittableRandom random) throws InterruptedException {
    return switch (random.nextInt(4)) {
      case 0 -> channel.trySend(item);
      case 1 ->
          Select.fair(channel.onSend(item).call(() -> true), Select.after(SHORT).call(() -> false));
      default -> channel.send(item) > 0;
    };
  }

  private void receive(SplittableRandom random) throws InterruptedException {
    try {
      int item = receiveOne(random);
      if (item >= 0) {
        arrived.incrementAndGet(item);
        succeeded();
      }
    } catch (EndOfStreamException e) {
      Selvage.sleep(NAP);
    }
  }

  private int receiveOne(SplittableRandom random) throws InterruptedException {
    return switch (random.nextInt(4)) {
      case 0 -> channel.tryReceive().orElse(-1);
      case 1 -> Select.fair(channel.onReceive(), Select.after(SHORT).call(() -> -1));
      default -> channel.receive();
    };
  }

  @Override
  boolean fault(SplittableRandom random) {
    return random.nextInt(500) == 0 && channel.close("soak");
  }

  @Override
  boolean canSucceed() {
    return !channel.stats().closed() && next.get() < ITEMS;
  }

  @Override
  void check(PartRun run) {
    boolean unused = channel.close("over");
    channel.drain().forEach(arrived::incrementAndGet);
    for (int i = 0; i < ITEMS; i++) {
      int copies = arrived.get(i);
      if (sent.get(i) == 0) {
        run.add(Figure.WRONG, copies); // it was refused, and has arrived
      } else {
        run.add(Figure.LOST, copies == 0 ? 1 : 0);
        run.add(Figure.DOUBLED, copies > 1 ? 1 : 0);
      }
    }
    ChannelStats stats = channel.stats();
    expect(
        run,
        stats.waitingReceivers() == 0 && stats.waitingSenders() == 0 && stats.queued() == 0,
        "something is left in " + channel + ": " + stats);
  }
}
