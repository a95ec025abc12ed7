package io.selvage.runtime;

import io.selvage.Task;
import java.util.List;
import java.util.concurrent.Callable;

/** The examples in the Javadoc of this package. */
final class RuntimeSnippets {
  private RuntimeSnippets() {}

  static SelvageRuntime options() {
    // @start region="options"
    SelvageRuntime runtime =
        SelvageRuntime.options()
            .withName("shop")
            .withLimit(100)
            .withUncaughtHandler((task, failure) -> System.err.println(task + ": " + failure))
            .open();
    // @end
    return runtime;
  }

  static int call(List<Callable<Integer>> orders) throws InterruptedException {
    // @start region="call"
    int sum =
        SelvageRuntime.options()
            .withName("shop")
            .call(
                runtime -> {
                  runtime.launchUntracked("statistics", () -> System.out.println("collecting"));
                  Task<List<Integer>> all = runtime.spawnAll(orders); // runs at once
                  return all.join().stream().mapToInt(Integer::intValue).sum();
                }); // tasks that still run are cancelled and joined
    // @end
    return sum;
  }

  static void main(Runnable serve) throws InterruptedException {
    // @start region="main"
    SelvageRuntime.options()
        .withName("shop")
        .withTerminationSignals("TERM", "INT")
        .run(
            runtime -> {
              runtime.launchUntracked("serving", serve::run);
              runtime.runUntilStopped(); // SIGTERM and Ctrl-C cancel this and all tasks
            });
    // @end
  }

  static String runtime() throws InterruptedException {
    // @start region="runtime"
    try (SelvageRuntime runtime = SelvageRuntime.options().withName("shop").open()) {
      Task<String> task = runtime.spawn("greeting", () -> "hello"); // from any thread
      return runtime.call(() -> task.join() + " from " + task.name());
    }
    // @end
  }
}
