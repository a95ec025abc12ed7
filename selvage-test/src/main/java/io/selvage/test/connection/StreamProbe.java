package io.selvage.test.connection;

import io.selvage.Selvage;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.ByteStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** What the checks of streams are made of. */
final class StreamProbe {
  private static final int CHUNK = 4096;

  private StreamProbe() {}

  // ---- bytes

  static byte[] bytes(int count, RandomGenerator random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  static ByteBuffer buffer(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length);
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  /** Receives exactly these. */
  static void receive(ByteStream stream, int... expected) throws IOException, InterruptedException {
    ByteBuffer into = ByteBuffer.allocate(expected.length);
    while (into.hasRemaining()) {
      if (stream.receive(into) < 0) {
        throw new AssertionError("the end came after " + into.position() + " bytes");
      }
    }
    same("the bytes received", buffer(expected).array(), into.array());
  }

  /** {@return everything up to the end, received with buffers of random sizes} */
  static byte[] receiveToEnd(ByteStream stream, RandomGenerator random)
      throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(CHUNK));
      int count = stream.receive(into);
      if (count < 0) {
        return all.toByteArray();
      }
      same("the position after a receive", count, into.position());
      require(count > 0, "a receive into a buffer with room returned 0");
      all.write(into.array(), 0, count);
    }
  }

  static void atEnd(ByteStream stream) throws IOException, InterruptedException {
    for (int i = 0; i < 2; i++) {
      same("a receive at the end", -1, stream.receive(ByteBuffer.allocate(8)));
    }
  }

  /** Sends until that throws. */
  static void sendForever(ByteStream stream) throws IOException, InterruptedException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    while (true) {
      stream.sendAll(chunk.clear());
    }
  }

  // ---- time

  /**
   * Gives the others some time, or none. In a simulation any time is enough for them to get as far
   * as they can.
   */
  static void pause(RandomGenerator random) throws InterruptedException {
    Selvage.sleep(Duration.ofMillis(random.nextInt(3)));
  }

  // ---- expectations

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  static void same(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError(what + ": expected " + expected + ", was " + actual);
    }
  }

  static void same(String what, byte[] expected, byte[] actual) {
    int at = Arrays.mismatch(expected, actual);
    if (at >= 0) {
      throw new AssertionError(
          what
              + ": expected "
              + expected.length
              + " bytes, got "
              + actual.length
              + ", which differ from byte "
              + at);
    }
  }

  /** Runs what must throw exactly this. */
  static void expect(
      String what, Class<? extends Exception> expected, ThrowingRunnable<IOException> operation)
      throws InterruptedException {
    try {
      operation.run();
    } catch (Exception e) {
      if (e.getClass() == expected) {
        return;
      }
      if (e instanceof InterruptedException cancelled) {
        throw cancelled;
      }
      throw new AssertionError(what + " should have thrown " + expected + ", threw " + e, e);
    }
    throw new AssertionError(what + " should have thrown " + expected);
  }
}
