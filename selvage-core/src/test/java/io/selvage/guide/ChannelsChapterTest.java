package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Runs the code of the chapter on channels. */
class ChannelsChapterTest {

  @Test
  void allItemsAreReceivedBeforeTheEnd() throws Exception {
    assertThat(ChannelsChapter.sendAndReceive()).isEqualTo(6);
    Channel<String> lines = Channel.unbounded();
    lines.send("a");
    lines.send("b");
    lines.close();
    assertThat(ChannelsChapter.receiveByHand(lines)).isEqualTo("ab end");
    assertThat(ChannelsChapter.receiveByHand(ChannelsChapter.fail()))
        .isEqualTo("one broken: the line is dead");
  }

  @Test
  void theEndsCanBeHandedOut() throws Exception {
    Channel<Integer> numbers = Channel.unbounded();
    ChannelsChapter.produce(numbers);
    assertThat(ChannelsChapter.consume(numbers)).isEqualTo(6);
    assertThat(ChannelsChapter.workers(3)).containsExactly(1, 4, 9);
  }

  @Test
  void callbacksSendWithoutWaiting() {
    List<Consumer<String>> actions = new ArrayList<>();
    Channel<String> clicks = ChannelsChapter.callback(actions::add);
    actions.getFirst().accept("ok");
    clicks.close();
    actions.getFirst().accept("late");
    assertThat(clicks.drain()).containsExactly("ok");
    assertThat(clicks.stats().dropped()).isEqualTo(1);
  }

  @Test
  void theHighestPriorityComesFirst() {
    assertThat(ChannelsChapter.priority()).containsExactly("!alarm", "mail", "report");
  }

  @Test
  void boundedChannelsKeepTheOrderAndWhatTheyHave() throws Exception {
    List<String> lines = IntStream.range(0, 500).mapToObj(Integer::toString).toList();
    assertThat(ChannelsChapter.bounded(lines)).isEqualTo(lines);
    assertThat(ChannelsChapter.rendezvous()).isEqualTo("soup");
    assertThat(ChannelsChapter.cancelled()).containsExactly("first");
  }

  @Test
  void aFullChannelDropsWhatItSays() throws Exception {
    assertThat(ChannelsChapter.overflow()).containsExactly(3, 4);
    List<String> hungUp = new ArrayList<>();
    Channel<ChannelsChapter.Call> calls = ChannelsChapter.onDrop();
    for (int i = 1; i <= 51; i++) {
      String name = "call " + i;
      calls.send(() -> hungUp.add(name));
    }
    assertThat(hungUp).containsExactly("call 51");
    assertThat(calls.stats().queued()).isEqualTo(50);
  }

  @Test
  void allSubscribersAndTheLatestValue() throws Exception {
    assertThat(ChannelsChapter.broadcast())
        .containsExactly(List.of("1.10", "1.20"), List.of("1.10", "1.20"));
    assertThat(ChannelsChapter.latest()).containsExactly(70, false, 70);
  }
}
