package io.selvage.stress.sim;

import static io.selvage.stress.sim.Program.require;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.LoopService;
import io.selvage.service.Service;
import io.selvage.service.ServiceFailedException;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import io.selvage.test.SimulationRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * One run of a group of three services, one of which is killed at some point. Whatever happens, the
 * group ends, all services have stopped, each call has ended, each letter was handled or is left,
 * and nothing waits for the patience of the group.
 */
final class KilledServices {
  /** How many services there are. */
  static final int SERVICES = 3;

  /** A service that was killed. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed");
    }
  }

  private final SimulationRun run;
  private final Kill kill;
  private final Channel<Integer> letters = Channel.bounded(1);
  private final List<Integer> sent = new ArrayList<>();
  private final List<Integer> handled = new ArrayList<>();
  private final List<Task<Integer>> calls = new ArrayList<>();
  private final List<Service> services;
  private int steps; // of the victim that throws
  private boolean killed;
  private boolean over;

  KilledServices(SimulationRun run, Kill kill) {
    this.run = run;
    this.kill = kill;
    ThreadService reader = ThreadService.virtual("reader", this::read);
    LoopService loop =
        LoopService.virtual(
            "loop",
            self -> {
              step(1);
              self.started();
              step(1);
              self.scope().await();
            });
    ThreadService second =
        ThreadService.virtual(
            "second",
            self -> {
              reader.awaitStarted();
              step(2);
              self.started();
              step(2);
              self.scope().await();
            });
    services = List.of(reader, loop, second);
    services.forEach(service -> service.onUncaught((name, thrown) -> {}));
  }

  private void read(ThreadService self) throws InterruptedException {
    step(0);
    self.started();
    step(0);
    letters.forEach(
        letter -> {
          handled.add(letter);
          step(0);
        });
  }

  /** A step of the code of a service, which may be its last one. */
  private void step(int service) throws InterruptedException {
    Selvage.checkpoint();
    if (kill.way() == Kill.Way.THROW && kill.victim() == service && steps++ == kill.point()) {
      killed = true;
      throw new Killed();
    }
  }

  /** Runs it; returns whether the service was killed before the group had ended. */
  boolean run() throws InterruptedException {
    try {
      TaskGroup.run(this::body);
    } finally {
      for (Service service : services) {
        require(!service.isStarted() || service.isStopped(), "a service runs on:", service);
      }
      require(calls.stream().allMatch(Task::isDone), "a call has not ended:", calls);
      handled.addAll(letters.drain());
      require(sent.equals(handled), "letters sent and handled:", sent, handled);
      require(run.elapsed().compareTo(ofSeconds(1)) < 0, "it took", run.elapsed());
    }
    return killed;
  }

  private void body(TaskGroup group) throws InterruptedException {
    try (ServiceGroup all = ServiceGroup.of(services.toArray(Service[]::new))) {
      if (kill.way() != Kill.Way.NONE && kill.way() != Kill.Way.THROW) {
        group.launch("killer", () -> killLater(all));
      }
      group.launch("sender", this::send);
      Selvage.checkpoint();
      all.start();
      all.awaitStarted(ofMillis(500));
      for (int i = 0; i < 3; i++) {
        calls.add(((LoopService) services.get(1)).submit(KilledServices::call));
        Selvage.checkpoint();
      }
      Selvage.sleep(ofMillis(10));
    } catch (ServiceFailedException | ClosedResourceException | BrokenResourceException e) {
      // a service was killed, or its thread was cancelled
    } catch (TimeoutException e) {
      throw new AssertionError("the services do not start", e);
    } finally {
      over = true;
      letters.close();
    }
  }

  private static int call() throws InterruptedException {
    Selvage.checkpoint();
    return 1;
  }

  private void send() throws InterruptedException {
    try {
      for (int letter = 0; letter < 3; letter++) {
        letters.send(letter);
        sent.add(letter);
      }
    } catch (ClosedResourceException e) {
      // it was not sent
    }
  }

  private void killLater(ServiceGroup all) throws InterruptedException {
    for (int i = 0; i < kill.point(); i++) {
      Selvage.checkpoint();
    }
    if (over) {
      return;
    }
    killed = true;
    Service victim = services.get(kill.victim());
    switch (kill.way()) {
      case STOP -> victim.stop("killed");
      case STOP_WITH_GRACE -> victim.stop("killed", ofMillis(1));
      case FAIL -> victim.fail(new Killed());
      case STOP_ALL -> all.stop("killed");
      case NONE, THROW -> throw new IllegalStateException("no task kills");
    }
  }
}
