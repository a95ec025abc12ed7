package io.selvage.test.foundation;

import io.selvage.function.ThrowingConsumer;
import io.selvage.test.Exploration;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import io.selvage.test.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** The ways in which the scenarios of this package are explored; each is named after its test. */
final class Explored {
  private static final int SEEDS = 300;
  private static final int BASES = 4;
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Explored() {}

  /** What is run; it gets the run. */
  interface Scenario extends ThrowingConsumer<SimulationRun, Exception> {}

  /** Under many seeds. */
  static Exploration inManyOrders(Scenario scenario) {
    return named("orders").explore(SEEDS, scenario);
  }

  /** Under so many seeds. */
  static Exploration inManyOrders(int seeds, Scenario scenario) {
    return named("orders").explore(seeds, scenario);
  }

  /** In all orders with at most so many preemptions, or the first thousands of them. */
  static Exploration inAllOrders(int preemptions, Scenario scenario) {
    return named("all").withStrategy(Strategy.exhaustive(preemptions)).explore(3_000, scenario);
  }

  /** Under many seeds, with tasks held up for up to this time, so that deadlines race. */
  static Exploration withDelays(Duration longest, Scenario scenario) {
    return named("delays").withDelays(0.1, longest).explore(SEEDS, scenario);
  }

  /** Each task is cancelled at each step, for several orders of the steps. */
  static void cancelledEverywhere(Scenario scenario) {
    for (int seed = 0; seed < BASES; seed++) {
      named("cancel").cancelEverywhere(seed, scenario);
    }
  }

  /** The same without the tasks whose names match this: a program cannot cancel them. */
  static void cancelledEverywhereBut(String internal, Scenario scenario) {
    for (int seed = 0; seed < BASES; seed++) {
      named("cancel")
          .withCancelTargets(name -> !name.matches(internal))
          .cancelEverywhere(seed, scenario);
    }
  }

  private static SimulationOptions named(String kind) {
    String test =
        WALKER.walk(
            frames ->
                frames
                    .filter(frame -> frame.getDeclaringClass() != Explored.class)
                    .findFirst()
                    .map(
                        frame ->
                            frame.getDeclaringClass().getSimpleName() + "." + frame.getMethodName())
                    .orElseThrow());
    return Simulation.options().withName(test + "." + kind);
  }

  // ---- small tools for scenarios

  /** {@return what {@code body} throws, or null; an error of the test itself passes} */
  static Throwable thrownBy(Callable<?> body) {
    try {
      body.call();
      return null;
    } catch (AssertionError | Simulated e) {
      throw e;
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  /** An exception for scenarios that fail on purpose, but not for what they do not expect. */
  static final class Simulated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Simulated(String message) {
      super(message);
    }
  }

  /** {@return one list of all} */
  static <T> List<T> concat(List<? extends List<? extends T>> lists) {
    List<T> all = new ArrayList<>();
    lists.forEach(all::addAll);
    return all;
  }
}
