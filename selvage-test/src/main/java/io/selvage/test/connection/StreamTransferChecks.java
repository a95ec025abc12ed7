package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.bytes;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.receive;
import static io.selvage.test.connection.StreamProbe.receiveToEnd;
import static io.selvage.test.connection.StreamProbe.same;

import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.test.connection.StreamChecks.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** What is sent arrives: all of it, in order, once; and one receiver and one sender at a time. */
final class StreamTransferChecks {
  private static final int BYTES = 600;
  private static final int LARGEST_SEND = 100;
  private static final int MANY = 1 << 20;

  static final List<Check> ALL =
      List.of(
          new Check("a byte arrives", StreamTransferChecks::oneByte),
          new Check("an empty send means nothing", StreamTransferChecks::emptySend),
          new Check(
              "a receive without room takes nothing", StreamTransferChecks::receiveWithoutRoom),
          new Check("a receive does not wait for more", StreamTransferChecks::receiveOfLess),
          new Check("buffers are used between position and limit", StreamTransferChecks::buffers),
          new Check("a read-only buffer is refused", StreamTransferChecks::readOnly),
          new Check("a second receiver is refused", StreamTransferChecks::twoReceivers),
          new Check("a second sender is refused", StreamTransferChecks::twoSenders));

  /** Needs nearly everything, so it comes last: the others say more precisely what is wrong. */
  static final List<Check> DUPLEX =
      List.of(new Check("both directions work at once", StreamTransferChecks::duplex));

  private StreamTransferChecks() {}

  private static void oneByte(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1)));
          receive(there, 1);
        });
  }

  private static void emptySend(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                same("an empty send", 0, here.sendSome(buffer()));
                here.sendAll(buffer());
                here.sendAll(buffer(2));
              });
          receive(there, 2);
        });
  }

  private static void receiveWithoutRoom(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    same("a receive without room", 0, there.receive(buffer()));
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(3)));
          pause(random);
          same("a receive without room", 0, there.receive(buffer()));
          receive(there, 3);
        });
  }

  private static void receiveOfLess(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(4)));
          ByteBuffer into = ByteBuffer.allocate(100);
          same("a receive of one byte", 1, there.receive(into));
          same("the byte", buffer(4), into.flip());
        });
  }

  private static void buffers(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                ByteBuffer from = buffer(0, 1, 2, 0).position(1).limit(3);
                here.sendAll(from);
                same("the position after a send", 3, from.position());
                same("the limit after a send", 3, from.limit());
                here.sendAll(buffer(3, 4).asReadOnlyBuffer());
                here.sendAll(ByteBuffer.allocateDirect(2).put(buffer(5, 6)).flip());
              });
          ByteBuffer into = ByteBuffer.allocate(6).position(1).limit(4);
          while (into.hasRemaining()) {
            var unused = there.receive(into);
          }
          same("the bytes in the buffer", buffer(0, 1, 2, 3, 0, 0), into.clear());
          ByteBuffer direct = ByteBuffer.allocateDirect(3);
          while (direct.hasRemaining()) {
            var unused = there.receive(direct);
          }
          same("the bytes in a direct buffer", buffer(4, 5, 6), direct.flip());
        });
  }

  private static void readOnly(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(7)));
          pause(random);
          expect(
              "a receive into a read-only buffer",
              IllegalArgumentException.class,
              () -> there.receive(buffer(0).asReadOnlyBuffer()));
          receive(there, 7);
        });
  }

  private static void duplex(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] thither = bytes(BYTES, random);
    byte[] hither = bytes(BYTES, random);
    TaskGroup.run(
        group -> {
          group.launch("sender here", () -> sendInParts(here, thither, random));
          group.launch("sender there", () -> sendInParts(there, hither, random));
          group.launch(
              "receiver there",
              () -> same("the bytes that arrived there", thither, receiveToEnd(there, random)));
          group.launch(
              "receiver here",
              () -> same("the bytes that arrived here", hither, receiveToEnd(here, random)));
        });
  }

  private static void sendInParts(ByteStream stream, byte[] all, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer from = ByteBuffer.wrap(all);
    while (from.hasRemaining()) {
      int part = Math.min(from.remaining(), random.nextInt(LARGEST_SEND));
      stream.sendAll(from.limit(from.position() + part));
      from.limit(all.length);
      pause(random);
    }
    stream.closeOutput();
  }

  private static void twoReceivers(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          AtomicInteger refused = new AtomicInteger();
          for (int i = 0; i < 2; i++) {
            group.launch(
                "receiver",
                () -> {
                  try {
                    receive(there, 8);
                  } catch (IllegalStateException e) {
                    same("what refuses a receiver", IllegalStateException.class, e.getClass());
                    same("how many are refused", 1, refused.incrementAndGet());
                    here.sendAll(buffer(8)); // for the other one
                  }
                });
          }
        });
  }

  private static void twoSenders(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    AtomicInteger refused = new AtomicInteger();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 2; i++) {
            group.launch(
                "sender",
                () -> {
                  try {
                    // A stream that takes so much without waiting cannot be checked.
                    for (int n = 0; n < MANY && refused.get() == 0; n += LARGEST_SEND) {
                      here.sendAll(ByteBuffer.allocate(LARGEST_SEND));
                    }
                  } catch (IllegalStateException e) {
                    if (refused.getAndIncrement() == 0) {
                      same("what refuses a sender", IllegalStateException.class, e.getClass());
                      here.close(); // wakes the other one
                    }
                  }
                });
          }
        });
  }
}
