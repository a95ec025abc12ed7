package io.selvage.stress.soak;

import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.channel.Channel;
import io.selvage.service.RequestFailedException;
import io.selvage.service.RequestRegistry;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Requests whose replies come, fail, come twice or too late. A reply was accepted if and only if
 * its requester has got it.
 */
final class RequestCrew extends Crew {
  private static final int REQUESTS = 200_000;
  private static final int REQUESTERS = 3;
  private static final int REPLIERS = 2;
  private static final Duration NAP = Duration.ofMillis(1);

  private final RequestRegistry<Integer, Integer> registry = new RequestRegistry<>();
  private final Channel<Integer> wire = Channel.unbounded();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicIntegerArray accepted = new AtomicIntegerArray(REQUESTS);
  private final AtomicIntegerArray got = new AtomicIntegerArray(REQUESTS);

  @Override
  void join(Round round) {
    for (int i = 0; i < REQUESTERS; i++) {
      round.worker("requester-" + i, this::request);
    }
    for (int i = 0; i < REPLIERS; i++) {
      round.worker("replier-" + i, this::reply);
    }
  }

  private void request(SplittableRandom random) throws InterruptedException {
    int key = next.get() < REQUESTS ? next.getAndIncrement() : REQUESTS;
    if (key >= REQUESTS) {
      Selvage.sleep(NAP);
      return;
    }
    try {
      int reply = registry.request(key, handle -> wire.trySend(key), NAP);
      if (reply != -key) {
        got.addAndGet(key, 2); // of another request
      }
      got.incrementAndGet(key);
      succeeded();
    } catch (TimeoutException | RequestFailedException e) {
      // no reply
    } catch (ClosedResourceException e) {
      Selvage.sleep(NAP);
    }
  }

  private void reply(SplittableRandom random) throws InterruptedException {
    int key = wire.receive();
    if (random.nextInt(16) == 0) {
      boolean unused = registry.fail(key, new Planted());
      return;
    }
    int times = random.nextInt(16) == 0 ? 2 : 1;
    for (int i = 0; i < times; i++) {
      if (registry.resolve(key, -key)) {
        accepted.incrementAndGet(key);
      }
    }
  }

  @Override
  boolean fault(SplittableRandom random) {
    return switch (random.nextInt(1_000)) {
      case 0 -> registry.close("soak");
      case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> registry.failAll(new Planted()) > 0;
      default -> false;
    };
  }

  @Override
  boolean canSucceed() {
    return !registry.isClosed() && next.get() < REQUESTS;
  }

  @Override
  void check(PartRun run) {
    for (int key = 0; key < REQUESTS; key++) {
      int replies = accepted.get(key);
      int seen = got.get(key);
      run.add(Figure.LOST, replies > seen ? 1 : 0);
      run.add(Figure.DOUBLED, replies > 1 ? 1 : 0);
      run.add(Figure.WRONG, seen > replies ? 1 : 0);
    }
    expect(run, registry.size() == 0, "requests are left in " + registry);
  }
}
