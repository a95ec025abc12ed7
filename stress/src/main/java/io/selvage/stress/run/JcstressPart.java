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
          "Results: \\d+ planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

  /** The first tests are few: how long one takes is not known before. */
  private static final int FIRST = 4;

  private static final int MOST = 24;
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
    for (String line : jcstress(List.of("-l"))) {
      Matcher matcher = TEST.matcher(line);
      if (matcher.matches()) {
        tests.add(matcher.group(1));
      }
    }
    run.expect(!tests.isEmpty(), "JCStress has found no tests");
    Collections.shuffle(tests, new Random(run.seed()));
    run.set(Figure.TESTS, 0);
    run.set(Figure.TESTS_KNOWN, tests.size());
    run.set(Figure.WRONG, 0);

    Set<String> done = new HashSet<>();
    long nanosOfTest = 0;
    for (int millis = FIRST_MILLIS, next = 0; !tests.isEmpty(); ) {
      int count = FIRST;
      if (nanosOfTest > 0) {
        count = (int) Math.min(MOST, run.left().toNanos() / nanosOfTest);
      }
      if (count == 0) {
        return; // there is no time for one more
      }
      List<String> some = tests.subList(next, Math.min(tests.size(), next + count));
      long begin = System.nanoTime();
      test(run, some, millis);
      nanosOfTest = (System.nanoTime() - begin) / some.size();
      done.addAll(some);
      run.set(Figure.TESTS, done.size());
      next += some.size();
      if (next == tests.size()) {
        next = 0;
        millis *= 2;
        nanosOfTest *= 2;
      }
    }
  }

  private static void test(PartRun run, List<String> tests, int millis)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("-t"));
    arguments.add("^(" + String.join("|", tests.stream().map(Pattern::quote).toList()) + ")$");
    arguments.addAll(List.of("-jvmArgs", "-Xmx256m", "-f", "1", "-fsm", "1", "-sc", "false"));
    arguments.addAll(List.of("-iters", "1", "-time", Integer.toString(millis)));
    List<String> output = jcstress(arguments);
    List<Long> results = List.of();
    for (String line : output) {
      Matcher matcher = RESULTS.matcher(line);
      if (matcher.find()) {
        results =
            List.of(group(matcher, 1), group(matcher, 2), group(matcher, 3), group(matcher, 4));
      }
    }
    if (results.isEmpty()) {
      run.fail("JCStress has not told its results: " + tests);
    } else {
      long bad = results.get(1) + results.get(2) + results.get(3);
      run.add(Figure.WRONG, bad);
      run.expect(results.get(0) > 0, "JCStress has passed none of " + tests);
      run.expect(bad == 0, "JCStress has failed, see the output: " + tests);
    }
  }

  private static long group(Matcher matcher, int number) {
    return Long.parseLong(matcher.group(number));
  }

  /** {@return what JCStress prints; it goes to the output of this part, too} */
  private static List<String> jcstress(List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    List<String> output = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), Charset.defaultCharset()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(line);
        output.add(line);
      }
    }
    int unused = process.waitFor();
    return output;
  }
}
