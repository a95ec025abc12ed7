package io.selvage.stress.soak;

import io.selvage.GroupOptions;
import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Groups of tasks that wait, fail and cancel one another. When a group has ended, so have all of
 * its tasks, and no failure was swallowed.
 */
final class GroupCrew extends Crew {
  private static final int WORKERS = 3;
  private static final int MOST_TASKS = 8;

  private final LongAdder begun = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAdder alive = new LongAdder(); // tasks that have outlived their group
  private final LongAdder swallowed = new LongAdder(); // failures of groups that ended normally
  private final LongAdder foreign = new LongAdder(); // failures that were not planted

  @Override
  void join(Round round) {
    for (int i = 0; i < WORKERS; i++) {
      round.worker("group-" + i, this::openGroup);
    }
  }

  private void openGroup(SplittableRandom random) throws InterruptedException {
    GroupOptions options =
        TaskGroup.options()
            .withPolicy(random.nextBoolean() ? FailurePolicy.COLLECT : FailurePolicy.FAIL_FAST);
    if (random.nextBoolean()) {
      options = options.withLimit(1 + random.nextInt(3));
    }
    boolean cancels = random.nextInt(8) == 0;
    List<Task<?>> tasks = new ArrayList<>();
    try {
      options.run(group -> forkSome(group, tasks, cancels, random));
      if (!cancels && tasks.stream().anyMatch(task -> task.state() == Task.State.FAILED)) {
        swallowed.increment();
      }
      succeeded();
    } catch (TaskFailedException e) {
      if (!e.failures().stream().allMatch(Planted.class::isInstance)) {
        foreign.increment();
        e.printStackTrace(System.out);
      }
      succeeded();
    } finally {
      alive.add(tasks.stream().filter(task -> !task.isDone()).count());
    }
  }

  private void forkSome(
      TaskGroup group, List<Task<?>> tasks, boolean cancels, SplittableRandom random)
      throws InterruptedException {
    int count = 1 + random.nextInt(MOST_TASKS);
    for (int i = 0; i < count; i++) {
      SplittableRandom own = random.split();
      tasks.add(group.launch(() -> work(own)));
    }
    if (cancels) {
      boolean unused = group.cancel("soak");
    } else if (random.nextBoolean()) {
      Selvage.checkpoint();
    }
  }

  private void work(SplittableRandom random) throws InterruptedException {
    begun.increment();
    try {
      switch (random.nextInt(16)) {
        case 0 -> throw new Planted();
        case 1, 2 -> Thread.sleep(Duration.ofNanos(random.nextInt(200_000)));
        case 3, 4 -> Selvage.sleep(Duration.ofNanos(random.nextInt(200_000)));
        default -> Selvage.checkpoint();
      }
    } finally {
      ended.increment();
    }
  }

  @Override
  void check(PartRun run) {
    run.add(Figure.LOST, alive.sum() + Math.abs(begun.sum() - ended.sum()) + swallowed.sum());
    expect(run, foreign.sum() == 0, "tasks have failed by themselves, see the output");
  }
}
