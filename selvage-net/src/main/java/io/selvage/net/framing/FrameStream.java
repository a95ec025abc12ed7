package io.selvage.net.framing;

import io.selvage.BrokenResourceException;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingRunnable;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import io.selvage.net.FrameTooLongException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Messages over a {@link ByteStream}. It has no close of its own: the owner of the stream closes
 * it.
 *
 * {@snippet class="io.selvage.net.framing.FramingSnippets" region="messages"}
 *
 * <p><b>Threads.</b> As for the stream: one thread may receive while another one sends. The stream
 * itself may be used between two messages, for example for a protocol that changes.
 *
 * <p><b>Interruption.</b> A receive that is cancelled has taken nothing: the message is there for
 * the next one. A send that is cancelled may have sent a part of its message. Then the stream is
 * cut short and refuses further sends, see {@link ByteStream#resumeSending()}.
 *
 * <p><b>Failure.</b> A message that the format refuses stays in the stream: every receive throws
 * the same. The program then closes the stream, or skips the bytes by methods of the stream.
 *
 * @param <T> the type of the messages, which are never null
 */
public final class FrameStream<T> {
  /*
   * Protocol. putBack: null ──a task of receiver(), which has received a message and could not pass it on──▶ the message ──receive, by CAS──▶ null.
   * That task is the one that receives, so putBack is null when it sets it.
   *
   * Check with: FrameStreamTest.
   */
  private static final int MOST_AT_ONCE = 16;

  private final ByteStream stream;
  private final FrameFormat<T> format;
  private final AtomicReference<@Nullable T> putBack = new AtomicReference<>();

  private FrameStream(ByteStream stream, FrameFormat<T> format) {
    this.stream = stream;
    this.format = format;
  }

  /**
   * {@return the messages over a stream}
   *
   * @param <T> the type of the messages
   * @param stream carries their bytes
   * @param format how they become bytes
   */
  public static <T> FrameStream<T> over(ByteStream stream, FrameFormat<T> format) {
    return new FrameStream<>(
        Objects.requireNonNull(stream, "stream"), Objects.requireNonNull(format, "format"));
  }

  /** {@return the stream that carries the bytes} */
  public ByteStream stream() {
    return stream;
  }

  /**
   * Waits for a message.
   *
   * @return the message; empty if the stream has ended after the last one, again and again
   * @throws FrameTooLongException if the message is longer than the limit of the format
   * @throws EOFException if the stream has ended within a message
   * @throws ClosedResourceException if the stream was closed here
   * @throws BrokenStreamException if the connection has failed
   * @throws IllegalStateException if another thread receives
   * @throws CancelledException if the calling thread is cancelled, also on entry; then nothing was
   *     received
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the bytes are no valid message, or what carries them fails
   */
  public Optional<T> receive() throws IOException, InterruptedException {
    T kept = putBack.get();
    if (kept != null) {
      Selvage.throwIfCancelled();
      if (putBack.compareAndSet(kept, null)) {
        return Optional.of(kept);
      }
    }
    return stream.receiveFrame(format);
  }

  /**
   * Receives messages until the stream ends.
   *
   * @param <X> what the action may throw
   * @param action is called with one message after the other, on the calling thread. If it throws,
   *     its message was received, and the next one is there for the next receive
   * @throws X if the action does
   * @throws IOException as {@link #receive}
   * @throws InterruptedException as {@link #receive}
   */
  public <X extends Exception> void forEach(ThrowingConsumer<? super T, X> action)
      throws X, IOException, InterruptedException {
    Objects.requireNonNull(action, "action");
    for (Optional<T> message = receive(); message.isPresent(); message = receive()) {
      action.accept(message.get());
    }
  }

  /**
   * Sends a message.
   *
   * @param message not null
   * @throws FrameTooLongException if it is longer than the limit of the format; nothing was sent
   * @throws IllegalArgumentException if the format cannot express it; nothing was sent
   * @throws ClosedResourceException if the stream or its output was closed here
   * @throws BrokenStreamException if the other end was closed, or the connection has failed
   * @throws IllegalStateException if another thread sends, or an earlier send was cut short
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if what carries the bytes fails
   */
  public void send(T message) throws IOException, InterruptedException {
    stream.sendAll(format.encode(Objects.requireNonNull(message, "message")));
  }

  // ---- as channels

  /**
   * {@return a channel of the messages that arrive} A task of the group receives them. The channel
   * is closed at the end of the stream. It is failed, with the exception as the cause, if a receive
   * fails or the task is cancelled; a failed receive is no failure of the group.
   *
   * <p>While the channel is full, nothing is received, so the other end cannot go on sending
   * without limit. A message that cannot be passed on because the channel was closed or the task is
   * cancelled, is there for the next {@link #receive}.
   *
   * @param group starts the task, and waits for it
   * @param capacity how many messages the channel keeps, 1 or more
   * @throws IllegalArgumentException if the capacity is less
   */
  public Receiver<T> receiver(TaskGroup group, int capacity) {
    Objects.requireNonNull(group, "group");
    Channel<T> messages = Channel.bounded(capacity);
    return launched(group, "messages from " + stream, () -> receiveInto(messages), messages);
  }

  /** Starts a task. Its channel ends with it, also if it is cancelled before it begins. */
  private static <T> Channel<T> launched(
      TaskGroup group, String name, ThrowingRunnable<IOException> body, Channel<T> messages) {
    var task = group.launch(name, body);
    task.onEnd(
        () -> {
          var unused = messages.fail(new IOException("the task '" + name + "' was cancelled"));
        });
    return messages;
  }

  private void receiveInto(Channel<T> messages) throws InterruptedException {
    try {
      for (Optional<T> message = receive(); message.isPresent(); message = receive()) {
        passOn(message.get(), messages);
      }
      messages.close();
    } catch (IOException | RuntimeException failure) {
      var unused = messages.fail(failure);
    } catch (InterruptedException | Error e) {
      var unused = messages.fail(e);
      throw e;
    }
  }

  private void passOn(T message, Channel<T> messages) throws InterruptedException {
    boolean passed = false;
    try {
      messages.send(message);
      passed = true;
    } finally {
      if (!passed) {
        putBack.set(message);
      }
    }
  }

  /**
   * {@return a channel of messages to send} A task of the group sends them, several at once if they
   * are there. When the channel is closed, the task sends what is in it, and then closes the output
   * of the stream. When the program fails the channel, the task does the same, and leaves the
   * output open.
   *
   * <p>If a send fails, this is a failure of the group, because messages that the channel has taken
   * are lost with it. The channel is failed then, or if the task is cancelled: later senders get a
   * {@link ClosedResourceException}.
   *
   * @param group starts the task, and waits for it
   * @param capacity how many messages the channel keeps, 1 or more
   * @throws IllegalArgumentException if the capacity is less
   */
  public Sender<T> sender(TaskGroup group, int capacity) {
    Objects.requireNonNull(group, "group");
    Channel<T> messages = Channel.bounded(capacity);
    return launched(group, "messages to " + stream, () -> sendFrom(messages), messages);
  }

  private void sendFrom(Channel<T> messages) throws IOException, InterruptedException {
    try {
      messages.forEach(first -> sendWithNext(first, messages));
      stream.closeOutput();
    } catch (BrokenResourceException failedByTheProgram) {
      // the reason is known there
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      var unused = messages.fail(e);
      throw e;
    }
  }

  private void sendWithNext(T first, Channel<T> messages) throws IOException, InterruptedException {
    List<ByteBuffer> bytes = new ArrayList<>(Arrays.asList(format.encode(first)));
    try {
      for (T next : messages.drain(MOST_AT_ONCE - 1)) {
        bytes.addAll(Arrays.asList(format.encode(next)));
      }
    } finally {
      stream.sendAll(bytes.toArray(ByteBuffer[]::new)); // also if a later one cannot be encoded
    }
  }

  @Override
  public String toString() {
    return "FrameStream[" + format + " over " + stream + "]";
  }
}
