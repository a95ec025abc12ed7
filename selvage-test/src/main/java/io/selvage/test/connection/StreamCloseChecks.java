package io.selvage.test.connection;

import static io.selvage.test.connection.StreamProbe.atEnd;
import static io.selvage.test.connection.StreamProbe.buffer;
import static io.selvage.test.connection.StreamProbe.expect;
import static io.selvage.test.connection.StreamProbe.pause;
import static io.selvage.test.connection.StreamProbe.read;
import static io.selvage.test.connection.StreamProbe.require;
import static io.selvage.test.connection.StreamProbe.writeForever;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.TaskGroup;
import io.selvage.test.connection.StreamChecks.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;

/** How streams end: what was written is read first, waiting threads wake up, the end lasts. */
final class StreamCloseChecks {
  static final List<Check> ALL =
      List.of(
          new Check("a closed output ends one direction", StreamCloseChecks::halfClose),
          new Check("a close ends both directions", StreamCloseChecks::close),
          new Check("a write to a closed end fails", StreamCloseChecks::writeToClosed),
          new Check("a close wakes the reader", StreamCloseChecks::closeWakesReader),
          new Check("a close wakes the writer", StreamCloseChecks::closeWakesWriter),
          new Check("a closed output wakes its writer", StreamCloseChecks::halfCloseWakesWriter),
          new Check("a close there wakes the reader here", StreamCloseChecks::endWakesReader),
          new Check("a close there wakes the writer here", StreamCloseChecks::breakWakesWriter),
          new Check("a close does its work though it is cancelled", StreamCloseChecks::cancelled));

  private StreamCloseChecks() {}

  private static void halfClose(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                here.writeAll(buffer(1, 2, 3));
                here.closeOutput();
                here.closeOutput();
              });
          pause(random);
          read(there, 1, 2, 3);
          atEnd(there);
        });
    cannotWrite(here);
    TaskGroup.run(
        group -> {
          group.launch("writer there", () -> there.writeAll(buffer(4)));
          read(here, 4);
        });
    there.closeOutput();
    atEnd(here);
  }

  private static void close(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> {
                here.writeAll(buffer(1, 2, 3));
                here.close();
              });
          pause(random);
          read(there, 1, 2, 3);
          atEnd(there);
        });
    here.close();
    here.closeOutput();
    cannotWrite(here);
    cannotRead(here);
  }

  private static void cannotRead(ByteStream stream) throws IOException, InterruptedException {
    expect(
        "a read behind the close",
        ClosedResourceException.class,
        () -> stream.read(ByteBuffer.allocate(1)));
    expect(
        "a read without room behind the close",
        ClosedResourceException.class,
        () -> stream.read(buffer()));
  }

  private static void cannotWrite(ByteStream stream) throws IOException, InterruptedException {
    expect(
        "a write behind the close", ClosedResourceException.class, () -> stream.write(buffer(1)));
    expect(
        "an empty write behind the close",
        ClosedResourceException.class,
        () -> stream.writeAll(buffer()));
  }

  private static void writeToClosed(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    there.close();
    for (int i = 0; i < 2; i++) {
      expect("writing to a closed end", BrokenResourceException.class, () -> writeForever(here));
    }
    here.close();
    cannotWrite(here);
  }

  private static void closeWakesReader(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("reader", () -> cannotRead(here));
          pause(random);
          here.close();
        });
  }

  private static void closeWakesWriter(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> expect("the write", ClosedResourceException.class, () -> writeForever(here)));
          pause(random);
          here.close();
        });
  }

  private static void halfCloseWakesWriter(
      ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> expect("the write", ClosedResourceException.class, () -> writeForever(here)));
          pause(random);
          here.closeOutput();
        });
  }

  private static void endWakesReader(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch("reader", () -> atEnd(here));
          pause(random);
          there.close();
        });
  }

  private static void breakWakesWriter(ByteStream here, ByteStream there, RandomGenerator random)
      throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          group.launch(
              "writer",
              () -> expect("the write", BrokenResourceException.class, () -> writeForever(here)));
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
    cannotWrite(here);
    cannotRead(here);
    atEnd(there);
  }
}
