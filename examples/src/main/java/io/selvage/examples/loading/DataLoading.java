package io.selvage.examples.loading;

import io.selvage.Loop;
import io.selvage.ScopeGroup;
import io.selvage.Task;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.examples.terminal.ControlC;
import io.selvage.examples.terminal.Progress;
import io.selvage.examples.terminal.Terminal;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads ten thousand items by calls that block, 64 at once, and takes them as they come. Ctrl-C
 * cancels all of them, and waits until they have ended.
 */
public final class DataLoading {
  private static final int AT_ONCE = 64;

  private final int items;
  private final PrintStream out;
  private final ScopeGroup running = new ScopeGroup();
  private final List<Long> loaded = new ArrayList<>(); // of the loop

  DataLoading(int items, PrintStream out) {
    this.items = items;
    this.out = out;
  }

  /**
   * Loads the items.
   *
   * @param args how many, 10000 if nothing is said
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    int items = args.length == 0 ? 10_000 : number(args);
    if (items < 0) {
      System.err.println(
          "load takes the number of items, 0 or more, was given " + String.join(" ", args));
      System.exit(2);
      return;
    }
    DataLoading loading = new DataLoading(items, System.out);
    var unused = ControlC.handle(() -> loading.cancel("Ctrl-C"));
    if (!loading.run()) {
      System.exit(Terminal.ENDED_BY_CONTROL_C);
    }
  }

  private static int number(String[] args) {
    try {
      return args.length == 1 ? Integer.parseInt(args[0]) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  void cancel(String reason) {
    running.cancelForGood(reason);
  }

  /** Loads all items; returns whether it did, as it may be cancelled. */
  boolean run() throws InterruptedException {
    Loop loop = new Loop("loading");
    ThreadPool disk = new ThreadPool(AT_ONCE);
    boolean complete;
    try (Progress progress = Progress.of("loading", items)) {
      complete = running.run(() -> loop.run(() -> load(loop, disk, progress)));
    }
    long sum = loaded.stream().mapToLong(Long::longValue).sum();
    out.println(
        (complete ? "" : "cancelled: ")
            + "loaded "
            + loaded.size()
            + " of "
            + items
            + " items, their sum is "
            + sum);
    return complete;
  }

  private void load(Loop loop, ThreadPool disk, Progress progress) throws InterruptedException {
    List<Task<Long>> tasks = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      long item = i;
      tasks.add(loop.fork(() -> disk.call(() -> slowSquare(item))));
    }
    Tasks.asCompleted(tasks)
        .forEach(
            task -> {
              loaded.add(task.join());
              progress.step(1);
            });
  }

  /** Stands for a disk, a network, a native library. */
  private static long slowSquare(long item) throws InterruptedException {
    Thread.sleep(10 + item % 11);
    return item * item;
  }
}
