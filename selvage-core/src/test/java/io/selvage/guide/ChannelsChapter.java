package io.selvage.guide;

import static java.time.Duration.ofMillis;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.EndOfStreamException;
import io.selvage.TaskGroup;
import io.selvage.channel.Broadcast;
import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.channel.Latest;
import io.selvage.channel.Overflow;
import io.selvage.channel.PriorityChannel;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.channel.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** The code of docs/guide/channels.md; GuideTest compares it. */
final class ChannelsChapter {
  private ChannelsChapter() {}

  static int sendAndReceive() throws InterruptedException {
    // @start region="sendAndReceive"
    Channel<String> lines = Channel.unbounded();
    int letters =
        TaskGroup.call(
            group -> {
              group.launch(
                  "reader",
                  () -> {
                    lines.send("one");
                    lines.send("two");
                    lines.close(); // nothing more will come
                  });
              int[] sum = {0};
              lines.forEach(line -> sum[0] += line.length()); // ends when all is received
              return sum[0];
            });
    // @end
    return letters;
  }

  static String receiveByHand(Receiver<String> lines) throws InterruptedException {
    // @start region="receive"
    String text = "";
    try {
      while (true) {
        text += lines.receive();
      }
    } catch (EndOfStreamException e) {
      text += " end"; // closed, and everything has been received
    } catch (BrokenResourceException e) {
      text += " broken: " + e.getCause().getMessage(); // the sender has failed
    }
    // @end
    return text;
  }

  static Channel<String> fail() throws InterruptedException {
    Channel<String> lines = Channel.unbounded();
    lines.send("one");
    // @start region="fail"
    lines.fail(new IOException("the line is dead")); // "one" is still received
    // @end
    return lines;
  }

  // @start region="ends"
  static void produce(Sender<Integer> numbers) throws InterruptedException {
    for (int i = 1; i <= 3; i++) {
      numbers.send(i);
    }
    numbers.close();
  }

  static int consume(Receiver<Integer> numbers) throws InterruptedException {
    int[] sum = {0};
    numbers.forEach(number -> sum[0] += number);
    return sum[0];
  }

  // @end

  static List<String> bounded(List<String> lines) throws InterruptedException {
    List<String> stored = new ArrayList<>();
    // @start region="bounded"
    Channel<String> toStore = Channel.bounded(100);
    TaskGroup.run(
        group -> {
          group.launch("store", () -> toStore.forEach(line -> stored.add(line)));
          for (String line : lines) {
            toStore.send(line); // waits while 100 lines are in the channel
          }
          toStore.close();
        });
    // @end
    return stored;
  }

  static String rendezvous() throws InterruptedException {
    // @start region="rendezvous"
    Channel<String> orders = Channel.rendezvous();
    String order =
        TaskGroup.call(
            group -> {
              group.launch("guest", () -> orders.send("soup")); // returns when it was received
              return orders.receive();
            });
    // @end
    return order;
  }

  static List<Integer> overflow() throws InterruptedException {
    // @start region="overflow"
    Channel<Integer> readings = Channel.options().bounded(2, Overflow.DROP_OLDEST);
    for (int i = 1; i <= 4; i++) {
      readings.send(i); // never waits
    }
    List<Integer> newest = readings.drain(); // 3 and 4
    // @end
    return newest;
  }

  interface Call {
    void hangUp();
  }

  static Channel<Call> onDrop() {
    // @start region="onDrop"
    Channel<Call> calls =
        Channel.options().bounded(50, Overflow.DROP_LATEST, call -> call.hangUp());
    // @end
    return calls;
  }

  static List<Integer> workers(int workers) throws InterruptedException {
    Queue<Integer> squares = new ConcurrentLinkedQueue<>();
    // @start region="workers"
    Channel<Integer> numbers = Channel.bounded(10);
    TaskGroup.run(
        group -> {
          group.launch("source", () -> produce(numbers));
          numbers.forEachParallel(workers, number -> squares.add(number * number));
        });
    // @end
    return squares.stream().sorted().toList();
  }

  static List<String> cancelled() throws InterruptedException {
    // @start region="cancelled"
    Channel<String> full = Channel.bounded(1);
    full.send("first");
    boolean sent = CancelScope.moveOnAfter(ofMillis(10)).run(() -> full.send("second")); // false
    List<String> left = full.drain(); // only "first"
    // @end
    return sent ? List.of() : left;
  }

  static List<List<String>> broadcast() throws InterruptedException {
    List<String> shown = new ArrayList<>();
    List<String> written = new ArrayList<>();
    // @start region="broadcast"
    Broadcast<String> prices = Broadcast.bounded(16);
    TaskGroup.run(
        group -> {
          Subscription<String> screen = prices.subscribe();
          Subscription<String> file = prices.subscribe();
          group.launch("screen", () -> screen.forEach(price -> shown.add(price)));
          group.launch("file", () -> file.forEach(price -> written.add(price)));
          prices.send("1.10"); // both get it
          prices.send("1.20");
          prices.close();
        });
    // @end
    return List.of(shown, written);
  }

  static List<Object> latest() throws InterruptedException {
    // @start region="latest"
    Latest<Integer> speed = new Latest<>(0);
    Latest.Watcher<Integer> watcher = speed.watch();
    speed.set(50);
    speed.set(70);
    int seen = watcher.next(); // 70: a slow watcher skips what was between
    boolean changed = watcher.tryNext().isPresent(); // false, until the next set
    // @end
    return List.of(seen, changed, speed.get());
  }

  interface Button {
    void onClick(Consumer<String> action);
  }

  static Channel<String> callback(Button button) {
    // @start region="callback"
    Channel<String> clicks =
        Channel.options().withName("clicks").withLateSend(LateSend.DROP).unbounded();
    button.onClick(name -> clicks.trySend(name)); // never waits, never throws for a cancellation
    // @end
    return clicks;
  }

  static List<String> priority() {
    // @start region="priority"
    PriorityChannel<String> jobs = Channel.prioritized(job -> job.startsWith("!") ? 1 : 0);
    jobs.trySend("mail");
    jobs.trySend("!alarm");
    jobs.trySend("report");
    List<String> order = jobs.drain(); // !alarm, mail, report
    // @end
    return order;
  }
}
