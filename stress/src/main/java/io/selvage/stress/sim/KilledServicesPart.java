package io.selvage.stress.sim;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;
import io.selvage.test.Simulation;
import io.selvage.test.SimulationReport;
import io.selvage.test.Strategy;
import java.util.List;

/** Service groups that are killed at every point, in several orders of their steps. */
public final class KilledServicesPart implements StressPart {
  private static final List<Strategy> STRATEGIES =
      List.of(Strategy.roundRobin(), Strategy.random(), Strategy.pos(), Strategy.pct(3));

  /** Creates the part. */
  public KilledServicesPart() {}

  @Override
  public String name() {
    return "killed-services";
  }

  @Override
  public String title() {
    return "service groups, a member of which is stopped, failed, cancelled or throws at every point"
        + " (simulated)";
  }

  @Override
  public int weight() {
    return 6;
  }

  @Override
  public void run(PartRun run) {
    Sweep sweep = new Sweep(run);
    Program unkilled = new Program("kill.NONE", each -> new KilledServices(each, Kill.NONE).run());
    for (long round = 0; !run.isOver(); round++) {
      sweep.cancelEverywhere(unkilled, sweep.firstSeed(round));
      for (Strategy strategy : STRATEGIES) {
        for (Kill.Way way : Kill.Way.values()) {
          for (int victim = 0; victim < KilledServices.SERVICES && !run.isOver(); victim++) {
            killEverywhere(run, sweep, strategy, new Kill(way, victim, 0), sweep.firstSeed(round));
          }
        }
      }
    }
  }

  /** One run for each point, until the group has ended before the kill. */
  private static void killEverywhere(
      PartRun run, Sweep sweep, Strategy strategy, Kill first, long seed) {
    if (first.way() == Kill.Way.NONE || (first.way() == Kill.Way.STOP_ALL && first.victim() > 0)) {
      return;
    }
    String name = "kill." + first.way() + "." + first.victim();
    sweep.attempt(
        name,
        () -> {
          boolean[] killed = {true};
          for (Kill kill = first; killed[0] && !run.isOver(); kill = kill.later()) {
            Kill now = kill;
            SimulationReport report =
                Simulation.options()
                    .withStrategy(strategy)
                    .withName(name + "." + kill.point())
                    .run(seed, each -> killed[0] = new KilledServices(each, now).run());
            run.add(Figure.SCHEDULES, 1);
            run.add(Figure.OPERATIONS, report.steps());
            run.add(Figure.FAULTS, killed[0] ? 1 : 0);
          }
        });
  }
}
