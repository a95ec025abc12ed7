package io.selvage.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** No hot operation allocates more, or parks and wakes more threads, than its baseline says. */
@Timeout(300)
class CostBaselineTest {
  private static final Path BASELINE =
      Path.of("src/test/resources/io/selvage/costs/baseline.txt").toAbsolutePath();
  private static final boolean ACCEPT = Boolean.getBoolean("selvage.costs.accept");
  private static final List<String> HEADER =
      List.of(
          "# What each hot operation costs, on JDK 25 and x86-64; docs/testing.md says how it is"
              + " measured.",
          "# -Dselvage.costs.accept=true on CostBaselineTest writes this file anew.",
          "# operation                                                        bytes   parks unparks");

  @Test
  void noHotOperationCostsMoreThanItsBaseline(TestReporter reporter) throws Exception {
    List<Cost> now = measured();
    if (ACCEPT) {
      write(now);
    }
    Map<String, Cost> baseline = baseline();
    assertThat(now)
        .as("the operations of HotOperations and the lines of %s", BASELINE.getFileName())
        .extracting(Cost::name)
        .containsExactlyElementsOf(baseline.keySet());
    List<String> worse = new ArrayList<>();
    for (Cost cost : now) {
      Cost line = baseline.get(cost.name());
      worse.addAll(cost.worseThan(line));
      if (!line.worseThan(cost).isEmpty()) {
        reporter.publishEntry(
            "this got better, renew its line in " + BASELINE.getFileName(),
            line.line() + " is now " + cost.line());
      }
    }
    assertThat(worse)
        .as(
            "hot operations that have become more expensive; if that is intended run this test"
                + " with -Dselvage.costs.accept=true, and commit %s with the change",
            BASELINE.getFileName())
        .isEmpty();
  }

  private static List<Cost> measured() throws Exception {
    Map<String, Long> bytes = bytes();
    List<Cost> costs = new ArrayList<>();
    for (HotOperation operation : HotOperations.ALL) {
      Switches switches = Switches.of(operation);
      costs.add(
          new Cost(
              operation.name(), bytes.get(operation.name()), switches.parks(), switches.unparks()));
    }
    return costs;
  }

  private static Map<String, Long> bytes() throws Exception {
    ChildJvm.Result result =
        new ChildJvm()
            .with("-XX:+UseSerialGC")
            .with("-Xms600m")
            .with("-Xmx600m")
            .with("-Xmn500m")
            .with("-XX:-TieredCompilation") // no profile depends on the time
            .with("-XX:CompileThreshold=2000")
            .with("-Xbatch") // and no compilation
            .with("-Djdk.virtualThreadScheduler.parallelism=1")
            .with("-Djdk.virtualThreadScheduler.maxPoolSize=1")
            .run(Duration.ofMinutes(4), AllocationProgram.class);
    assertThat(result.ended() && result.status() == 0).as(result.output()).isTrue();
    Map<String, Long> bytes = new LinkedHashMap<>();
    for (String line : result.output().lines().toList()) {
      String[] parts = line.split(" ", 2);
      bytes.put(parts[1], Long.valueOf(parts[0]));
    }
    return bytes;
  }

  private static Map<String, Cost> baseline() throws Exception {
    Map<String, Cost> baseline = new LinkedHashMap<>();
    for (String line : Files.readAllLines(BASELINE)) {
      if (!line.startsWith("#")) {
        Cost cost = Cost.parse(line);
        assertThat(baseline.put(cost.name(), cost)).as("a second line: %s", line).isNull();
      }
    }
    return baseline;
  }

  private static void write(List<Cost> costs) throws Exception {
    List<String> lines = new ArrayList<>(HEADER);
    costs.forEach(cost -> lines.add(cost.line()));
    Files.write(BASELINE, lines);
  }

  // ---- the comparison itself

  @Test
  void aLineIsReadAsItWasWritten() {
    Cost cost = new Cost("Lock.acquire and close", 24, 0.5, 1);
    assertThat(Cost.parse(cost.line())).isEqualTo(cost);
    assertThatThrownBy(() -> Cost.parse("Lock.acquire  24"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Lock.acquire  24");
  }

  @Test
  void bytesMayGrowByEightOrTwoPercentAndSwitchesNotAtAll() {
    Cost small = new Cost("small", 24, 1, 0);
    assertThat(new Cost("small", 32, 1, 0).worseThan(small)).isEmpty();
    assertThat(new Cost("small", 0, 0, 0).worseThan(small)).isEmpty();
    assertThat(new Cost("small", 33, 1.01, 0.01).worseThan(small))
        .containsExactly(
            "small: 24 bytes in the baseline, now 33",
            "small: 1.0 parks in the baseline, now 1.01",
            "small: 0.0 unparks in the baseline, now 0.01");
    Cost large = new Cost("large", 5_000, 0, 0);
    assertThat(new Cost("large", 5_100, 0, 0).worseThan(large)).isEmpty();
    assertThat(new Cost("large", 5_101, 0, 0).worseThan(large))
        .containsExactly("large: 5000 bytes in the baseline, now 5101");
  }
}
