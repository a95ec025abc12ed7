package io.selvage.examples;

import io.selvage.channel.Channel;
import io.selvage.service.ThreadService;

/** A thread feeds a receiver on another one. */
final class FeedingALoop {
  private FeedingALoop() {}

  static void main(String[] args) throws InterruptedException {
    Channel<String> items = Channel.unbounded();
    ThreadService producer =
        ThreadService.platform(
            "producer",
            self -> {
              self.started();
              for (int i = 0; i < 5; i++) {
                items.send("item " + i);
              }
              items.close();
            });
    producer.start();
    items.forEach(System.out::println);
    producer.awaitStopped();
    System.out.println("end of stream");
  }
}
