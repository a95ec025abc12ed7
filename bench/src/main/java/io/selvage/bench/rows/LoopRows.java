package io.selvage.bench.rows;

import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.bench.harness.Command;
import io.selvage.bench.harness.Row;
import io.selvage.bench.kotlin.Coroutines;
import java.util.List;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.YieldKt;

/** Tasks of one thread that take turns; one operation is one switch. */
@SuppressWarnings("ThreadPriorityCheck") // the switch of raw threads
final class LoopRows {
  private static final int SWITCHES = 10_000;

  private LoopRows() {}

  static List<Row> all() {
    return List.of(switches(2), switches(100), parallel());
  }

  private static Row switches(int tasks) {
    int each = SWITCHES / tasks;
    return Row.timed("loops", "switch-" + tasks, "a switch among " + tasks + " tasks of a loop")
        .with(
            Peers.SELVAGE,
            () ->
                () -> {
                  Loop loop = new Loop();
                  loop.run(
                      () -> {
                        for (int i = 0; i < tasks; i++) {
                          loop.launch(() -> checkpoints(each));
                        }
                      });
                  return SWITCHES;
                })
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  Coroutines.run(
                      EmptyCoroutineContext.INSTANCE,
                      scope -> {
                        for (int i = 0; i < tasks; i++) {
                          Coroutines.launch(scope, each, YieldKt::yield);
                        }
                      });
                  return SWITCHES;
                })
        .with(
            Peers.RAW,
            () ->
                () -> {
                  RawThreads.run(tasks, any -> () -> yields(each));
                  return SWITCHES;
                })
        .withCommand(
            new Command(
                Peers.ASYNCIO, "python3", List.of("asyncio_switch.py", Integer.toString(tasks))));
  }

  private static Row parallel() {
    int each = SWITCHES / 2;
    return Row.timed("loops", "checkpoint-2-parallel", "a checkpoint of 2 tasks, both may run")
        .with(
            Peers.SELVAGE,
            () ->
                () -> {
                  TaskGroup.run(
                      group -> {
                        group.launch(() -> checkpoints(each));
                        group.launch(() -> checkpoints(each));
                      });
                  return SWITCHES;
                })
        .with(
            Peers.KOTLIN,
            () ->
                () -> {
                  Coroutines.run(
                      scope -> {
                        Coroutines.launch(scope, each, YieldKt::yield);
                        Coroutines.launch(scope, each, YieldKt::yield);
                      });
                  return SWITCHES;
                })
        .with(
            Peers.RAW,
            () ->
                () -> {
                  RawThreads.run(2, any -> () -> yields(each));
                  return SWITCHES;
                });
  }

  private static void checkpoints(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      Selvage.checkpoint();
    }
  }

  private static void yields(int count) {
    for (int i = 0; i < count; i++) {
      Thread.yield();
    }
  }
}
