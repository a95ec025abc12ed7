package io.selvage.stress.soak;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskCancelledException;
import io.selvage.service.LoopService;
import io.selvage.service.Service;
import io.selvage.service.ServiceFailedException;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Groups of services that get calls while they fail and are stopped. At the end of a group all
 * services have stopped, each call has ended, and the calls of a loop have not run at once.
 */
final class ServiceCrew extends Crew {
  private static final int WORKERS = 2;
  private static final int CALLS = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LongAdder running = new LongAdder(); // services that have outlived their group
  private final LongAdder open = new LongAdder(); // calls that have outlived their service
  private final LongAdder lostUpdates = new LongAdder();

  @Override
  void join(Round round) {
    for (int i = 0; i < WORKERS; i++) {
      round.worker("services-" + i, this::openGroup);
    }
  }

  /** A loop with a plain counter. */
  private static final class Counter {
    final LoopService service =
        LoopService.virtual("counter").onUncaught((name, thrown) -> {}).logTo(new Silence());
    final LongAdder calls = new LongAdder();
    long count; // on the loop

    int increment() throws InterruptedException {
      calls.increment();
      count++;
      Selvage.checkpoint();
      return 1;
    }
  }

  private void openGroup(SplittableRandom random) throws InterruptedException {
    Counter counter = new Counter();
    ThreadService other =
        ThreadService.virtual("other", ServiceCrew::serve)
            .onUncaught((name, thrown) -> {})
            .logTo(new Silence());
    List<Service> services = List.of(counter.service, other);
    List<Task<Integer>> calls = new ArrayList<>();
    try (ServiceGroup group =
        ServiceGroup.of(counter.service, other).logTo(new Silence()).start()) {
      group.awaitStarted(PATIENCE);
      for (int i = 0; i < CALLS; i++) {
        calls.add(counter.service.submit(counter::increment));
        if (random.nextInt(20) == 0) {
          hurt(services.get(random.nextInt(2)), random);
        }
      }
      calls.getFirst().join();
      succeeded();
    } catch (ClosedResourceException
        | BrokenResourceException
        | ServiceFailedException
        | TaskCancelledException e) {
      // a service was stopped, or has failed
    } catch (TimeoutException e) {
      throw new AssertionError("the services do not start", e);
    } finally {
      running.add(services.stream().filter(each -> each.isStarted() && !each.isStopped()).count());
      open.add(calls.stream().filter(task -> !task.isDone()).count());
      lostUpdates.add(Math.abs(counter.calls.sum() - counter.count));
    }
  }

  private static void serve(ThreadService self) throws InterruptedException {
    self.started();
    self.scope().await();
  }

  private static void hurt(Service service, SplittableRandom random) {
    boolean unused =
        switch (random.nextInt(3)) {
          case 0 -> service.stop("soak");
          case 1 -> service.stop("soak", Duration.ofMillis(1));
          default -> service.fail(new Planted());
        };
  }

  @Override
  void check(PartRun run) {
    run.add(Figure.LOST, running.sum() + open.sum() + lostUpdates.sum());
  }
}
