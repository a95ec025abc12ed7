package io.selvage.stress.run;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The heap of this process after a collection, and its threads: platform threads and virtual ones,
 * without the carriers of virtual threads.
 *
 * @param heapKib the used heap
 * @param threads how many threads
 */
record Footprint(long heapKib, long threads) {
  private static final List<String> CARRIERS =
      List.of("\"ForkJoinPool-1-worker-", "\"selvage-carrier-");

  static Footprint take() throws InterruptedException {
    try {
      return new Footprint(heap() >> 10, countThreads());
    } catch (IOException e) {
      throw new UncheckedIOException("the threads cannot be counted", e);
    }
  }

  private static long heap() throws InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      // at once: other threads may go on
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
      Thread.sleep(20);
    }
    return least;
  }

  private static long countThreads() throws IOException {
    Path folder = Files.createTempDirectory("selvage-stress");
    Path dump = folder.resolve("threads.txt");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
      try (Stream<String> lines = Files.lines(dump)) {
        return lines
            .filter(line -> line.startsWith("#") && CARRIERS.stream().noneMatch(line::contains))
            .count();
      }
    } finally {
      Files.deleteIfExists(dump);
      Files.delete(folder);
    }
  }
}
