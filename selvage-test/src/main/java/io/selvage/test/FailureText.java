package io.selvage.test;

import io.selvage.test.SimulationFailure.Kind;
import io.selvage.test.run.Found;
import io.selvage.test.run.RunOutcome;
import io.selvage.test.run.Trace;
import io.selvage.test.schedule.Schedule;
import java.util.List;

/** The report of a failed run. */
final class FailureText {
  private static final int STEPS = 20;
  private static final int TASKS = 200;

  private FailureText() {}

  static SimulationFailure of(
      OptionValues options, String name, RunOutcome outcome, Found found, String note) {
    String schedule = outcome.schedule(name);
    StringBuilder text = new StringBuilder();
    text.append("simulation '").append(name).append("' failed: ").append(found.getMessage());
    line(
        text,
        "  at step "
            + outcome.steps()
            + ", after "
            + Trace.seconds(outcome.elapsed().toNanos())
            + ", with seed "
            + outcome.plan().seed()
            + " ("
            + note
            + ")");
    Schedule.Cancel cancel = outcome.plan().cancel();
    if (cancel != null) {
      line(text, "  cancelled before step " + cancel.step() + ": " + cancelled(outcome, cancel));
    }
    line(text, "run it again with");
    line(text, "  " + Rerun.line(schedule));
    line(text, "  " + Rerun.environment(schedule));
    line(text, "  " + options.replayLine(schedule));
    List<Trace.Entry> last = outcome.trace().last(STEPS);
    if (!last.isEmpty()) {
      line(text, "the last steps");
      last.forEach(entry -> line(text, entry.toString()));
    }
    if (!found.tasks().isEmpty()) {
      line(text, "the tasks");
      line(text, shortened(found.tasks()).indent(2).stripTrailing());
    }
    SimulationFailure failure =
        new SimulationFailure(
            Kind.valueOf(found.problem().name()),
            text.toString(),
            outcome.plan().seed(),
            schedule,
            found.getCause());
    Throwable also = outcome.alsoThrown();
    if (also != null) {
      failure.addSuppressed(also);
    }
    return failure;
  }

  private static String cancelled(RunOutcome outcome, Schedule.Cancel cancel) {
    return outcome.lives().stream()
        .filter(life -> life.thread().id() == cancel.thread())
        .map(life -> life.thread().name())
        .findFirst()
        .orElse("thread " + cancel.thread());
  }

  private static String shortened(String tasks) {
    List<String> lines = tasks.lines().toList();
    return lines.size() <= TASKS
        ? tasks
        : String.join("\n", lines.subList(0, TASKS))
            + "\n... and "
            + (lines.size() - TASKS)
            + " lines more";
  }

  private static void line(StringBuilder text, String line) {
    text.append('\n').append(line);
  }
}
