package io.selvage.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private static final List<String> BEFORE =
      List.of(
          "4711:",
          " num     #instances         #bytes  class name (module)",
          "-------------------------------------------------------",
          "   1:            10           1000  [B (java.base@25.0.3)",
          "   2:             5            200  java.lang.Gone",
          "Total            15           1200");
  private static final List<String> AFTER =
      List.of(
          "4711:",
          "   1:            30           5000  java.lang.VirtualThread (java.base@25.0.3)",
          "   2:            20           1500  [B (java.base@25.0.3)",
          "Total            50           6500");

  @Test
  void theHeapIsTheDifferenceOfTwoHistograms() {
    ClassHistogram difference = ClassHistogram.parse(AFTER).minus(ClassHistogram.parse(BEFORE));

    assertThat(difference.bytes()).isEqualTo(6500 - 1200);
    assertThat(difference.classes())
        .containsEntry("[B", new ClassHistogram.Usage(10, 500))
        .containsEntry("java.lang.Gone", new ClassHistogram.Usage(-5, -200));
  }

  @Test
  void theClassesWithTheMostBytesAreCountedForEachConnection() {
    assertThat(ClassHistogram.parse(AFTER).top(1, 10))
        .containsExactly("   500.0 bytes in  3.00 of java.lang.VirtualThread");
  }

  @Test
  void ratiosAreThoseToTheBest() {
    IdleMemory memory = new IdleMemory();
    memory.add("selvage", 3000, 5000);
    memory.add("netty", 1500, 4000);
    memory.add("asyncio", Double.NaN, 2000);

    assertThat(memory.lines())
        .containsExactly(
            "selvage          live heap   3000 (2.00)  resident   5000 (2.50)",
            "netty            live heap   1500 (1.00)  resident   4000 (2.00)",
            "asyncio          live heap              -  resident   2000 (1.00)");
  }
}
