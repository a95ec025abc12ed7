package io.selvage.test.junit;

import io.selvage.test.Strategy;

/** The {@linkplain Strategy strategies} by name, as an annotation can say them. */
public enum StrategyKind {
  /** {@link Strategy#mixed()}. */
  MIXED,
  /** {@link Strategy#random()}. */
  RANDOM,
  /** {@link Strategy#pct}, of the {@link SimulationTest#depth()}. */
  PCT,
  /** {@link Strategy#roundRobin()}. */
  ROUND_ROBIN,
  /** {@link Strategy#exhaustive}, up to so many {@link SimulationTest#preemptions()}. */
  EXHAUSTIVE
}
