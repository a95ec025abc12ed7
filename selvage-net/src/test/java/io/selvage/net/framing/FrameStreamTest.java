package io.selvage.net.framing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.net.FrameTooLongException;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages over a stream, by themselves and as channels. */
@Timeout(30)
class FrameStreamTest {
  private final FedStream stream = new FedStream();
  private final FrameStream<String> lines = FrameStream.over(stream, LineFormat.of(20));

  private String sent() {
    return new String(stream.sent(), UTF_8);
  }

  @Test
  void messagesAreReceivedUntilTheEnd() throws Exception {
    stream.feed("a\nb");
    assertThat(lines.receive()).contains("a");
    stream.feed("c\n");
    stream.end();
    assertThat(lines.receive()).contains("bc");
    assertThat(lines.receive()).isEmpty();
    assertThat(lines.receive()).isEmpty();
    assertThat(lines).hasToString("FrameStream[lines in UTF-8 of at most 20 bytes over fed]");
  }

  @Test
  void aReceiveThatIsCancelledTakesNothing() throws Exception {
    for (String part : List.of("a", "b", "c")) {
      stream.feed(part);
      stream.cancelWhileItWaits(lines::receive);
    }
    assertThat(stream.available()).isEqualTo(3);
    stream.feed("\n");
    assertThat(lines.receive()).contains("abc");
  }

  @Test
  void theStreamCanBeUsedBetweenTwoMessages() throws Exception {
    stream.feed("a\n\1\2b\n");
    assertThat(lines.receive()).contains("a");
    assertThat(lines.stream().receiveExactly(2)).containsExactly(1, 2);
    assertThat(lines.receive()).contains("b");
  }

