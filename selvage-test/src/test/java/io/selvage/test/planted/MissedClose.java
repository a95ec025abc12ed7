package io.selvage.test.planted;

import io.selvage.TaskGroup;
import io.selvage.service.CloseSignal;
import io.selvage.service.Mailbox;
import io.selvage.service.ThreadService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Missed close: a reader looks whether the feed is closed and subscribes then; a close in between
 * finds no subscriber, and the reader waits for ever.
 */
final class MissedClose {
  private MissedClose() {}

  /** News for all subscribers. */
  private abstract static class Feed {
    final CloseSignal closed = new CloseSignal();
    final Queue<Mailbox<String>> subscribers = new ConcurrentLinkedQueue<>();

    abstract void subscribe(Mailbox<String> subscriber);

    void publish(String news) {
      subscribers.forEach(subscriber -> subscriber.submit(news));
    }

    void close() {
      closed.close("no more news");
      subscribers.forEach(Mailbox::close);
    }
  }

  private static final class Hasty extends Feed {
    @Override
    void subscribe(Mailbox<String> subscriber) {
      if (closed.isClosed()) {
        subscriber.close();
      } else {
        subscriber.submit("welcome");
        subscribers.add(subscriber); // BUG: it may be closed by now
      }
    }
  }

  private static final class LookingAgain extends Feed {
    @Override
    void subscribe(Mailbox<String> subscriber) {
      subscriber.submit("welcome");
      subscribers.add(subscriber);
      if (closed.isClosed()) {
        subscriber.close();
      }
    }
  }

  static void buggy() throws Exception {
    run(new Hasty());
  }

  static void mended() throws Exception {
    run(new LookingAgain());
  }

  private static void run(Feed feed) throws Exception {
    List<String> read = Collections.synchronizedList(new ArrayList<>());
    ThreadService.virtual(
            "reader",
            service -> {
              Mailbox<String> mailbox = new Mailbox<>();
              feed.subscribe(mailbox);
              service.started();
              mailbox.forEach(read::add);
            })
        .start();
    TaskGroup.run(
        group -> {
          group.launch(
              "publisher",
              () -> {
                feed.publish("one");
                feed.publish("two");
                feed.close();
              });
        });
  }
}
