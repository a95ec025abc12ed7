package io.selvage.test.planted;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import java.util.List;

/**
 * A planted bug. Its seeds are about ten times the median of {@link StrategyTable}, so that a
 * change of the steps inside of Selvage does not matter here.
 *
 * @param name of the bug
 * @param kind what it is found as
 * @param seeds within how many of them
 * @param switches how many unusual choices are left in its schedule at most
 * @param searched up to how many preemptions all schedules of the mended program are run; more
 *     would be too many
 * @param buggy the program with the bug
 * @param mended the program without it
 */
record Bug(
    String name,
    Kind kind,
    int seeds,
    int switches,
    int searched,
    ThrowingConsumer<SimulationRun, Exception> buggy,
    ThrowingConsumer<SimulationRun, Exception> mended) {

  static final List<Bug> ALL =
      List.of(
          bug("lost wake-up", Kind.DEADLOCK, 100, 10, 2, LostWakeUp::buggy, LostWakeUp::mended),
          bug("check-then-act", Kind.FAILED, 200, 4, 1, CheckThenAct::buggy, CheckThenAct::mended),
          bug("lock order", Kind.DEADLOCK, 300, 8, 2, LockOrder::buggy, LockOrder::mended),
          bug(
              "forgotten cancel",
              Kind.FAILED,
              50,
              3,
              2,
              ForgottenCancel::buggy,
              ForgottenCancel::mended),
          bug("leaked permit", Kind.FAILED, 400, 7, 2, LeakedPermit::buggy, LeakedPermit::mended),
          bug(
              "reordering actor",
              Kind.FAILED,
              30,
              6,
              1,
              ReorderingActor::buggy,
              ReorderingActor::mended),
          bug("reused buffer", Kind.FAILED, 200, 12, 2, ReusedBuffer::buggy, ReusedBuffer::mended),
          bug("missed close", Kind.LEAK, 200, 6, 2, MissedClose::buggy, MissedClose::mended),
          new Bug(
              "double resolve",
              Kind.INVARIANT,
              20,
              8,
              1,
              DoubleResolve::buggy,
              DoubleResolve::mended),
          bug("starvation", Kind.STEP_LIMIT, 50, 0, 2, Starvation::buggy, Starvation::mended));

  private static final int STEPS = 2_000; // the longest of the mended programs takes about 100

  private static Bug bug(
      String name,
      Kind kind,
      int seeds,
      int switches,
      int searched,
      ThrowingRunnable<Exception> buggy,
      ThrowingRunnable<Exception> mended) {
    return new Bug(name, kind, seeds, switches, searched, run -> buggy.run(), run -> mended.run());
  }

  /** Returns what its buggy and its mended program are run with. */
  SimulationOptions options() {
    return Simulation.options().withName("planted." + name).withStepLimit(STEPS);
  }

  @Override
  public String toString() {
    return name;
  }
}
