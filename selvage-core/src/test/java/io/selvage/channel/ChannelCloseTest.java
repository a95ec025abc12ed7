package io.selvage.channel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of a channel: its two sides, the items that are still delivered, the waiters. */
@ExtendWith(LeakCheck.class)
class ChannelCloseTest {
  private final Channel<String> channel = Channel.unbounded();
  private final Channel<String> dropping =
      Channel.options().withLateSend(LateSend.DROP).unbounded();

  private void awaitReceivers(int count) {
    awaitCondition(count + " receivers wait", () -> channel.stats().waitingReceivers() == count);
  }

  @Test
  void closeReturnsTrueOnceAndIsLasting() {
    assertThat(channel.isClosed()).isFalse();
    assertThat(channel.close("done")).isTrue();
    assertThat(channel.isClosed()).isTrue();
    assertThat(channel.close("again")).isFalse();
    assertThat(channel.fail(new IOException("late"))).isFalse();
    channel.close();
    assertThatThrownBy(channel::receive)
        .isInstanceOf(EndOfStreamException.class)
        .hasMessage("done");
  }

  @Test
  void failReturnsTrueOnceAndIsLasting() {
    IOException cause = new IOException("disk");
    assertThat(channel.fail(cause)).isTrue();
    assertThat(channel.isClosed()).isTrue();
    assertThat(channel.close("late")).isFalse();
    assertThat(channel.fail(new IOException("late"))).isFalse();
    assertThatThrownBy(channel::receive)
        .isInstanceOf(BrokenResourceException.class)
        .hasMessage("disk")
        .cause()
        .isSameAs(cause);
  }

  @ParameterizedTest
  @EnumSource
  void exactlyOneOfManyThreadsThatCloseAtOnceIsFirst(Kind kind) throws Exception {
    for (int round = 0; round < 100; round++) {
      Channel<String> racing = Channel.unbounded();
      AtomicInteger winners = new AtomicInteger();
      CountDownLatch go = new CountDownLatch(1);
      List<Running<Void>> closers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        boolean fails = i % 2 == 0;
        closers.add(
            kind.run(
                () -> {
                  Threads.await(go);
                  if (fails ? racing.fail(new IOException("x")) : racing.close("x")) {
                    winners.incrementAndGet();
                  }
                }));
      }
      go.countDown();
      for (Running<Void> closer : closers) {
        closer.get();
      }
      assertThat(winners).hasValue(1);
    }
  }

  @Test
  void whatWasSentBeforeTheCloseIsReceivedBeforeTheEndAgainAndAgain() throws Exception {
    channel.send("a");
    channel.send("b");
    channel.close();
    assertThat(channel.receive()).isEqualTo("a");
    assertThat(channel.tryReceive()).contains("b");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(channel::receive).isInstanceOf(EndOfStreamException.class);
      assertThatThrownBy(channel::tryReceive).isInstanceOf(EndOfStreamException.class);
    }
  }

  @Test
  void whatWasSentBeforeAFailureIsReceivedBeforeItWithTheSameCauseAgainAndAgain() throws Exception {
    IOException cause = new IOException("disk");
    channel.send("kept");
    channel.fail(cause);
    assertThat(channel.receive()).isEqualTo("kept");
    for (int i = 0; i < 3; i++) {
      assertThat(catchThrowable(channel::receive))
          .isInstanceOf(BrokenResourceException.class)
          .cause()
          .isSameAs(cause);
      assertThat(catchThrowable(channel::tryReceive)).hasCause(cause);
    }
  }

  /** Every exception of the channel copies it. */
  @Test
  void aLongMessageOfTheCauseIsShortened() {
    channel.fail(new IllegalStateException("x".repeat(1_000_000)));
    String end = "x... (998000 more characters)";
    assertThatThrownBy(channel::receive)
        .satisfies(e -> assertThat(e.getMessage()).endsWith(end).hasSizeLessThan(2_100));
    assertThatThrownBy(() -> channel.send("late"))
        .satisfies(e -> assertThat(e.getMessage()).endsWith(end).hasSizeLessThan(2_100));
  }

  @Test
  void aCauseWithoutAMessageGivesItsNameAsTheReason() {
    channel.fail(new IllegalStateException());
    assertThatThrownBy(channel::receive).hasMessage("java.lang.IllegalStateException");
  }

  @ParameterizedTest
  @EnumSource
  void closeWakesAllWaiters(Kind kind) throws Exception {
    List<Running<String>> receivers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      receivers.add(kind.start(channel::receive));
    }
    awaitReceivers(5);
    channel.close();
    for (Running<String> receiver : receivers) {
      assertThat(receiver.failure()).isInstanceOf(EndOfStreamException.class);
    }
    assertThat(channel.stats().waitingReceivers()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void failWakesAllWaiters(Kind kind) throws Exception {
    IOException cause = new IOException("disk");
    List<Running<String>> receivers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      receivers.add(kind.start(channel::receive));
    }
    awaitReceivers(5);
    kind.complete(() -> channel.fail(cause));
    for (Running<String> receiver : receivers) {
      assertThat(receiver.failure()).isInstanceOf(BrokenResourceException.class).hasCause(cause);
    }
  }

  @Test
  void bothEndsMayClose() {
    Receiver<String> receiver = channel;
    Sender<String> sender = channel;
    assertThat(receiver.close("by the receiver")).isTrue();
    assertThat(sender.isClosed()).isTrue();
    assertThat(sender.close("by the sender")).isFalse();
    Channel<String> other = Channel.unbounded();
    try (Sender<String> closing = other) {
      assertThat(closing.isClosed()).isFalse();
    }
    assertThat(other.isClosed()).isTrue();
  }

  @Test
  void aLateSendRaisesAndIsCounted() {
    channel.close("done");
    assertThatThrownBy(() -> channel.send("late"))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessageContaining("send on closed channel")
        .hasMessageContaining("done")
        .hasNoCause();
    assertThatThrownBy(() -> channel.trySend("late")).isInstanceOf(ClosedResourceException.class);
    assertThat(channel.stats().dropped()).isEqualTo(2);
    assertThat(channel.stats().sent()).isZero();
  }

  @Test
  void aLateSendAfterAFailureRaisesWithTheCause() {
    IOException cause = new IOException("disk");
    channel.fail(cause);
    assertThatThrownBy(() -> channel.send("late"))
        .isInstanceOf(ClosedResourceException.class)
        .hasCause(cause);
  }

  @Test
  void aLateSendIsDroppedAndCountedIfSoAsked() throws Exception {
    assertThat(dropping.send("a")).isEqualTo(1);
    dropping.close();
    assertThat(dropping.send("late")).isZero();
    assertThat(dropping.trySend("late")).isFalse();
    assertThat(dropping.stats().dropped()).isEqualTo(2);
    assertThat(dropping.stats().sent()).isEqualTo(1);
    assertThat(dropping.receive()).isEqualTo("a");
    assertThatThrownBy(dropping::receive).isInstanceOf(EndOfStreamException.class);
  }
}
