package io.selvage.guide;

import io.selvage.BrokenResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.channel.PriorityChannel;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.sync.Semaphore;
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

  static List<Integer> several(int workers) throws InterruptedException {
    Queue<Integer> squares = new ConcurrentLinkedQueue<>();
    // @start region="several"
    Channel<Integer> numbers = Channel.unbounded();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < workers; i++) {
            group.launch(() -> numbers.forEach(number -> squares.add(number * number)));
          }
          produce(numbers); // each number goes to one of the workers
        });
    // @end
    return squares.stream().sorted().toList();
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

  static List<String> bounded(List<String> lines) throws InterruptedException {
    List<String> stored = new ArrayList<>();
    // @start region="bounded"
    record Item(String line, Semaphore.Permit place) {}
    Semaphore places = new Semaphore(100); // at most 100 items are in flight
    Channel<Item> items = Channel.unbounded();
    TaskGroup.run(
        group -> {
          group.launch(
              "store",
              () ->
                  items.forEach(
                      item -> {
                        stored.add(item.line());
                        item.place().close(); // the sender may go on
                      }));
          for (String line : lines) {
            items.send(new Item(line, places.acquire())); // waits while all places are taken
          }
          items.close();
        });
    // @end
    return stored;
  }
}
