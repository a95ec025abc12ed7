package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.atEnd;
import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.bytes;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.receive;
import static io.selvage.test.connection.StreamProbe.require;
import static io.selvage.test.connection.StreamProbe.same;

import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.ByteStream;
import io.selvage.net.FrameTooLongException;
import io.selvage.test.connection.StreamChecks.Check;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What receives up to a size, a length or a delimiter, and what sends several buffers. */
final class StreamFrameChecks {
  private static final int FRAMES = 12;
  private static final int LONGEST = 60;
  private static final byte[] DELIMITER = {'\r', '\n'};

  static final List<Check> ALL =
      List.of(
          new Check("a receive of some takes some, up to the end", StreamFrameChecks::some),
          new Check("a receive of a length waits for all of it", StreamFrameChecks::length),
          new Check("an end before the length leaves the bytes", StreamFrameChecks::shortLength),
          new Check("a receive up to a delimiter ends there", StreamFrameChecks::delimiter),
          new Check("a delimiter may arrive in parts", StreamFrameChecks::partsOfDelimiter),
          new Check("an end before the delimiter leaves the bytes", StreamFrameChecks::noDelimiter),
          new Check("a part that is too long is refused and left", StreamFrameChecks::tooLong),
          new Check("waiting for input receives nothing", StreamFrameChecks::awaitInput),
          new Check("waiting for input ends at the end", StreamFrameChecks::awaitEnd),
          new Check("several buffers are sent in their order", StreamFrameChecks::severalBuffers),
          new Check("the kinds of receive can be mixed", StreamFrameChecks::mixed),
          new Check("wrong sizes are refused", StreamFrameChecks::wrongSizes));

  private StreamFrameChecks() {}

