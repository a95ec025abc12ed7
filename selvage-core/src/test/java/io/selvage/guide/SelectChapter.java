package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.Tasks;
import io.selvage.channel.Channel;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.select.Clause;
import io.selvage.select.Select;
import io.selvage.sync.Event;
import io.selvage.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;

/** The code of docs/guide/select.md; GuideTest compares it. */
final class SelectChapter {
  private SelectChapter() {}

  static String first(Receiver<String> jobs, Event stop) throws InterruptedException {
    // @start region="first"
    String got =
        Select.first(
            jobs.onReceive().call(job -> "job " + job),
            stop.onSet().call(() -> "stop"),
            Select.after(ofSeconds(1)).call(() -> "nothing for a second"));
    // @end
    return got;
  }

  // @start region="work"
  static void work(Receiver<String> jobs, Sender<String> results, Event stop)
      throws InterruptedException {
    boolean running = true;
    while (running) {
      running =
          Select.first(
              stop.onSet().call(() -> false), // looked at first
              jobs.onReceive()
                  .call(
                      job -> {
                        results.send(job + " done");
                        return true;
                      }));
    }
  }

  // @end

  static void run(Receiver<String> jobs, Sender<String> answers, List<String> log)
      throws InterruptedException {
    // @start region="run"
    Select.first(
        jobs.onReceive().run(job -> log.add("got " + job)),
        answers.onSend("yes").run(() -> log.add("said yes")));
    // @end
  }

  static String fair(Receiver<String> orders, Receiver<String> questions)
      throws InterruptedException {
    // @start region="fair"
    String next = Select.fair(orders.onReceive(), questions.onReceive());
    // @end
    return next;
  }

  static String otherwise(Receiver<String> urgent, Receiver<String> usual)
      throws InterruptedException {
    // @start region="otherwise"
    String next =
        Select.first(
            urgent.onReceive(),
            usual.onReceive(),
            Select.otherwise().call(() -> "nothing to do")); // if no item is there now
    // @end
    return next;
  }

  // @start region="when"
  static void obey(Receiver<String> commands, Receiver<String> jobs, List<String> done)
      throws InterruptedException {
    String command = "go";
    while (!command.equals("stop")) {
      command =
          Select.first(
              commands.onReceive(),
              Select.when(
                  command.equals("go"), // after "pause" no job is taken
                  jobs.onReceive()
                      .call(
                          job -> {
                            done.add(job);
                            return "go";
                          })));
    }
  }

  // @end

  // @start region="merge"
  static List<String> merge(List<Channel<String>> sources) throws InterruptedException {
    List<String> all = new ArrayList<>();
    List<Channel<String>> open = new ArrayList<>(sources);
    while (!open.isEmpty()) {
      List<Clause<Void, RuntimeException>> clauses = new ArrayList<>();
      for (Channel<String> source : open) {
        clauses.add(
            source
                .onReceiveOrEnd()
                .run(
                    item -> {
                      if (item == null) {
                        open.remove(source); // closed, and everything has been received
                      } else {
                        all.add(item);
                      }
                    }));
      }
      Select.fairOf(clauses);
    }
    return all;
  }

  // @end

  // @start region="meet"
  static String meet(Channel<String> table, String name) throws InterruptedException {
    return Select.first(
        table.onSend(name).call(() -> name + " was met"),
        table.onReceive().call(other -> name + " has met " + other));
  }

  // @end

  static List<String> pair() throws InterruptedException {
    // @start region="pair"
    Channel<String> table = Channel.rendezvous();
    List<String> both = Tasks.all(() -> meet(table, "ann"), () -> meet(table, "bob"));
    // @end
    return both;
  }

  static String permit(Semaphore near, Semaphore far) throws InterruptedException {
    // @start region="permit"
    try (Semaphore.Permit place = Select.first(near.onAcquire(), far.onAcquire())) {
      return "works with " + place; // the other permit was not taken
    }
    // @end
  }
}
