package io.selvage.test.connection;

import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.FrameDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Streams with one bug each, and what the check says that finds it. */
final class StreamBugs {
  /**
   * A bug.
   *
   * @param wrapper makes a good stream a bad one
   * @param found is part of the message
   */
  record Bug(Wrapper wrapper, String found) {}

  interface Wrapper {
    ByteStream wrap(MemoryStream stream);
  }

  static final List<Bug> ALL =
      List.of(
          new Bug(LosesOnCancel::new, "takes nothing"),
          new Bug(ForgetsOnCancel::new, "a send that"),
          new Bug(ReceivesOnThoughCancelled::new, "cancelled"),
          new Bug(EndsWithZero::new, "a receive at the end"),
          new Bug(DropsTheLastByte::new, "the end came after 2 bytes"),
          new Bug(SendsOnlyTheFirstBuffer::new, "several buffers are sent in their order"),
          new Bug(ResumesByItself::new, "after a cut a send must be resumed"),
          new Bug(ForgetsTheCut::new, "cut short"),
          new Bug(TakesWhatItDoesNotReturn::new, "a receive of some takes some"),
          new Bug(LosesPartsOfALength::new, "before the length leaves the bytes"),
          new Bug(KeepsTheDelimiter::new, "up to a delimiter ends there"),
          new Bug(HasNoLimit::new, "too long is refused"),
          new Bug(DoesNotAwait::new, "waiting for input receives nothing"),
          new Bug(AwaitsByReceiving::new, "waiting for input receives nothing"),
          new Bug(HalfCloseIsNothing::new, "ends one direction"),
          new Bug(HalfCloseIsAll::new, "ends one direction"),
          new Bug(CloseIsHalf::new, "ends both directions"),
          new Bug(ClosesOnce::new, "closed before"),
          new Bug(MixesUpTheEnds::new, "BrokenStreamException"),
          new Bug(QueuesReceivers::new, "a second receiver is refused"),
          new Bug(FillsTheBuffer::new, "does not wait for more"),
          new Bug(CloseIsCancelled::new, "though it is cancelled"));

  private StreamBugs() {}

  /** Does what another one does; overridden by those that do not. */
  private static class Other implements ByteStream {
    final MemoryStream stream;

    Other(MemoryStream stream) {
      this.stream = stream;
    }

    @Override
    public int receive(ByteBuffer into) throws IOException, InterruptedException {
      return stream.receive(into);
    }

    @Override
    public int sendSome(ByteBuffer from) throws IOException, InterruptedException {
      return stream.sendSome(from);
    }

    @Override
    public byte[] receiveSome(int max) throws IOException, InterruptedException {
      return stream.receiveSome(max);
    }

    @Override
    public byte[] receiveExactly(int count) throws IOException, InterruptedException {
      return stream.receiveExactly(count);
    }

    @Override
    public byte[] receiveUntil(byte[] delimiter, int limit)
        throws IOException, InterruptedException {
      return stream.receiveUntil(delimiter, limit);
    }

    @Override
    public <T> Optional<T> receiveFrame(FrameDecoder<T> decoder)
        throws IOException, InterruptedException {
      return stream.receiveFrame(decoder);
    }

    @Override
    public int available() throws IOException {
      return stream.available();
    }

    @Override
    public void awaitInput() throws IOException, InterruptedException {
      stream.awaitInput();
    }

    @Override
    public void sendAll(ByteBuffer... from) throws IOException, InterruptedException {
      stream.sendAll(from);
    }

    @Override
    public long resumeSending() {
      return stream.resumeSending();
    }

