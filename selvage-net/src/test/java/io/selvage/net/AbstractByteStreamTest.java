package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.sync.Event;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each transition of a stream, with a connection that does what the test says. */
@Timeout(30)
class AbstractByteStreamTest {

  /** Moves what the test has laid down. */
  private static final class Scripted extends AbstractByteStream {
    final ArrayDeque<Object> arrives = new ArrayDeque<>(); // strings, exceptions, or END
    final StringBuilder sent = new StringBuilder();
    final Event reached = new Event("reached"); // a thread waits for bytes or for room
    final Event more = new Event("more");
    final AtomicInteger releases = new AtomicInteger();
    int room = Integer.MAX_VALUE; // for bytes to send
    Throwable sendFailure;
    Throwable receiveFailureAfterRelease;
    boolean minusOneAfterRelease;
    boolean outputEnded;
    volatile boolean released;

    @Override
    protected int tryReceive(ByteBuffer into) throws IOException {
      if (released && minusOneAfterRelease) {
        return -1;
      }
      Object next = arrives.peek();
      if (next == null) {
        return 0;
      }
      if (next instanceof IOException e) {
        throw e;
      }
      if (next instanceof Error e) {
        arrives.remove();
        throw e;
      }
      if (next.equals("END")) {
        return -1;
      }
      arrives.remove();
      byte[] bytes = next.toString().getBytes(US_ASCII);
      int count = Math.min(bytes.length, into.remaining());
      into.put(bytes, 0, count);
      if (count < bytes.length) {
        arrives.addFirst(next.toString().substring(count));
      }
      return count;
    }

    @Override
    protected void awaitReceivable() throws IOException, InterruptedException {
      reached.set();
      more.await();
      if (released && receiveFailureAfterRelease instanceof IOException e) {
        throw e;
      }
    }

    @Override
    protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
      while (room == 0) {
        reached.set();
        more.await();
        if (released || outputEnded) {
          throw new IOException("no output any more");
        }
      }
      int count = Math.min(room, from[first].remaining());
      for (int i = 0; i < count; i++) {
        sent.append((char) from[first].get());
      }
      room -= count;
      if (sendFailure instanceof IOException e) {
        throw e;
      }
      if (sendFailure instanceof Error e) {
        throw e;
      }
    }

    @Override
    protected void endOutput() {
      outputEnded = true;
      more.set();
    }

    @Override
    protected void release() {
      releases.incrementAndGet();
      released = true;
      more.set();
    }

