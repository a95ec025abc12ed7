package io.selvage.service;

import io.selvage.function.ThrowingConsumer;
import io.selvage.kernel.CurrentRecord;
import io.selvage.kernel.support.Handover;
import io.selvage.kernel.support.Handover.Captured;
import io.selvage.kernel.support.Rethrow;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a mailbox that carries context: each is in a letter, together with the context of
 * its sender. The channel of the mailbox holds the letters in the place of the messages.
 */
final class Letters {
  /*
   * Protocol. form decides whether the channel may hold letters:
   *
   *   OPEN ──the first submit to an open mailbox──▶ LETTERS
   *     └──receiver()──▶ PLAIN
   *
   * One CAS, by any thread. A receiver that was handed out gets what is in the channel, so from PLAIN on messages are sent without context. In LETTERS
   * no receiver is handed out any more. A submit that finds the mailbox closed moves nothing; one that the close overtakes has moved it. Plain messages are possible in each form: the sender that is handed out sends them.
   */
  private enum Form {
    OPEN,
    LETTERS,
    PLAIN
  }

  private record Letter(Object message, Captured context) {}

  private final Handover handover;
  private final AtomicReference<Form> form = new AtomicReference<>(Form.OPEN);

  private Letters(Handover handover) {
    this.handover = handover;
  }

  /** {@return the letters of a mailbox that is made by the calling thread; null without context} */
  static @Nullable Letters ofCaller() {
    Handover handover = CurrentRecord.handover();
    return handover == null ? null : new Letters(handover);
  }

  /**
   * {@return a priority of messages that works for letters, too, if the calling thread needs it}
   */
  static <T> ToLongFunction<? super T> priority(ToLongFunction<? super T> priority) {
    Objects.requireNonNull(priority, "priority");
    return CurrentRecord.handover() == null
        ? priority
        : sent -> priority.applyAsLong(message(sent));
  }

  /** {@return what is sent in the place of a message} */
  @SuppressWarnings("unchecked") // no user gets the letter as a T: message takes the message out
  <T> T seal(T message) {
    if (form.get() == Form.PLAIN) {
      return message;
    }
    Letter letter = new Letter(message, handover.capture());
    boolean sealed = form.compareAndSet(Form.OPEN, Form.LETTERS) || form.get() == Form.LETTERS;
    return sealed ? (T) letter : message;
  }

  /**
   * No letters are sent, now and later.
   *
   * @throws IllegalStateException if one was sent
   */
  void refuse() {
    if (!form.compareAndSet(Form.OPEN, Form.PLAIN) && form.get() == Form.LETTERS) {
      throw new IllegalStateException(
          "messages with context were submitted to the mailbox, which its receiver cannot take; "
              + "use get, forEach or drain, or call receiver() before the first submit");
    }
  }

  /** {@return the message in what was received, which is a message or a letter} */
  @SuppressWarnings("unchecked") // see seal
  static <T> T message(T received) {
    Object sent = received;
    return sent instanceof Letter letter ? (T) letter.message : received;
  }

  /** Calls {@code action} with the message in what was received, in its context. */
  static <T, X extends Exception> void handle(T received, ThrowingConsumer<? super T, X> action)
      throws X, InterruptedException {
    T message = message(received);
    Object sent = received;
    if (!(sent instanceof Letter letter)) {
      action.accept(message);
      return;
    }
    try {
      Object unused =
          letter.context.call(
              () -> {
                action.accept(message);
                return message;
              });
    } catch (Exception e) {
      Rethrow.asDeclared(e); // of the action, or of a carrier
    }
  }
}