    @Override
    public void closeOutput() throws IOException, InterruptedException {
      stream.closeOutput();
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /** Takes the bytes out of the stream before it knows that it may keep them. */
  static final class LosesOnCancel extends Other {
    LosesOnCancel(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int receive(ByteBuffer into) throws IOException, InterruptedException {
      ByteBuffer own = ByteBuffer.allocate(into.remaining());
      if (into.isReadOnly()) {
        throw new IllegalArgumentException("read-only");
      }
      int count = stream.receive(own);
      Selvage.throwIfCancelled();
      into.put(own.flip());
      return count;
    }
  }

  /** Sends from copies, so a cancellation leaves no account. */
  static final class ForgetsOnCancel extends Other {
    ForgetsOnCancel(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void sendAll(ByteBuffer... from) throws IOException, InterruptedException {
      stream.sendAll(Arrays.stream(from).map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new));
      for (ByteBuffer each : from) {
        each.position(each.limit());
      }
    }
  }

  static final class ReceivesOnThoughCancelled extends Other {
    ReceivesOnThoughCancelled(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int receive(ByteBuffer into) throws IOException, InterruptedException {
      int[] count = {0};
      CancelScope.shieldUnlimited().run(() -> count[0] = stream.receive(into));
      return count[0];
    }
  }

  static final class EndsWithZero extends Other {
    EndsWithZero(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int receive(ByteBuffer into) throws IOException, InterruptedException {
      return Math.max(0, stream.receive(into));
    }
  }

  static final class DropsTheLastByte extends Other {
    DropsTheLastByte(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void sendAll(ByteBuffer... from) throws IOException, InterruptedException {
      if (from.length != 1 || from[0].remaining() != 3) {
        stream.sendAll(from);
      } else {
        stream.sendAll(from[0].slice().limit(2));
        from[0].position(from[0].limit());
      }
    }
  }

  static final class SendsOnlyTheFirstBuffer extends Other {
    SendsOnlyTheFirstBuffer(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void sendAll(ByteBuffer... from) throws IOException, InterruptedException {
      for (int i = 0; i < from.length; i++) {
        if (i == 0) {
          stream.sendAll(from[i]);
        }
        from[i].position(from[i].limit());
      }
    }
  }

  /** Sends on after a part, so the program does not notice that the rest is missing. */
  static final class ResumesByItself extends Other {
    ResumesByItself(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void sendAll(ByteBuffer... from) throws IOException, InterruptedException {
      var unused = stream.resumeSending();
      stream.sendAll(from);
    }
  }

  static final class ForgetsTheCut extends Other {
    ForgetsTheCut(MemoryStream stream) {
      super(stream);
    }

    @Override
    public long resumeSending() {
      return Math.min(1, stream.resumeSending());
    }
  }

  static final class TakesWhatItDoesNotReturn extends Other {
    TakesWhatItDoesNotReturn(MemoryStream stream) {
      super(stream);
    }

    @Override
    public byte[] receiveSome(int max) throws IOException, InterruptedException {
      byte[] all = stream.receiveSome();
      return Arrays.copyOf(all, Math.min(max, all.length));
    }
  }

  /** Collects the bytes itself, and has lost them when it is cancelled. */
  static final class LosesPartsOfALength extends Other {
    LosesPartsOfALength(MemoryStream stream) {
      super(stream);
    }

    @Override
    public byte[] receiveExactly(int count) throws IOException, InterruptedException {
      if (count <= 0) {
        return stream.receiveExactly(count);
      }
      ByteBuffer all = ByteBuffer.allocate(count);
      while (all.hasRemaining()) {
        if (stream.receive(all) < 0) {
          throw new EOFException("the end");
        }
      }
      return all.array();
    }
  }

  static final class KeepsTheDelimiter extends Other {
    KeepsTheDelimiter(MemoryStream stream) {
      super(stream);
    }

    @Override
    public byte[] receiveUntil(byte[] delimiter, int limit)
        throws IOException, InterruptedException {
      byte[] before = stream.receiveUntil(delimiter, limit);
      return Arrays.copyOf(before, before.length + delimiter.length);
    }
  }

  static final class HasNoLimit extends Other {
    HasNoLimit(MemoryStream stream) {
      super(stream);
    }

    @Override
    public byte[] receiveUntil(byte[] delimiter, int limit)
        throws IOException, InterruptedException {
      return stream.receiveUntil(delimiter, Math.max(limit, limit + 1_000));
    }
  }

  static final class DoesNotAwait extends Other {
    DoesNotAwait(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void awaitInput() throws IOException, InterruptedException {
      var unused = stream.receive(ByteBuffer.allocate(0));
    }
  }

  static final class AwaitsByReceiving extends Other {
    AwaitsByReceiving(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void awaitInput() throws IOException, InterruptedException {
      var unused = stream.receive(ByteBuffer.allocate(1));
    }
  }

  static final class HalfCloseIsNothing extends Other {
    HalfCloseIsNothing(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void closeOutput() {}
  }

  static final class HalfCloseIsAll extends Other {
    HalfCloseIsAll(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void closeOutput() throws IOException {
      stream.close();
    }
  }

  static final class CloseIsHalf extends Other {
    CloseIsHalf(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void close() throws IOException {
      try {
        stream.closeOutput();
      } catch (InterruptedException e) {
        throw new AssertionError(e); // it never waits
      }
    }
  }

  static final class ClosesOnce extends Other {
    private boolean closed;

    ClosesOnce(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        throw new IllegalStateException("closed before");
      }
      closed = true;
      stream.close();
    }
  }

  /** Says broken where closed is meant. */
  static final class MixesUpTheEnds extends Other {
    MixesUpTheEnds(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int sendSome(ByteBuffer from) throws IOException, InterruptedException {
      try {
        return stream.sendSome(from);
      } catch (ClosedResourceException e) {
        throw new BrokenStreamException("broken", e);
      }
    }
  }

  /** Lets a second receiver wait for the first one instead of refusing it. */
  static final class QueuesReceivers extends Other {
    QueuesReceivers(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int receive(ByteBuffer into) throws IOException, InterruptedException {
      while (true) {
        try {
          return stream.receive(into);
        } catch (IllegalStateException e) {
          if (e.getClass() != IllegalStateException.class) {
            throw e;
          }
          Selvage.sleep(Duration.ofMillis(1));
        }
      }
    }
  }

  static final class FillsTheBuffer extends Other {
    FillsTheBuffer(MemoryStream stream) {
      super(stream);
    }

    @Override
    public int receive(ByteBuffer into) throws IOException, InterruptedException {
      int all = 0;
      do {
        int count = stream.receive(into);
        if (count < 0) {
          return all == 0 ? count : all;
        }
        all += count;
      } while (into.hasRemaining());
      return all;
    }
  }

  static final class CloseIsCancelled extends Other {
    CloseIsCancelled(MemoryStream stream) {
      super(stream);
    }

    @Override
    public void close() throws IOException {
      try {
        Selvage.checkpoint();
      } catch (InterruptedException e) {
        throw new InterruptedIOException("close");
      }
      stream.close();
    }
  }
}
