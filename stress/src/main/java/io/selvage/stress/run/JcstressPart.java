package io.selvage.stress.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The JCStress tests, some at a time, in an order that the seed decides. When all have run and time
 * is left, they run again, each for twice as long.
 */
public final class JcstressPart implements StressPart {
  private static final Pattern TEST = Pattern.compile("\\s*(io\\.selvage\\.[\\w.$]+)\\s*");
  private static final Pattern RESULTS =
      Pattern.compile(
          "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

  /** The first tests are few: how long one takes is not known before. */
  private static final int FIRST = 4;

  /** Begins the settings that JCStress prints when it has looked at the JVM. */
  private static final String LAST_LINE_OF_START = "Test configuration:";

  private static final int FIRST_MILLIS = 200;

  /** Creates the part. */
  public JcstressPart() {}

  @Override
  public String name() {
    return "jcstress";
  }

  @Override
  public String title() {
    return "the memory model and the races of each lock-free class (JCStress)";
  }

  @Override
  public int weight() {
    return 20;
  }

  @Override
  public void run(PartRun run) throws IOException, InterruptedException {
    List<String> tests = new ArrayList<>();
    int status =
        jcstress(
            List.of("-l"),
            line -> {
              Matcher matcher = TEST.matcher(line);
              if (matcher.matches()) {
                tests.add(matcher.group(1));
              }
            });
    run.expect(status == 0, "JCStress cannot list its tests, see the output");
    run.expect(!tests.isEmpty(), "JCStress has found no tests");
    Collections.shuffle(tests, new Random(run.seed()));
    run.set(Figure.TESTS, 0);
    run.set(Figure.TESTS_KNOWN, tests.size());
    run.set(Figure.WRONG, 0);

    Set<String> done = new HashSet<>();
    int count = FIRST;
    for (int millis = FIRST_MILLIS, next = 0; count > 0 && !tests.isEmpty(); ) {
      List<String> some = tests.subList(next, Math.min(tests.size(), next + count));
      long begin = System.nanoTime();
      long started = test(run, some, millis);
      long end = System.nanoTime();
      done.addAll(some);
      run.set(Figure.TESTS, done.size());
      next += some.size();
      long nanosOfTest = (end - started) / some.size();
      if (next == tests.size()) {
        next = 0;
        millis *= 2;
        nanosOfTest *= 2;
      }
      // as many as there is time for; not all of it: the next ones may take longer
      long left = run.left().toNanos() - (started - begin);
      count = left <= 0 ? 0 : (int) Math.min(tests.size(), left * 3 / 4 / nanosOfTest);
    }
  }

  /** Runs these tests; returns the time at which JCStress began with them. */
  private static long test(PartRun run, List<String> tests, int millis)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("-t"));
    arguments.add("^(" + String.join("|", tests.stream().map(Pattern::quote).toList()) + ")$");
    arguments.addAll(List.of("-jvmArgs", "-Xmx256m", "-f", "1", "-fsm", "1", "-sc", "false"));
    arguments.addAll(List.of("-iters", "1", "-time", Integer.toString(millis)));
    Results results = new Results();
    int status = jcstress(arguments, results::read);
    run.add(Figure.WRONG, results.bad);
    run.expect(
        status == 0 && results.bad == 0 && results.passed > 0 && results.passed == results.planned,
        "JCStress has ended with status "
            + status
            + " and "
            + results
            + ", see the output: "
            + tests);
    return results.started;
  }

  /** What JCStress tells in its last line of results. */
  private static final class Results {
    private long started = System.nanoTime();
    private long planned;
    private long passed;
    private long bad;

    void read(String line) {
      if (line.contains(LAST_LINE_OF_START)) {
        started = System.nanoTime();
      }
      Matcher matcher = RESULTS.matcher(line);
      if (matcher.find()) {
        planned = Long.parseLong(matcher.group(1));
        passed = Long.parseLong(matcher.group(2));
        bad = 0;
        for (int i = 3; i <= 5; i++) {
          bad += Long.parseLong(matcher.group(i));
        }
      }
    }

    @Override
    public String toString() {
      return planned + " planned, " + passed + " passed, " + bad + " failed";
    }
  }

  /** Runs JCStress; its output goes to that of this part, too. Returns its exit status. */
  private static int jcstress(List<String> arguments, Consumer<String> reader)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), Charset.defaultCharset()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(line);
        reader.accept(line);
      }
    }
    return process.waitFor();
  }
}