  @Test
  void anActionThatThrowsEndsTheLoopBehindItsMessage() throws Exception {
    stream.feed("a\nb\nc\n");
    List<String> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                lines.forEach(
                    line -> {
                      seen.add(line);
                      if (line.equals("b")) {
                        throw new IOException("enough");
                      }
                    }))
        .hasMessage("enough");
    assertThat(seen).containsExactly("a", "b");
    assertThat(lines.receive()).contains("c");
  }

  @Test
  void aMessageIsSentAsOneOperation() throws Exception {
    lines.send("a");
    lines.send("bc");
    assertThat(sent()).isEqualTo("a\nbc\n");
    assertThatThrownBy(() -> lines.send("a\nb")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> lines.send("x".repeat(21))).isInstanceOf(FrameTooLongException.class);
    assertThat(sent()).isEqualTo("a\nbc\n");
  }

  @Test
  void aSendThatIsCancelledCutsTheStreamShort() throws Exception {
    stream.roomForOutput(2);
    stream.cancelWhileItWaits(() -> lines.send("abc"));
    stream.roomForOutput(100);
    assertThatThrownBy(() -> lines.send("d")).hasMessageContaining("cut short after 2 bytes");
    assertThat(stream.resumeSending()).isEqualTo(2);
  }

  // ---- as channels

  @Test
  void aChannelOfMessagesEndsWithTheStream() throws Exception {
    List<String> got = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Receiver<String> messages = lines.receiver(group, 1);
          stream.feed("a\nb\nc\n");
          stream.end();
          messages.forEach(got::add);
          assertThatThrownBy(messages::receive).isInstanceOf(EndOfStreamException.class);
        });
    assertThat(got).containsExactly("a", "b", "c");
  }

  @Test
  void aStreamThatFailsBreaksTheChannelAndNotTheGroup() throws Exception {
    TaskGroup.run(
        group -> {
          Receiver<String> messages = lines.receiver(group, 4);
          stream.feed("a\nb");
          stream.end();
          assertThat(messages.receive()).isEqualTo("a");
          assertThatThrownBy(messages::receive)
              .isInstanceOf(BrokenResourceException.class)
              .hasCauseInstanceOf(EOFException.class);
        });
  }

  @Test
  void aTaskThatIsCancelledLosesNoMessage() throws Exception {
    stream.feed("a\nb\nc\n");
    stream.end();
    List<String> got = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Receiver<String> messages = lines.receiver(group, 1);
          while (messages.stats().waitingSenders() == 0) { // "a" is in the channel, "b" waits
            Selvage.checkpoint();
          }
          group.cancel("for this test");
          got.addAll(messages.drain());
        });
    while (true) {
      var message = lines.receive();
      if (message.isEmpty()) {
        break;
      }
      got.add(message.get());
    }
    assertThat(got).containsExactly("a", "b", "c");
  }

  @Test
  void aMessageForAClosedChannelIsThereForTheNextReceive() throws Exception {
    TaskGroup.run(
        group -> {
          Receiver<String> messages = lines.receiver(group, 1);
          messages.close();
          stream.feed("a\n");
        });
    CancelScope scope = CancelScope.create();
    scope.run(
        () -> {
          scope.cancel("for this test");
          assertThatThrownBy(lines::receive).isInstanceOf(CancelledException.class);
        });
    assertThat(lines.receive()).contains("a");
  }

  @Test
  void aClosedChannelIsSentAndThenTheOutputIsClosed() throws Exception {
    TaskGroup.run(
        group -> {
          Sender<String> messages = lines.sender(group, 100);
          for (int i = 0; i < 50; i++) {
            messages.send("m" + i);
          }
          messages.close();
        });
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      expected.append("m").append(i).append("\n");
    }
    assertThat(sent()).isEqualTo(expected.toString());
    assertThat(stream.isOutputEnded()).isTrue();
  }

  @Test
  void aSendThatFailsIsAFailureOfTheGroupAndEndsTheSenders() throws Exception {
    List<Sender<String>> kept = new ArrayList<>();
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      Sender<String> messages = lines.sender(group, 1);
                      kept.add(messages);
                      stream.fail(new IOException("broken"));
                      try {
                        sendForEver(messages);
                      } catch (ClosedResourceException e) {
                        // or it is cancelled; the group throws the failure in both cases
                      }
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasRootCauseMessage("broken");
    assertThatThrownBy(() -> kept.getFirst().send("b")).isInstanceOf(ClosedResourceException.class);
    assertThat(stream.isOutputEnded()).isFalse();
  }

  @Test
  void messagesBeforeOneThatCannotBeSentAreSent() throws Exception {
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    group -> {
                      stream.roomForOutput(0);
                      Sender<String> messages = lines.sender(group, 10);
                      messages.send("a");
                      stream.awaitWaiting(); // the others are sent together then
                      messages.send("b");
                      messages.send("c\nd");
                      messages.send("e");
                      stream.roomForOutput(100);
                    }))
        .isInstanceOf(TaskFailedException.class)
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
    assertThat(sent()).isEqualTo("a\nb\n");
  }

  @Test
  void aChannelThatTheProgramFailsLeavesTheOutputOpen() throws Exception {
    TaskGroup.run(
        group -> {
          Sender<String> messages = lines.sender(group, 10);
          messages.send("a");
          messages.fail(new IOException("of the program"));
        });
    assertThat(sent()).isEqualTo("a\n");
    assertThat(stream.isOutputEnded()).isFalse();
  }

  @Test
  void aTaskThatIsCancelledWhileItSendsEndsTheSenders() throws Exception {
    stream.roomForOutput(0);
    List<Sender<String>> kept = new ArrayList<>();
    TaskGroup.run(
        group -> {
          Sender<String> messages = lines.sender(group, 10);
          kept.add(messages);
          messages.send("a");
          stream.awaitWaiting();
          group.cancel("for this test");
        });
    assertThatThrownBy(() -> kept.getFirst().send("b")).isInstanceOf(ClosedResourceException.class);
    assertThat(sent()).isEmpty();
  }

  @Test
  void aTaskThatIsCancelledBeforeItBeginsEndsItsChannel() throws Exception {
    TaskGroup.run(
        group -> {
          group.cancel("for this test");
          CancelScope.shieldUnlimited()
              .run(
                  () -> {
                    assertThatThrownBy(lines.receiver(group, 1)::receive)
                        .isInstanceOf(BrokenResourceException.class)
                        .rootCause()
                        .hasMessage("the task 'messages from fed' was cancelled");
                    Sender<String> messages = lines.sender(group, 1);
                    assertThatThrownBy(() -> sendForEver(messages))
                        .isInstanceOf(ClosedResourceException.class);
                  });
        });
  }

  private static void sendForEver(Sender<String> messages) throws InterruptedException {
    while (true) {
      messages.send("a");
    }
  }
}
