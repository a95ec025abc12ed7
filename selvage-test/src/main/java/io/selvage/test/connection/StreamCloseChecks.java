package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.atEnd;
import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.receive;
import static io.selvage.test.connection.StreamProbe.require;
import static io.selvage.test.connection.StreamProbe.sendForever;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.TaskGroup;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.test.connection.StreamChecks.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;

/** How streams end: what was sent is received first, waiting threads wake up, the end lasts. */
final class StreamCloseChecks {
  static final List<Check> ALL =
      List.of(
          new Check("a closed output ends one direction", StreamCloseChecks::halfClose),
          new Check("a close ends both directions", StreamCloseChecks::close),
          new Check("a send to a closed end fails", StreamCloseChecks::sendToClosed),
          new Check("a close wakes the receiver", StreamCloseChecks::closeWakesReceiver),
          new Check(
              "a close wakes who waits for a length", StreamCloseChecks::closeWakesFrameReceiver),
          new Check("a close wakes the sender", StreamCloseChecks::closeWakesSender),
          new Check("a closed output wakes its sender", StreamCloseChecks::halfCloseWakesSender),
          new Check("a close there wakes the receiver here", StreamCloseChecks::endWakesReceiver),
          new Check("a close there wakes the sender here", StreamCloseChecks::breakWakesSender),
          new Check("a close does its work though it is cancelled", StreamCloseChecks::cancelled));

  private StreamCloseChecks() {}

  private static void halfClose(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                here.sendAll(buffer(1, 2, 3));
                here.closeOutput();
                here.closeOutput();
              });
          pause(random);
          receive(there, 1, 2, 3);
          atEnd(there);
        });
    cannotSend(here);
    TaskGroup.run(
        group -> {
          group.launch("sender there", () -> there.sendAll(buffer(4)));
          receive(here, 4);
        });
    there.closeOutput();
    atEnd(here);
  }

  private static void close(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                here.sendAll(buffer(1, 2, 3));
                here.close();
              });
          pause(random);
          receive(there, 1, 2, 3);
          atEnd(there);
        });
    here.close();
    here.closeOutput();
    cannotSend(here);
    cannotReceive(here);
  }

  private static void cannotReceive(ByteStream stream) throws IOException, InterruptedException {
    expect(
        "a receive after the close",
        ClosedResourceException.class,
        () -> stream.receive(ByteBuffer.allocate(1)));
    expect(
        "a receive without room after the close",
        ClosedResourceException.class,
        () -> stream.receive(buffer()));
    expect("a wait for input after the close", ClosedResourceException.class, stream::awaitInput);
    expect(
        "a receive of no bytes after the close",
        ClosedResourceException.class,
        () -> stream.receiveExactly(0));
  }

  private static void cannotSend(ByteStream stream) throws IOException, InterruptedException {
    expect(
        "a send after the close", ClosedResourceException.class, () -> stream.sendSome(buffer(1)));
    expect(
        "an empty send after the close",
        ClosedResourceException.class,
        () -> stream.sendAll(buffer()));
  }

  private static void sendToClosed(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    there.close();
    for (int i = 0; i < 2; i++) {
      expect("sending to a closed end", BrokenStreamException.class, () -> sendForever(here));
      var unused = here.resumeSending(); // it may have sent a part
    }
    here.close();
    cannotSend(here);
  }

  private static void closeWakesReceiver(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("receiver", () -> cannotReceive(here));
          pause(random);
          here.close();
        });
  }

  private static void closeWakesFrameReceiver(
      ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> sendUnlessClosed(there));
          group.launch(
              "receiver",
              () ->
                  expect(
                      "the receive",
                      ClosedResourceException.class,
                      random.nextBoolean()
                          ? () -> here.receiveExactly(2)
                          : () -> here.receiveUntil(new byte[] {2}, 100)));
          pause(random);
          here.close();
        });
  }

  private static void sendUnlessClosed(ByteStream stream) throws IOException, InterruptedException {
    try {
      stream.sendAll(buffer(1));
    } catch (BrokenStreamException e) {
      // the other end was faster
    }
  }

  private static void closeWakesSender(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> expect("the send", ClosedResourceException.class, () -> sendForever(here)));
          pause(random);
          here.close();
        });
  }

  private static void halfCloseWakesSender(
      ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> expect("the send", ClosedResourceException.class, () -> sendForever(here)));
          pause(random);
          here.closeOutput();
        });
  }

  private static void endWakesReceiver(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("receiver", () -> atEnd(here));
          pause(random);
          there.close();
        });
  }

  private static void breakWakesSender(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> expect("the send", BrokenStreamException.class, () -> sendForever(here)));
          pause(random);
          there.close();
        });
  }

  private static void cancelled(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    CancelScope scope = CancelScope.create();
    scope.cancel("to close while cancelled");
    boolean undisturbed = scope.run(here::close);
    require(undisturbed, "the close threw for a cancellation");
    cannotSend(here);
    cannotReceive(here);
    atEnd(there);
  }
}
