package io.selvage.interop;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** The examples in the documentation of this package. */
final class InteropSnippets {
  private InteropSnippets() {}

  /** Answers later, on a thread of its own. */
  interface Client {
    CompletableFuture<String> fetch(String path);
  }

  // @start region="await"
  static String front(Client client) throws IOException, TimeoutException, InterruptedException {
    String name = Futures.await(client.fetch("/name"), IOException.class); // fails as itself
    return CancelScope.failAfter(Duration.ofSeconds(20))
        .call(() -> Futures.await(client.fetch("/" + name))); // and is cancelled
  }

  // @end region="await"

  static int toFuture() throws InterruptedException {
    // @start region="toFuture"
    return TaskGroup.call(
        group -> {
          Task<Integer> sum = group.fork("sum", () -> 3 + 4);
          CompletableFuture<Integer> future = Futures.toFuture(sum);
          CompletableFuture<Integer> twice = future.thenApply(value -> 2 * value);
          return Futures.await(twice);
        });
    // @end region="toFuture"
  }

  /** A callback of the program. */
  interface Button {
    void onClick(Runnable action);
  }

  static void background(Button button, Consumer<String> label, Runnable untilTheWindowCloses) {
    // @start region="background"
    try (Background work = Background.open("work")) {
      button.onClick(
          () -> // must not block
          work.fork(
                      () -> {
                        Selvage.sleep(Duration.ofMillis(1));
                        return "loaded";
                      })
                  .thenAccept(label));
      untilTheWindowCloses.run();
    } // what still runs is cancelled, and has cleaned up
    // @end region="background"
  }

  static List<String> flows(Function<Flow.Publisher<Integer>, Flow.Publisher<String>> pipeline)
      throws InterruptedException {
    List<String> seen = new ArrayList<>();
    // @start region="flows"
    Channel<Integer> numbers = Channel.unbounded();
    numbers.send(1);
    numbers.send(2);
    numbers.close();
    TaskGroup.run(
        group -> {
          Flow.Publisher<Integer> source = Flows.publish(group, numbers);
          Flow.Publisher<String> texts = pipeline.apply(source); // Reactor, RxJava, ...
          try (FlowReceiver<String> results = Flows.subscribe(texts, 16)) {
            results.forEach(seen::add);
          }
        });
    // @end region="flows"
    return seen;
  }

  static Flow.Publisher<String> generate(TaskGroup group, Path file) {
    // @start region="generate"
    return Flows.generate(
        group,
        emitter -> {
          try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              emitter.emit(line); // waits until the subscriber asks for it
            }
          } // is closed, too, when the subscription is cancelled
        });
    // @end region="generate"
  }

  static int receive(Flow.Publisher<String> lines) throws InterruptedException {
    // @start region="receive"
    int letters = 0;
    try (FlowReceiver<String> received = Flows.subscribe(lines, 16)) {
      for (int i = 0; i < 2; i++) {
        letters += received.receive().length();
      }
    } // wants no more
    // @end region="receive"
    return letters;
  }

  /** Starts tasks, as a library does. */
  interface Library {
    Future<String> fetchAll(ExecutorService executor);
  }

  static String executor(Library library) throws Exception {
    // @start region="executor"
    return TaskGroup.call(
        group -> {
          Future<String> all = library.fetchAll(GroupExecutor.of(group));
          return all.get(); // gives up the turn in a loop, and can be cancelled
        }); // whatever the library started has ended
    // @end region="executor"
  }

  /** The thread of a user interface, as in Swing and JavaFX. */
  interface Toolkit {
    void runLater(Runnable action);

    boolean isOnItsThread();
  }

  static int home(Toolkit toolkit, List<String> shown, Callable<String> load) throws Exception {
    // @start region="home"
    HomeThread ui = HomeThread.of("ui", toolkit::runLater, toolkit::isOnItsThread);
    String name = load.call(); // takes its time, on this thread
    int size =
        ui.callSync(
            () -> {
              shown.add(name); // on the thread of the user interface
              return shown.size();
            });
    ui.runSoon(() -> shown.add("loaded"));
    // @end region="home"
    return size;
  }
}
