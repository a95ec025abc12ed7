package io.selvage.stress.lincheck;

import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Runs Lincheck on channels of several kinds. Model checking decides at which instructions the
 * threads take turns, so a failure comes with its steps; it sees no effect of memory order. Under
 * stress the threads run freely.
 *
 * <p>Lincheck knows platform threads only, and nothing of interrupts that race with a park. So the
 * threads wait in {@link Waits}, not in the scheduler of the JDK.
 */
public final class Linearizability {
  private static final List<Class<? extends ChannelProgram>> TESTS =
      List.of(
          OneChannel.Rendezvous.class,
          OneChannel.BoundedOne.class,
          OneChannel.BoundedTwo.class,
          OneChannel.Unbounded.class,
          TwoChannels.Rendezvous.class,
          TwoChannels.BoundedOne.class);

  /** A free run takes a tenth of the time. */
  private static final int STRESS_FACTOR = 10;

  private final int programs;

  private Linearizability(int programs) {
    this.programs = programs;
  }

  /**
   * Runs the program. Ends with an exit status of 1 if a result is not that of the model.
   *
   * @param args how many programs for each kind of channel and strategy, 100 unless given; how
   *     often each is run by model checking, 50 unless given; a regular expression for the names of
   *     the tests, all of them unless given
   */
  public static void main(String[] args) {
    int programs = args.length == 0 ? 100 : Integer.parseInt(args[0]);
    int runs = args.length < 2 ? 50 : Integer.parseInt(args[1]);
    Linearizability checks = new Linearizability(programs);
    Pattern names = Pattern.compile(args.length < 3 ? "" : args[2]);
    int wrong = 0;
    for (Class<? extends ChannelProgram> test : TESTS) {
      if (!names.matcher(nameOf(test)).find()) {
        continue;
      }
      wrong += checks.check("model checking", new ModelCheckingOptions(), runs, test);
      wrong += checks.check("stress", new StressOptions(), runs * STRESS_FACTOR, test);
    }
    System.exit(wrong == 0 ? 0 : 1); // Lincheck's threads may hang in a failed run
  }

  /**
   * Checks other programs in each round until the time is over: the number of the first one is from
   * the seed.
   */
  static void checkUntilOver(PartRun run, int programs, int runs) {
    Linearizability checks = new Linearizability(programs);
    run.set(Figure.WRONG, 0);
    int first = (int) Math.floorMod(run.seed(), 1_000L);
    for (int round = 0; !run.isOver(); round++) {
      ChannelProgram.Rarely.beginWith(first + round);
      for (Class<? extends ChannelProgram> test : TESTS) {
        if (run.isOver()) {
          return;
        }
        run.add(
            Figure.WRONG, checks.check("model checking", new ModelCheckingOptions(), runs, test));
        run.add(Figure.SCHEDULES, (long) programs * runs);
        run.add(
            Figure.WRONG, checks.check("stress", new StressOptions(), runs * STRESS_FACTOR, test));
        run.add(
            Figure.OPERATIONS,
            (long) programs
                * (runs + runs * STRESS_FACTOR)
                * ChannelProgram.THREADS
                * ChannelProgram.CALLS);
      }
    }
  }

  private static String nameOf(Class<?> test) {
    return test.getName().replaceFirst(".*\\.", "").replace('$', '.');
  }

  /** {@return how many programs are wrong: Lincheck stops at the first one} */
  private int check(
      String strategy, Options<?, ?> options, int times, Class<? extends ChannelProgram> test) {
    long start = System.nanoTime();
    int wrong = 0;
    try {
      configured(options, times, test).check(test);
    } catch (LincheckAssertionError failure) {
      System.out.println(failure.getMessage());
      wrong = 1;
    }
    System.out.printf(
        Locale.ROOT,
        "lincheck: %s, %s, %d programs, %d runs of each: %s, %.1f s%n",
        nameOf(test),
        strategy,
        programs,
        times,
        wrong == 0 ? "ok" : "FAILED",
        (System.nanoTime() - start) / 1e9);
    return wrong;
  }

  private Options<?, ?> configured(
      Options<?, ?> options, int times, Class<? extends ChannelProgram> test) {
    return options
        .iterations(programs)
        .invocationsPerIteration(times)
        .threads(ChannelProgram.THREADS)
        .actorsPerThread(ChannelProgram.CALLS)
        .actorsBefore(0)
        .actorsAfter(1)
        .minimizeFailedScenario(false) // Waits counts on so many calls
        .verifier(HistoryVerifier.class)
        .sequentialSpecification(test);
  }
}
