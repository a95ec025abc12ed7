package io.selvage;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.channel.PriorityChannel;
import io.selvage.function.ThrowingRunnable;
import io.selvage.observe.Dump;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

/** The examples of the Javadoc, compiled; SnippetsTest runs those that can run. */
final class Snippets {
  private Snippets() {}

  static int sum() throws InterruptedException {
    // @start region="group"
    int sum =
        TaskGroup.call(
            group -> {
              Task<Integer> a = group.fork("a", () -> slowAddOne(3));
              Task<Integer> b = group.fork("b", () -> slowAddOne(4));
              return a.join() + b.join();
            });
    // @end
    return sum;
  }

  static List<String> limited(List<Path> files) throws InterruptedException {
    // @start region="options"
    List<String> texts =
        TaskGroup.options()
            .withName("load")
            .withLimit(4)
            .withTimeout(ofSeconds(30))
            .call(
                group ->
                    files.stream()
                        .map(file -> group.fork(file.toString(), () -> Files.readString(file)))
                        .toList()
                        .stream()
                        .map(Snippets::joined)
                        .toList());
    // @end
    return texts;
  }

  static String start() throws InterruptedException {
    // @start region="start"
    String outcome =
        TaskGroup.call(
            group -> {
              int port =
                  group.start(
                      "server",
                      (TaskStatus<Integer> status) -> {
                        status.started(8080); // listening: the caller goes on
                        Selvage.sleep(ofSeconds(60)); // serving
                      });
              group.cancel("the example is over");
              return "served on " + port;
            });
    // @end
    return outcome;
  }

  static Optional<String> scope(Path file) throws IOException, InterruptedException {
    // @start region="scope"
    CancelScope scope = CancelScope.moveOnAfter(ofSeconds(20));
    boolean complete =
        scope.run(
            () -> {
              Selvage.sleep(ofMillis(1)); // each of these can be cut short
              Files.readString(file);
            });
    String outcome = complete ? "read" : scope.timedOut() ? "too slow" : "cancelled";
    // @end
    return Optional.of(outcome);
  }

  static String deadline() throws InterruptedException {
    // @start region="deadline"
    Deadline deadline = Deadline.after(ofSeconds(20));
    CancelScope first = CancelScope.moveOnAt(deadline);
    CancelScope second = CancelScope.moveOnAt(deadline); // what the first leaves of the time
    boolean both = first.run(Selvage::checkpoint) && second.run(Selvage::checkpoint);
    // @end
    return both ? "both" : "not both";
  }

  static boolean enter() throws InterruptedException {
    CancelScope scope = CancelScope.create();
    // @start region="enter"
    try (EnteredScope entered = scope.enter()) {
      Selvage.checkpoint();
      entered.scope().cancel("changed my mind");
      // the next operation that may wait would throw CancelledException
    }
    // @end
    return scope.cancelledCaught();
  }

  static String scopeGroup() throws InterruptedException {
    // @start region="scopeGroup"
    ScopeGroup running = new ScopeGroup(); // shared with, say, a signal handler:
    running.cancelForGood("user interrupt");

    String answer =
        running.run(() -> Selvage.sleep(ofSeconds(10))) // one request
            ? "done"
            : "interrupted"; // the thread lives on and can say so
    running.clear(); // the next request may run again
    // @end
    return answer;
  }

  static String failures(ThrowingRunnable<IOException> work)
      throws IOException, InterruptedException {
    // @start region="failures"
    try {
      TaskGroup.run(group -> group.launch("load", work));
      return "loaded";
    } catch (TaskFailedException e) {
      if (e.getCause() instanceof IOException original) {
        throw original; // one failure, as a direct call would throw it
      }
      return e.failures().size() + " failed\n" + e.describe(); // all of them, with names
    }
    // @end
  }

  static List<String> onEnd() throws InterruptedException {
    List<String> log = new CopyOnWriteArrayList<>();
    // @start region="onEnd"
    TaskGroup.run(
        group -> {
          Task<Integer> task = group.fork("sum", () -> slowAddOne(3));
          task.onEnd(() -> log.add(task.name() + " " + task.state())); // on the task's thread
        });
    // @end
    return log;
  }

  static String loop() throws InterruptedException {
    // @start region="loop"
    Loop loop = new Loop("server");
    int[] requests = {0}; // no lock: the tasks never run at the same time
    String report =
        loop.call(
            () -> {
              Task<Integer> a = loop.fork("a", () -> ++requests[0]);
              Task<Integer> b = loop.fork("b", () -> ++requests[0]);
              return a.join() + " and " + b.join();
            });
    // @end
    return report;
  }

  // @start region="blocking"
  static String readAll(Path file) throws IOException, InterruptedException {
    return Selvage.callBlocking(() -> Files.readString(file)); // the loop goes on meanwhile
  }

  // @end

  static List<String> threadPool(List<Path> files) throws InterruptedException {
    // @start region="threadPool"
    ThreadPool disk = new ThreadPool(2); // no more than two reads at once
    List<String> texts = new CopyOnWriteArrayList<>();
    TaskGroup.run(
        group -> {
          for (Path file : files) {
            group.fork(() -> texts.add(disk.call(() -> Files.readString(file))));
          }
        });
    // @end
    return texts;
  }

