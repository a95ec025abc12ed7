package io.selvage.examples;

import io.selvage.channel.Channel;
import io.selvage.service.ReplyHandle;
import io.selvage.service.RequestFailedException;
import io.selvage.service.RequestRegistry;
import io.selvage.service.ThreadService;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Requests from one thread, replies from another; when the replying one dies who waits gets the
 * reason.
 */
final class RequestAndReply {
  private RequestAndReply() {}

  static void main(String[] args) throws InterruptedException, TimeoutException {
    RequestRegistry<Integer, String> replies = new RequestRegistry<>();
    Channel<Integer> wire = Channel.unbounded();
    ThreadService peer =
        ThreadService.virtual(
            "peer",
            self -> {
              self.started();
              replies.resolve(wire.receive(), "pong");
              wire.receive();
              replies.fail(new ConnectException("connection lost"));
            });
    peer.start().awaitStarted();
    System.out.println(
        "1: "
            + replies.request(
                1, (ReplyHandle<Integer, String> reply) -> wire.send(1), Duration.ofSeconds(10)));
    try {
      replies.request(2, reply -> wire.send(2), Duration.ofSeconds(10));
    } catch (RequestFailedException e) {
      System.out.println("2: " + e.getCause());
    }
    peer.awaitStopped();
  }
}