    @Override
    public String toString() {
      return "scripted";
    }
  }

  private final Scripted stream = new Scripted();

  /** Runs an operation until it waits, and cancels it then. */
  private void cancelWhileItWaits(ThrowingRunnable<?> operation) throws Exception {
    var unused = stream.reached.clear();
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              "canceller",
              () -> {
                stream.reached.await();
                scope.cancel("for this test");
              });
          assertThat(scope.run(operation)).isFalse();
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  // ---- roles

  @Test
  void aSecondThreadThatReceivesIsRefused() throws Exception {
    TaskGroup.run(
        group -> {
          var first = group.fork(() -> stream.receiveSome());
          stream.reached.await();
          assertThatThrownBy(stream::receiveSome)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "another thread receives from scripted; one at a time, or their bytes would mix");
          assertThatThrownBy(stream::awaitInput).isExactlyInstanceOf(IllegalStateException.class);
          assertThatThrownBy(stream::available).isExactlyInstanceOf(IllegalStateException.class);
          stream.arrives.add("a");
          stream.more.set();
          assertThat(first.join()).asString().isEqualTo("a");
        });
    stream.arrives.add("b");
    assertThat(stream.receiveSome()).asString().isEqualTo("b");
  }

  @Test
  void aSecondThreadThatSendsIsRefused() throws Exception {
    stream.room = 0;
    TaskGroup.run(
        group -> {
          group.launch(() -> stream.sendAll(bytes("abc")));
          stream.reached.await();
          assertThatThrownBy(() -> stream.sendAll(bytes("x")))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageContaining("another thread sends to scripted");
          assertThatThrownBy(() -> stream.sendSome(ByteBuffer.allocate(1)))
              .isExactlyInstanceOf(IllegalStateException.class);
          stream.room = 10;
          stream.more.set();
        });
    assertThat(stream.sent).hasToString("abc");
    stream.sendAll(bytes("d"));
    assertThat(stream.sent).hasToString("abcd");
  }

  @Test
  void theRoleIsFreeAfterEveryKindOfEnd() throws Exception {
    stream.arrives.add(new IOException("this fails"));
    assertThatThrownBy(stream::receiveSome).hasMessage("this fails");
    stream.arrives.clear();
    stream.arrives.add(new OutOfMemoryError("for this test"));
    assertThatThrownBy(stream::receiveSome).isInstanceOf(OutOfMemoryError.class);
    cancelWhileItWaits(stream::awaitInput);
    Thread.currentThread().interrupt();
    assertThatThrownBy(stream::receiveSome).isExactlyInstanceOf(InterruptedException.class);
    stream.arrives.add("abc");
    assertThat(stream.receiveExactly(3)).asString().isEqualTo("abc");
    stream.arrives.add("END");
    assertThatThrownBy(() -> stream.receiveExactly(1)).isInstanceOf(EOFException.class);
    assertThat(stream.receiveSome()).isEmpty();
    assertThat(stream.receive(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void aFullHeapIsNoEndOfTheStream() throws Exception {
    stream.arrives.add("abc");
    stream.arrives.add(new OutOfMemoryError("for this test"));
    assertThat(stream.receiveSome(2)).asString().isEqualTo("ab");
    assertThatThrownBy(() -> stream.receiveExactly(2)).isInstanceOf(OutOfMemoryError.class);
    stream.arrives.add("d");
    assertThat(stream.receiveExactly(2)).asString().isEqualTo("cd");
  }

  // ---- what a cancelled operation leaves behind

  @Test
  void aReceiveThatIsCancelledKeepsWhatHasCome() throws Exception {
    stream.arrives.add("ab");
    cancelWhileItWaits(() -> stream.receiveExactly(3));
    stream.arrives.add("c");
    cancelWhileItWaits(() -> stream.receiveExactly(4));
    assertThat(stream.available()).isEqualTo(3);
    assertThat(stream.receiveSome()).asString().isEqualTo("abc");
  }

  @Test
  void whatIsThereIsNotReceivedByACancelledThread() throws Exception {
    stream.arrives.add("a");
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel("for this test");
          assertThatThrownBy(stream::receiveSome).isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> stream.sendAll(bytes("x")))
              .isInstanceOf(CancelledException.class);
          assertThat(stream.available()).isEqualTo(1); // never waits: is not cancelled
        });
    assertThat(stream.receiveSome()).asString().isEqualTo("a");
    assertThat(stream.sent).isEmpty();
  }

  @Test
  void aSendThatIsCancelledAfterAPartIsCutShort() throws Exception {
    stream.room = 3;
    ByteBuffer from = ByteBuffer.wrap(bytes("abcdef"));
    cancelWhileItWaits(() -> stream.sendAll(from));
    assertThat(from.position()).isEqualTo(3);
    assertThatThrownBy(() -> stream.sendSome(from))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was cut short after 3 bytes");
    assertThat(stream.resumeSending()).isEqualTo(3);
    stream.room = 10;
    stream.sendAll(from);
    assertThat(stream.sent).hasToString("abcdef");
  }

  @Test
  void aSendThatIsCancelledBeforeTheFirstByteIsNotCutShort() throws Exception {
    stream.room = 0;
    cancelWhileItWaits(() -> stream.sendAll(bytes("ab")));
    stream.room = 10;
    stream.sendAll(bytes("cd"));
    assertThat(stream.sent).hasToString("cd");
    assertThat(stream.resumeSending()).isZero();
  }

  @Test
  void aSendThatFailsAfterItsLastByteTellsSo() throws Exception {
    stream.sendFailure = new IOException("late");
    assertThatThrownBy(() -> stream.sendAll(bytes("ab"))).hasMessage("late");
    assertThat(stream.resumeSending()).isEqualTo(2); // it may not have arrived
  }

  @Test
  void everyKindOfFailureCutsASendShort() throws Exception {
    for (Throwable failure : new Throwable[] {new IOException("x"), new OutOfMemoryError("x")}) {
      stream.room = 1;
      stream.sendFailure = failure;
      assertThatThrownBy(() -> stream.sendAll(bytes("ab"))).isSameAs(failure);
      assertThat(stream.resumeSending()).isEqualTo(1);
      stream.room = 1;
      assertThatThrownBy(() -> stream.sendSome(ByteBuffer.wrap(bytes("ab")))).isSameAs(failure);
      assertThat(stream.resumeSending()).isEqualTo(1);
    }
  }

  // ---- the end

  @Test
  void aCloseWinsAgainstWhateverTheConnectionThrowsThen() throws Exception {
    stream.receiveFailureAfterRelease = new IOException("bad descriptor");
    TaskGroup.run(
        group -> {
          group.launch(
              () ->
                  assertThatThrownBy(stream::receiveSome)
                      .isInstanceOf(ClosedResourceException.class)
                      .hasMessage("cannot receive from scripted: it was closed"));
          stream.reached.await();
          stream.close();
        });
    assertThat(stream.releases).hasValue(1);
    stream.close();
    assertThat(stream.releases).hasValue(1);
  }

  @Test
  void anEndThatTheCloseHasCausedIsTheClose() throws Exception {
    stream.minusOneAfterRelease = true;
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 2; i++) {
            var reading =
                group.launch(
                    () ->
                        assertThatThrownBy(stream::receiveSome)
                            .isInstanceOf(ClosedResourceException.class));
            if (i == 0) {
              stream.reached.await();
              stream.close();
            }
            reading.join();
          }
        });
  }

  @Test
  void aThreadThatClosesIsNoSecondReader() throws Exception {
    TaskGroup.run(
        group -> {
          group.launch(
              () ->
                  assertThatThrownBy(stream::receiveSome)
                      .isInstanceOf(ClosedResourceException.class));
          stream.reached.await();
          stream.close();
          assertThatThrownBy(stream::receiveSome).isInstanceOf(ClosedResourceException.class);
          assertThatThrownBy(stream::available).isInstanceOf(ClosedResourceException.class);
        });
  }

  @Test
  void aClosedStreamKeepsNoMemory() throws Exception {
    stream.arrives.add("abc");
    assertThat(stream.receiveSome(1)).asString().isEqualTo("a");
    int before = Buffers.kept();
    stream.close();
    assertThat(Buffers.kept()).isEqualTo(Math.min(16, before + 1));
  }

  @Test
  void aClosedOutputEndsTheSendButNotOneThatHasSentAll() throws Exception {
    stream.room = 2;
    TaskGroup.run(
        group -> {
          group.launch(
              () ->
                  assertThatThrownBy(() -> stream.sendAll(bytes("abc")))
                      .isInstanceOf(ClosedResourceException.class)
                      .hasMessage("cannot send to scripted: its output was closed"));
          stream.reached.await();
          stream.closeOutput();
        });
    assertThatThrownBy(() -> stream.sendAll(new byte[0]))
        .isInstanceOf(ClosedResourceException.class);
    stream.arrives.add("x");
    assertThat(stream.receiveSome()).asString().isEqualTo("x");

    AbstractByteStream closing =
        new AbstractByteStream() {
          @Override
          protected int tryReceive(ByteBuffer into) {
            return -1;
          }

          @Override
          protected void awaitReceivable() {}

          @Override
          protected void sendNext(ByteBuffer[] from, int first)
              throws IOException, InterruptedException {
            from[first].position(from[first].limit());
            closeOutput(); // after the last byte
          }

          @Override
          protected void endOutput() {}

          @Override
          protected void release() {}
        };
    closing.sendAll(bytes("abc")); // it has happened
    assertThatThrownBy(() -> closing.sendAll(bytes("d")))
        .isInstanceOf(ClosedResourceException.class);
  }

  @Test
  void theCancellationOfTheThreadIsPreferredToTheClose() throws Exception {
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.launch(
                    () ->
                        assertThatThrownBy(stream::receiveSome)
                            .isInstanceOf(CancelledException.class));
                stream.reached.await();
                scope.cancel("first");
                stream.close();
              });
        });
  }

  // ---- frames

  /** Digits, ended by a point; the last one may end with the stream. */
  private static final class Digits implements FrameDecoder<String> {
    int calls;
    int mostSeen;

    @Override
    public int length(ByteBuffer arrived, int seen, boolean ended) throws IOException {
      calls++;
      mostSeen = Math.max(mostSeen, seen);
      for (int i = seen; i < arrived.remaining(); i++) {
        byte value = arrived.get(i);
        if (value == '.') {
          return i + 1;
        }
        if (value < '0' || value > '9') {
          throw new IOException("not a digit: " + (char) value);
        }
      }
      return ended ? arrived.remaining() : 0;
    }

    @Override
    public String decode(ByteBuffer frame) throws IOException {
      String text = US_ASCII.decode(frame).toString();
      if (text.equals("13.")) {
        throw new IOException("unlucky");
      }
      return text;
    }
  }

  @Test
  void framesAreReceivedWholeOrNotAtAll() throws Exception {
    Digits digits = new Digits();
    stream.arrives.add("1");
    stream.arrives.add("2.3");
    assertThat(stream.receiveFrame(digits)).contains("12.");
    assertThat(digits.mostSeen).isEqualTo(1);
    cancelWhileItWaits(() -> stream.receiveFrame(digits));
    stream.arrives.add("4.5");
    stream.arrives.add("END");
    assertThat(stream.receiveFrame(digits)).contains("34.");
    assertThat(stream.receiveFrame(digits)).contains("5");
    assertThat(stream.receiveFrame(digits)).isEmpty();
    assertThat(stream.receiveFrame(digits)).isEmpty();
  }

  @Test
  void aFrameThatIsRefusedIsLeft() throws Exception {
    Digits digits = new Digits();
    stream.arrives.add("13.x");
    assertThatThrownBy(() -> stream.receiveFrame(digits)).hasMessage("unlucky");
    assertThatThrownBy(() -> stream.receiveFrame(digits)).hasMessage("unlucky");
    assertThat(stream.receiveExactly(3)).asString().isEqualTo("13.");
    assertThatThrownBy(() -> stream.receiveFrame(digits)).hasMessage("not a digit: x");
    assertThat(stream.receiveSome()).asString().isEqualTo("x");
  }

  /** Frames of a length that is known at once. */
  private record OfLength(int count) implements FrameDecoder<Integer> {
    @Override
    public int length(ByteBuffer arrived, int seen, boolean ended) {
      return ended ? 0 : count;
    }

    @Override
    public Integer decode(ByteBuffer frame) {
      return frame.remaining();
    }
  }

  @Test
  void aFrameThatEndsTooEarlyIsAnErrorAndItsBytesAreLeft() throws Exception {
    stream.arrives.add("abc");
    stream.arrives.add("END");
    assertThatThrownBy(() -> stream.receiveFrame(new OfLength(5)))
        .isInstanceOf(EOFException.class)
        .hasMessage("scripted has ended after 3 of 5 bytes of a frame");
    assertThat(stream.receiveFrame(new OfLength(2))).contains(2);
    assertThatThrownBy(() -> stream.receiveFrame(new OfLength(0)))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("has ended after 1 bytes within a frame of OfLength");
    assertThatThrownBy(() -> stream.receiveFrame(new OfLength(-1)))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must be >= 0, was -1");
    assertThat(stream.receiveSome()).asString().isEqualTo("c");
    assertThat(stream.receiveFrame(new OfLength(2))).isEqualTo(Optional.empty());
  }

  @Test
  void anEmptyBufferGetsNothingAndNeedsNoConnection() throws Exception {
    assertThat(stream.receive(ByteBuffer.allocate(0))).isZero();
    assertThat(stream.receiveExactly(0)).isEmpty();
    stream.sendAll();
    assertThat(stream.sendSome(ByteBuffer.allocate(0))).isZero();
    assertThatThrownBy(() -> stream.receive(ByteBuffer.allocate(1).asReadOnlyBuffer()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