  // @start region="cancellable"
  static List<String> names(Connection connection) throws SQLException, InterruptedException {
    try (Statement statement = connection.createStatement()) {
      // An interrupt would destroy the connection, the driver's own cancel does not.
      return Selvage.callCancellable(
          () -> {
            List<String> names = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("select name from users")) {
              while (rows.next()) {
                names.add(rows.getString(1));
              }
            }
            return names;
          },
          statement::cancel);
    }
  }

  // @end

  static int delete(PreparedStatement delete) throws SQLException, InterruptedException {
    // @start region="canceller"
    Canceller canceller =
        Canceller.of(delete::cancel)
            .withIntervals(ofMillis(200), ofSeconds(5)); // each cancel opens a connection
    int deleted = canceller.call(delete::executeUpdate);
    // @end
    return deleted;
  }

  // @start region="fault"
  static String load(Path file) throws IOException {
    if (FaultPoint.fails("disk")) {
      throw new IOException("cannot read " + file);
    }
    return Files.readString(file);
  }

  // @end

  static int channel() throws InterruptedException {
    // @start region="channel"
    Channel<String> lines = Channel.unbounded();
    int characters =
        TaskGroup.call(
            group -> {
              group.launch(
                  "reader",
                  () -> {
                    lines.send("one");
                    lines.send("two");
                    lines.close();
                  });
              int[] count = {0};
              lines.forEach(line -> count[0] += line.length());
              return count[0];
            });
    // @end
    return characters;
  }

  static List<String> priority() {
    // @start region="priority"
    PriorityChannel<String> jobs = Channel.prioritized(String::length);
    jobs.trySend("no");
    jobs.trySend("urgent");
    jobs.trySend("yes");
    List<String> order = jobs.drain(); // urgent, yes, no
    // @end
    return order;
  }

  static List<LoopStall> loopOptions() throws InterruptedException {
    // @start region="loopOptions"
    List<LoopStall> stalls = new CopyOnWriteArrayList<>();
    Loop loop = Loop.options().withName("ui").withWatchdog(ofSeconds(20), stalls::add).create();
    loop.run(() -> Selvage.checkpoint());
    // @end
    return stalls;
  }

  static String channelOptions() throws InterruptedException {
    // @start region="channelOptions"
    Channel<String> orders =
        Channel.options().withName("orders").withLateSend(LateSend.DROP).unbounded();
    orders.send("tea");
    String shown = orders.toString(); // Channel[orders, 1 queued, 0 waiting]
    // @end
    return shown;
  }

  static String rethrow() throws InterruptedException, IOException {
    // @start region="rethrow"
    try {
      return TaskGroup.call(group -> group.fork("read", () -> read("no such file")).join());
    } catch (TaskFailedException e) {
      e.rethrow(IOException.class); // throws it if the task did
      throw e; // another failure
    }
    // @end
  }

  private static String read(String name) throws IOException {
    throw new FileNotFoundException(name);
  }

  static String timeLimits() throws InterruptedException {
    // @start region="moveOnAfter"
    Optional<String> page = CancelScope.moveOnAfter(ofMillis(1)).call(() -> fetch(ofSeconds(60)));
    boolean complete = page.isPresent(); // false: the time was over first
    // @end
    // @start region="failAfter"
    try {
      String other = CancelScope.failAfter(ofSeconds(20)).call(() -> fetch(ofMillis(1)));
      return other + complete;
    } catch (TimeoutException e) {
      return "timeout"; // its message says what was waited for
    }
    // @end
  }

  static String dump() throws InterruptedException {
    // @start region="dump"
    String text =
        TaskGroup.options()
            .withName("server")
            .withTimeout(ofSeconds(30))
            .call(
                group -> {
                  Task<?> reader = group.launch("reader", () -> Selvage.sleep(ofSeconds(60)));
                  group.fork("writer", () -> reader.join());
                  String now = Dump.take().text();
                  group.cancel("seen");
                  return now;
                });
    // main (platform, RUNNABLE)
    // └ group 'server', 2 tasks, deadline in 29.9 s
    //   ├ server/reader (virtual, waits 250 µs in Selvage.sleep for PT1M, at …)
    //   └ server/writer (virtual, waits 120 µs in Task.join for Task[server/reader, RUNNING], at …)
    // @end
    return text;
  }

  // @start region="dumpWalk"
  static List<String> waitingLongerThan(Duration limit, List<Dump.Node> nodes) {
    List<String> names = new ArrayList<>();
    for (Dump.Node node : nodes) {
      if (node instanceof Dump.TaskNode task
          && task.activity().waiting().filter(it -> it.time().compareTo(limit) > 0).isPresent()) {
        names.add(task.name());
      }
      names.addAll(waitingLongerThan(limit, node.children())); // begins with Dump.take().roots()
    }
    return names;
  }

  // @end

  private static String fetch(Duration time) throws InterruptedException {
    Selvage.sleep(time);
    return "page";
  }

  private static int slowAddOne(int value) throws InterruptedException {
    Selvage.sleep(ofMillis(1));
    return value + 1;
  }

  private static String joined(Task<String> task) {
    try {
      return task.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
