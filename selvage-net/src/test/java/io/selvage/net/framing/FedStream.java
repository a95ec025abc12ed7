package io.selvage.net.framing;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.AbstractByteStream;
import io.selvage.sync.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** A stream that the test feeds, and whose output it reads. For a few tasks of one test. */
final class FedStream extends AbstractByteStream {
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>(); // guarded by this
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream(); // guarded by this
  private final Event changed = new Event("changed");
  private final Event waits = new Event("waits"); // a thread waits for bytes or for room
  private boolean ended; // guarded by this
  private boolean outputEnded; // guarded by this
  private int room = Integer.MAX_VALUE; // guarded by this
  private IOException failure; // guarded by this

  synchronized void feed(byte[] bytes) {
    arrived.add(bytes.clone());
    changed.set();
  }

  void feed(String text) {
    feed(text.getBytes(StandardCharsets.UTF_8));
  }

  synchronized void end() {
    ended = true;
    changed.set();
  }

  synchronized void roomForOutput(int count) {
    room = count;
    changed.set();
  }

  synchronized void fail(IOException how) {
    failure = how;
    changed.set();
  }

  synchronized byte[] sent() {
    return sent.toByteArray();
  }

  synchronized boolean isOutputEnded() {
    return outputEnded;
  }

  /** Returns when a thread waits in this stream. */
  void awaitWaiting() throws InterruptedException {
    waits.await();
  }

  /** Runs an operation until it waits, and cancels it then. */
  void cancelWhileItWaits(ThrowingRunnable<?> operation) throws Exception {
    var unused = waits.clear();
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              "canceller",
              () -> {
                waits.await();
                scope.cancel("for this test");
              });
          if (scope.run(operation)) {
            throw new AssertionError("the operation has ended, though it was cancelled");
          }
        });
  }

  @Override
  protected synchronized int tryReceive(ByteBuffer into) throws IOException {
    changed.clear();
    if (failure != null) {
      throw failure;
    }
    byte[] next = arrived.poll();
    if (next == null) {
      return ended ? -1 : 0;
    }
    int count = Math.min(next.length, into.remaining());
    into.put(next, 0, count);
    if (count < next.length) {
      byte[] rest = new byte[next.length - count];
      System.arraycopy(next, count, rest, 0, rest.length);
      arrived.addFirst(rest);
    }
    return count;
  }

  @Override
  protected void awaitReceivable() throws InterruptedException {
    waits.set();
    changed.await();
  }

  @Override
  protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
    while (!sendNow(from[first])) {
      waits.set();
      changed.await();
    }
  }

  private synchronized boolean sendNow(ByteBuffer from) throws IOException {
    changed.clear();
    if (failure != null) {
      throw failure;
    }
    int count = Math.min(room, from.remaining());
    for (int i = 0; i < count; i++) {
      sent.write(from.get());
    }
    room -= count;
    return count > 0 || isClosed();
  }

  @Override
  protected synchronized void endOutput() {
    outputEnded = true;
    changed.set();
  }

  @Override
  protected void release() {
    changed.set();
  }

  @Override
  public String toString() {
    return "fed";
  }
}
