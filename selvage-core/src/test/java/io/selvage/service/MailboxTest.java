package io.selvage.service;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.LateSend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class MailboxTest {
  private final Mailbox<String> mailbox = new Mailbox<>();

  @Test
  void lateMessagesAreDroppedUnlessToldOtherwise() {
    assertThat(mailbox.submit("in time")).isTrue();
    mailbox.close();
    assertThat(mailbox.submit("late")).isFalse();
    assertThat(mailbox.stats().dropped()).isEqualTo(1);
    Mailbox<String> strict = new Mailbox<>(LateSend.THROW);
    strict.close("gone");
    assertThatThrownBy(() -> strict.submit("late"))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessageContaining("gone");
    assertThatThrownBy(() -> new Mailbox<String>((LateSend) null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> mailbox.submit(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void bothEndsCanBeHandedOut() throws Exception {
    mailbox.sender().send("a");
    mailbox.submit("b");
    assertThat(mailbox.receiver().receive()).isEqualTo("a");
    assertThat(mailbox.get()).isEqualTo("b");
    assertThat(mailbox.toString()).startsWith("Mailbox[ChannelStats[sent=2, received=2");
  }

  @ParameterizedTest
  @EnumSource
  void getWaitsForAMessageFromAnyThread(Kind kind) throws Exception {
    Running<String> receiver = kind.start(mailbox::get);
    awaitCondition("it waits for a message", () -> mailbox.stats().waitingReceivers() == 1);
    Running<Boolean> sender = kind.start(() -> mailbox.submit("hello"));
    assertThat(receiver.get()).isEqualTo("hello");
    assertThat(sender.get()).isTrue();
  }

  @Test
  void aClosedMailboxIsEmptiedAndThenEnds() throws Exception {
    mailbox.submit("a");
    assertThat(mailbox.close("done")).isTrue();
    assertThat(mailbox.close("again")).isFalse();
    assertThat(mailbox.fail(new IOException())).isFalse();
    assertThat(mailbox.isClosed()).isTrue();
    assertThat(mailbox.get()).isEqualTo("a");
    assertThatThrownBy(mailbox::get).isInstanceOf(EndOfStreamException.class).hasMessage("done");
  }

  @Test
  void aFailedMailboxIsEmptiedAndThenThrows() throws Exception {
    IOException failure = new IOException("broken");
    mailbox.submit("a");
    assertThat(mailbox.fail(failure)).isTrue();
    List<String> got = new ArrayList<>();
    assertThatThrownBy(() -> mailbox.forEach(got::add))
        .isInstanceOf(BrokenResourceException.class)
        .hasCause(failure);
    assertThat(got).containsExactly("a");
  }

  @Test
  void drainTakesWhatIsThereAndNeverWaits() {
    assertThat(mailbox.drain()).isEmpty();
    mailbox.submit("a");
    mailbox.submit("b");
    assertThat(mailbox.drain()).containsExactly("a", "b");
    mailbox.close();
    assertThat(mailbox.drain()).isEmpty();
  }

  @Test
  void submittingIsNotHinderedByCancellation() throws Exception {
    CancelScope around = CancelScope.create();
    around.cancel();
    around.run(() -> assertThat(mailbox.submit("from a finally block")).isTrue());
    assertThat(mailbox.drain()).hasSize(1);
  }
}