  private static void some(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = bytes(FRAMES * LONGEST, random);
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                here.sendAll(all);
                here.closeOutput();
              });
          ByteArrayOutputStream received = new ByteArrayOutputStream();
          while (true) {
            int max = 1 + random.nextInt(LONGEST);
            byte[] part = random.nextInt(4) == 0 ? there.receiveSome() : there.receiveSome(max);
            if (part.length == 0) {
              break;
            }
            received.writeBytes(part);
          }
          same("the bytes received", all, received.toByteArray());
          same("the bytes received at the end", new byte[0], there.receiveSome(1));
          atEnd(there);
        });
  }

  private static void length(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = bytes(LONGEST, random);
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                for (int i = 0; i < LONGEST; i += 5) {
                  pause(random);
                  here.sendAll(ByteBuffer.wrap(all, i, 5));
                }
              });
          same("no bytes", new byte[0], there.receiveExactly(0));
          int half = random.nextInt(LONGEST);
          same("the first bytes", Arrays.copyOf(all, half), there.receiveExactly(half));
          same(
              "the other bytes",
              Arrays.copyOfRange(all, half, LONGEST),
              there.receiveExactly(LONGEST - half));
        });
  }

  private static void shortLength(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          sendAndEnd(group, here, random, buffer(1, 2, 3));
          for (int i = 0; i < 2; i++) {
            expect("a length after the end", EOFException.class, () -> there.receiveExactly(4));
          }
          receive(there, 1, 2, 3);
          atEnd(there);
          expect("a length at the end", EOFException.class, () -> there.receiveExactly(1));
          same("no bytes at the end", new byte[0], there.receiveExactly(0));
        });
  }

  private static void sendAndEnd(
      TaskGroup group, ByteStream here, RandomGenerator random, ByteBuffer bytes) {
    group.launch(
        "sender",
        () -> {
          pause(random);
          here.sendAll(bytes);
          here.closeOutput();
        });
  }

  private static void delimiter(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1, 2, '\r', '\n', '\r', '\n', 3)));
          same("the bytes before it", new byte[] {1, 2}, there.receiveUntil(DELIMITER, LONGEST));
          same("nothing before it", new byte[0], there.receiveUntil(DELIMITER, 0));
          receive(there, 3);
        });
  }

  private static void partsOfDelimiter(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] all = {1, '\r', '\r', 2, '\n', '\r', '\r', '\n', 3};
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                for (byte each : all) {
                  here.sendAll(new byte[] {each});
                  pause(random);
                }
              });
          same(
              "the bytes before it", Arrays.copyOf(all, 6), there.receiveUntil(DELIMITER, LONGEST));
          receive(there, 3);
        });
  }

  private static void noDelimiter(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          sendAndEnd(group, here, random, buffer(1, 2, '\r'));
          for (int i = 0; i < 2; i++) {
            expect(
                "a delimiter after the end",
                EOFException.class,
                () -> there.receiveUntil(DELIMITER, LONGEST));
          }
          receive(there, 1, 2, '\r');
          atEnd(there);
        });
  }

  private static void tooLong(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1, 2, 3, '\r', '\n', 4, 5, 6)));
          expect(
              "a part that is longer than the limit",
              FrameTooLongException.class,
              () -> there.receiveUntil(DELIMITER, 2));
          same("a part of the limit", new byte[] {1, 2, 3}, there.receiveUntil(DELIMITER, 3));
          expect(
              "a part without an end",
              FrameTooLongException.class,
              () -> there.receiveUntil(DELIMITER, 1));
          receive(there, 4, 5, 6);
        });
  }

  private static void awaitInput(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          boolean[] sent = {false};
          group.launch(
              "sender",
              () -> {
                pause(random);
                sent[0] = true;
                here.sendAll(buffer(1, 2));
              });
          there.awaitInput();
          require(sent[0], "it did not wait for input");
          there.awaitInput();
          receive(there, 1, 2);
        });
  }

  private static void awaitEnd(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                pause(random);
                here.closeOutput();
              });
          there.awaitInput();
          atEnd(there);
          there.awaitInput();
        });
  }

  private static void mixed(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[][] frames = new byte[FRAMES][];
    for (int i = 0; i < FRAMES; i++) {
      frames[i] = new byte[1 + random.nextInt(LONGEST)];
      Arrays.fill(frames[i], (byte) (i + 'a'));
    }
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                for (byte[] frame : frames) {
                  pause(random);
                  here.sendAll(ByteBuffer.wrap(frame), ByteBuffer.wrap(DELIMITER));
                }
                here.closeOutput();
              });
          for (byte[] frame : frames) {
            int begin = random.nextInt(frame.length);
            receiveFirst(there, frame, begin, random);
            same(
                "the rest of a frame",
                Arrays.copyOfRange(frame, begin, frame.length),
                there.receiveUntil(DELIMITER, frame.length - begin));
          }
          atEnd(there);
        });
  }

  private static void receiveFirst(
      ByteStream there, byte[] frame, int count, RandomGenerator random)
      throws IOException, InterruptedException {
    if (random.nextBoolean()) {
      there.awaitInput();
    }
    int[] begin = new int[count];
    Arrays.fill(begin, frame[0]);
    if (random.nextBoolean()) {
      receive(there, begin);
    } else {
      same("the first bytes of a frame", Arrays.copyOf(frame, count), there.receiveExactly(count));
    }
  }

  private static void severalBuffers(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer[] parts = new ByteBuffer[FRAMES + 20];
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < parts.length; i++) {
      byte[] part = bytes(random.nextInt(4), random);
      all.writeBytes(part);
      parts[i] =
          random.nextBoolean()
              ? ByteBuffer.wrap(part)
              : ByteBuffer.allocateDirect(part.length).put(part).flip().asReadOnlyBuffer();
    }
    TaskGroup.run(
        group -> {
          group.launch(
              "sender",
              () -> {
                here.sendAll();
                here.sendAll(parts);
                for (ByteBuffer part : parts) {
                  require(!part.hasRemaining(), "sendAll has not sent all buffers");
                }
                here.closeOutput();
              });
          same("the bytes received", all.toByteArray(), there.receiveExactly(all.size()));
          atEnd(there);
        });
  }

  private static void wrongSizes(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    refused("a maximum of 0", () -> there.receiveSome(0));
    refused("a negative length", () -> there.receiveExactly(-1));
    refused("a delimiter without bytes", () -> there.receiveUntil(new byte[0], 1));
    refused("a negative limit", () -> there.receiveUntil(DELIMITER, -1));
    TaskGroup.run(
        group -> {
          group.launch("sender", () -> here.sendAll(buffer(1)));
          receive(there, 1);
        });
  }

  private static void refused(String what, ThrowingRunnable<IOException> operation)
      throws InterruptedException {
    expect(what, IllegalArgumentException.class, operation);
  }
}
