package io.selvage.bench.rows;

import io.selvage.Selvage;
import io.selvage.bench.harness.Row;
import io.selvage.bench.harness.Sample;
import io.selvage.sync.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The heap that a task takes while it waits: what is used with many of them, and without. */
final class MemoryRows {
  private static final Duration LONG = Duration.ofHours(1);
  private static final int TASKS = 50_000;

  private MemoryRows() {}

  static List<Row> all() {
    Event never = new Event();
    CountDownLatch neverToo = new CountDownLatch(1);
    return List.of(
        Row.memory("memory", "parked-task", "a task that waits for an event")
            .withSample(Peers.SELVAGE, () -> heap(() -> Waiting.group(TASKS, never::await)))
            .withSample(Peers.RAW, () -> heap(() -> Waiting.threads(TASKS, neverToo::await))),
        Row.memory("memory", "sleeping-task", "a task that sleeps")
            .withSample(
                Peers.SELVAGE, () -> heap(() -> Waiting.group(TASKS, () -> Selvage.sleep(LONG))))
            .withSample(
                Peers.RAW, () -> heap(() -> Waiting.threads(TASKS, () -> Thread.sleep(LONG))))
            .withSample(Peers.KOTLIN, () -> heap(() -> Waiting.coroutines(TASKS))));
  }

  private static Sample heap(Waiting.Start start) {
    return atLeastNanos -> {
      long before = used();
      Waiting waiting = start.run();
      long with = used();
      waiting.end();
      return (double) (with - before) / TASKS;
    };
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
