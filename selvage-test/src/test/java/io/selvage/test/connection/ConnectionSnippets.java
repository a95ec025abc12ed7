package io.selvage.test.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.test.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The examples in the Javadoc of this package. {@link ConnectionSnippetsTest} runs them. */
final class ConnectionSnippets {
  private ConnectionSnippets() {}

  static String channels() throws InterruptedException {
    // @start region="channels"
    MemoryChannels<Integer, String> connection = MemoryChannels.pair();
    return TaskGroup.call(
        group -> {
          MemoryChannel<String, Integer> server = connection.right();
          group.launch("server", () -> server.forEach(id -> server.send("reply to " + id)));
          try (MemoryChannel<Integer, String> client = connection.left()) {
            client.send(7);
            return client.receive();
          }
        });
    // @end
  }

  static List<Integer> channelHooks() throws InterruptedException {
    List<Integer> arrived = new ArrayList<>();
    // @start region="channelHooks"
    MemoryChannels<Integer, String> connection = MemoryChannels.pair();
    connection.left().loseIf(id -> id % 2 == 0);
    connection.right().beforeReceive(() -> Selvage.sleep(ofSeconds(1)));
    connection
        .right()
        .afterReceive(
            id -> {
              if (id > 4) {
                connection.right().fail(new IOException("connection reset"));
              }
            });
    // @end
    for (int id = 1; id <= 5; id++) {
      connection.left().send(id);
    }
    for (int i = 0; i < 3; i++) {
      arrived.add(connection.right().receive());
    }
    return arrived;
  }

  static List<String> reorder() throws InterruptedException {
    // @start region="reorder"
    MemoryChannels<String, String> connection = MemoryChannels.pair();
    AtomicReference<String> late = new AtomicReference<>();
    connection.left().loseIf(item -> item.equals("first") && late.compareAndSet(null, item));
    connection
        .left()
        .afterSend(
            item -> {
              if (item.equals("second")) {
                connection.left().output().send(late.get());
              }
            });
    // @end
    connection.left().send("first");
    connection.left().send("second");
    connection.left().closeOutput();
    List<String> arrived = new ArrayList<>();
    connection.right().forEach(arrived::add);
    return arrived;
  }

  static String streams() throws IOException, InterruptedException {
    // @start region="streams"
    try (StreamPair<MemoryStream> connection = MemoryStreams.pair(4)) { // 4 bytes at a time
      return TaskGroup.call(
          group -> {
            group.launch(
                "client",
                () -> {
                  connection.left().sendAll(UTF_8.encode("GET / HTTP/1.0\r\n\r\n"));
                  connection.left().closeOutput();
                });
            ByteBuffer request = ByteBuffer.allocate(100);
            while (connection.right().receive(request) >= 0) {
              // until the end
            }
            return UTF_8.decode(request.flip()).toString();
          });
    }
    // @end
  }

  static void randomSizes() {
    // @start region="randomSizes"
    Simulation.explore(
        100,
        run -> {
          try (var connection = MemoryStreams.pair(8, run.random())) {
            TaskGroup.run(
                group -> {
                  group.launch(() -> connection.left().sendAll(UTF_8.encode("length: 5\r\nhello")));
                  ByteBuffer frame = ByteBuffer.allocate(16);
                  while (frame.hasRemaining()) { // a receive may bring any part of it
                    connection.right().receive(frame);
                  }
                });
          }
        });
    // @end
  }

  static StreamPair<MemoryStream> streamHooks() {
    // @start region="streamHooks"
    StreamPair<MemoryStream> connection = MemoryStreams.pair();
    connection.left().beforeReceive(() -> Selvage.sleep(ofSeconds(1))); // a slow network
    connection
        .left()
        .beforeSend(
            bytes -> {
              if (connection.left().bytesSent() + bytes.remaining() > 1_000) {
                throw new IOException("no route to host");
              }
            });
    connection.right().beforeClose(() -> connection.right().fail(new IOException("reset")));
    // @end
    return connection;
  }

  static void checks() {
    // @start region="checks"
    Simulation.explore(
        20, run -> StreamChecks.checkTwoWay(() -> MemoryStreams.pair(16), run.random()));
    // @end
  }
}
