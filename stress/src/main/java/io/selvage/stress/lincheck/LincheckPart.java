package io.selvage.stress.lincheck;

import io.selvage.stress.run.PartRun;
import io.selvage.stress.run.StressPart;
import java.util.List;

/** Lincheck's programs, some of each kind by turns, until the time is over. */
public final class LincheckPart implements StressPart {
  private static final int PROGRAMS = 4;
  private static final int RUNS = 20;

  /** Creates the part. */
  public LincheckPart() {}

  @Override
  public String name() {
    return "lincheck";
  }

  @Override
  public String title() {
    return "channels and selects against a sequential model, between any two accesses to memory"
        + " and on free threads (Lincheck)";
  }

  @Override
  public int weight() {
    return 12;
  }

  @Override
  public List<String> jvmArguments() {
    return List.of(
        "-XX:+EnableDynamicAgentLoading", "-Xshare:off", "--sun-misc-unsafe-memory-access=allow");
  }

  @Override
  public void run(PartRun run) {
    Linearizability.checkUntilOver(run, PROGRAMS, RUNS);
  }
}
