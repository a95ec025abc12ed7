package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.bytes;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.read;
import static io.selvage.test.connection.StreamProbe.readToEnd;
import static io.selvage.test.connection.StreamProbe.same;

import io.selvage.TaskGroup;
import io.selvage.test.connection.StreamChecks.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** What is written arrives: all of it, in order, once; and one reader and one writer at a time. */
final class StreamTransferChecks {
  private static final int BYTES = 600;
  private static final int LARGEST_WRITE = 100;
  private static final int MANY = 1 << 20;

  static final List<Check> ALL =
      List.of(
          new Check("a byte arrives", StreamTransferChecks::oneByte),
          new Check("an empty write means nothing", StreamTransferChecks::emptyWrite),
          new Check("a read without room takes nothing", StreamTransferChecks::readWithoutRoom),
          new Check("a read does not wait for more", StreamTransferChecks::readOfLess),
          new Check("buffers are used between position and limit", StreamTransferChecks::buffers),
          new Check("a read-only buffer is refused", StreamTransferChecks::readOnly),
          new Check("a second reader is refused", StreamTransferChecks::twoReaders),
          new Check("a second writer is refused", StreamTransferChecks::twoWriters));

  /** Needs nearly everything, so it comes last: the others say more precisely what is wrong. */
  static final List<Check> DUPLEX =
      List.of(new Check("both directions work at once", StreamTransferChecks::duplex));

  private StreamTransferChecks() {}

  private static void oneByte(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("writer", () -> here.writeAll(buffer(1)));
          read(there, 1);
        });
  }

  private static void emptyWrite(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                same("an empty write", 0, here.write(buffer()));
                here.writeAll(buffer());
                here.writeAll(buffer(2));
              });
          read(there, 2);
        });
  }

  private static void readWithoutRoom(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    same("a read without room", 0, there.read(buffer()));
    TaskGroup.run(
        group -> {
          group.launch("writer", () -> here.writeAll(buffer(3)));
          pause(random);
          same("a read without room", 0, there.read(buffer()));
          read(there, 3);
        });
  }

  private static void readOfLess(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("writer", () -> here.writeAll(buffer(4)));
          ByteBuffer into = ByteBuffer.allocate(100);
          same("a read of one byte", 1, there.read(into));
          same("the byte", buffer(4), into.flip());
        });
  }

  private static void buffers(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                ByteBuffer from = buffer(0, 1, 2, 0).position(1).limit(3);
                here.writeAll(from);
                same("the position behind a write", 3, from.position());
                same("the limit behind a write", 3, from.limit());
                here.writeAll(buffer(3, 4).asReadOnlyBuffer());
                here.writeAll(ByteBuffer.allocateDirect(2).put(buffer(5, 6)).flip());
              });
          ByteBuffer into = ByteBuffer.allocate(6).position(1).limit(4);
          while (into.hasRemaining()) {
            var unused = there.read(into);
          }
          same("the bytes in the buffer", buffer(0, 1, 2, 3, 0, 0), into.clear());
          ByteBuffer direct = ByteBuffer.allocateDirect(3);
          while (direct.hasRemaining()) {
            var unused = there.read(direct);
          }
          same("the bytes in a direct buffer", buffer(4, 5, 6), direct.flip());
        });
  }

  private static void readOnly(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("writer", () -> here.writeAll(buffer(7)));
          pause(random);
          expect(
              "a read into a read-only buffer",
              IllegalArgumentException.class,
              () -> there.read(buffer(0).asReadOnlyBuffer()));
          read(there, 7);
        });
  }

  private static void duplex(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    byte[] thither = bytes(BYTES, random);
    byte[] hither = bytes(BYTES, random);
    TaskGroup.run(
        group -> {
          group.launch("writer here", () -> writeInParts(here, thither, random));
          group.launch("writer there", () -> writeInParts(there, hither, random));
          group.launch(
              "reader there",
              () -> same("the bytes that arrived there", thither, readToEnd(there, random)));
          group.launch(
              "reader here",
              () -> same("the bytes that arrived here", hither, readToEnd(here, random)));
        });
  }

  private static void writeInParts(ByteStream stream, byte[] all, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteBuffer from = ByteBuffer.wrap(all);
    while (from.hasRemaining()) {
      int part = Math.min(from.remaining(), random.nextInt(LARGEST_WRITE));
      stream.writeAll(from.limit(from.position() + part));
      from.limit(all.length);
      pause(random);
    }
    stream.closeOutput();
  }

  private static void twoReaders(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          AtomicInteger refused = new AtomicInteger();
          for (int i = 0; i < 2; i++) {
            group.launch(
                "reader",
                () -> {
                  try {
                    read(there, 8);
                  } catch (IllegalStateException e) {
                    same("what refuses a reader", IllegalStateException.class, e.getClass());
                    same("how many are refused", 1, refused.incrementAndGet());
                    here.writeAll(buffer(8)); // for the other one
                  }
                });
          }
        });
  }

  private static void twoWriters(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    AtomicInteger refused = new AtomicInteger();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 2; i++) {
            group.launch(
                "writer",
                () -> {
                  try {
                    // A stream that takes so much without waiting cannot be checked.
                    for (int n = 0; n < MANY && refused.get() == 0; n += LARGEST_WRITE) {
                      here.writeAll(ByteBuffer.allocate(LARGEST_WRITE));
                    }
                  } catch (IllegalStateException e) {
                    if (refused.getAndIncrement() == 0) {
                      same("what refuses a writer", IllegalStateException.class, e.getClass());
                      here.close(); // wakes the other one
                    }
                  }
                });
          }
        });
  }
}
