package io.selvage.net;

import io.selvage.kernel.ThreadRecord;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * What arrives at a stream: takes it from the connection, and gives it to the operations. Used by
 * one thread at a time, the one that receives.
 */
final class Incoming {
  private final AbstractByteStream stream;
  private final Unread unread = new Unread();

  Incoming(AbstractByteStream stream) {
    this.stream = stream;
  }

  Unread unread() {
    return unread;
  }

  int available() throws IOException {
    if (unread.isEmpty()) {
      var unused = fillNow();
    }
    return unread.size();
  }

  /** Returns false at the end. */
  boolean awaitSome(ThreadRecord self) throws IOException, InterruptedException {
    return !unread.isEmpty() || fill(self);
  }

  byte[] receiveSome(ThreadRecord self, int max) throws IOException, InterruptedException {
    return awaitSome(self) ? unread.take(Math.min(max, unread.size())) : new byte[0];
  }

  byte[] receiveExactly(ThreadRecord self, int count) throws IOException, InterruptedException {
    while (unread.size() < count) {
      if (!fill(self)) {
        throw new EOFException(
            stream + " has ended after " + unread.size() + " of " + count + " bytes");
      }
    }
    return unread.take(count);
  }

  byte[] receiveUntil(ThreadRecord self, byte[] delimiter, int limit)
      throws IOException, InterruptedException {
    int searched = 0;
    while (true) {
      int index = unread.indexOf(delimiter, searched);
      if (index > limit || (index < 0 && unread.size() - delimiter.length >= limit)) {
        throw new FrameTooLongException(
            "no delimiter within the first " + limit + " bytes of " + stream);
      }
      if (index >= 0) {
        byte[] before = unread.take(index);
        unread.skip(delimiter.length);
        return before;
      }
      searched = Math.max(0, unread.size() - delimiter.length + 1);
      if (!fill(self)) {
        throw new EOFException(
            stream + " has ended after " + unread.size() + " bytes without the delimiter");
      }
    }
  }

  <T> Optional<T> receiveFrame(ThreadRecord self, FrameDecoder<T> decoder)
      throws IOException, InterruptedException {
    boolean ended = false;
    int seen = 0;
    int length = 0;
    while (length == 0) {
      int size = unread.size();
      if (size > 0) {
        length = lengthOf(decoder, seen, ended);
        seen = size;
      }
      if (length == 0) {
        if (ended) {
          throwIfIncomplete(decoder);
          return Optional.empty();
        }
        ended = !fill(self);
      }
    }
    while (unread.size() < length) {
      if (ended || !fill(self)) {
        throw new EOFException(
            stream + " has ended after " + unread.size() + " of " + length + " bytes of a frame");
      }
    }
    T frame = Objects.requireNonNull(decoder.decode(unread.view(length)), "decoded frame");
    Optional<T> result = Optional.of(frame);
    unread.skip(length);
    return result;
  }

  private int lengthOf(FrameDecoder<?> decoder, int seen, boolean ended) throws IOException {
    int length = decoder.length(unread.view(unread.size()), seen, ended);
    if (length < 0) {
      throw new IllegalStateException(
          "the length of a frame must be >= 0, was " + length + ", by " + decoder);
    }
    return length;
  }

  private void throwIfIncomplete(FrameDecoder<?> decoder) throws EOFException {
    if (!unread.isEmpty()) {
      throw new EOFException(
          stream + " has ended after " + unread.size() + " bytes within a frame of " + decoder);
    }
  }

  int receiveNext(ThreadRecord self, ByteBuffer into) throws IOException, InterruptedException {
    int count = stream.tryReceive(into);
    if (count == 0 && stream.triesTwice()) {
      self.scheduler().letOthersRun(self);
      count = stream.tryReceive(into);
    }
    while (count == 0) {
      stream.awaitReceivable();
      stream.throwIfClosed();
      count = stream.tryReceive(into);
    }
    if (count < 0) {
      stream.throwIfClosed();
      self.preferOwnCancellation();
    }
    return count;
  }

  /** Waits for more, and keeps it in unread. Returns false at the end. */
  private boolean fill(ThreadRecord self) throws IOException, InterruptedException {
    int count = fillNow();
    if (count == 0 && stream.triesTwice()) {
      self.scheduler().letOthersRun(self);
      count = fillNow();
    }
    while (count == 0) {
      unread.shrink();
      stream.awaitReceivable();
      stream.throwIfClosed();
      count = fillNow();
    }
    if (count < 0) {
      stream.throwIfClosed();
      self.preferOwnCancellation();
    }
    return count > 0;
  }

  private int fillNow() throws IOException {
    ByteBuffer room = unread.room();
    try {
      return stream.tryReceive(room);
    } finally {
      unread.filled();
    }
  }
}
