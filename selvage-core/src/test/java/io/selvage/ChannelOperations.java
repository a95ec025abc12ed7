package io.selvage;

import static io.selvage.Operation.looking;
import static io.selvage.Operation.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.channel.Channel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The operations of {@code io.selvage.channel} that wait, for {@link CancelEverywhereTest}. */
final class ChannelOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("Channel.receive", Receive::new),
          waiting("Channel.forEach", ForEach::new),
          looking("Channel.send", Send::new));

  private ChannelOperations() {}

  private static final class Receive extends Fixture {
    private final Channel<String> channel = Channel.unbounded();
    private volatile String got;

    @Override
    void perform() throws Exception {
      got = channel.receive();
    }

    @Override
    void complete() {
      channel.trySend("item");
    }

    @Override
    void verify(boolean happened) {
      assertThat(got).isEqualTo(happened ? "item" : null);
      assertThat(channel.drain()).isEqualTo(happened ? List.of() : List.of("item"));
      assertThat(channel.stats().waitingReceivers()).isZero();
      assertThat(channel.stats().received()).isEqualTo(happened ? 1 : 0);
    }
  }

  private static final class ForEach extends Fixture {
    private final Channel<String> channel = Channel.unbounded();
    private final List<String> got = Collections.synchronizedList(new ArrayList<>());

    @Override
    void perform() throws Exception {
      channel.forEach(got::add);
    }

    @Override
    void complete() {
      channel.trySend("a");
      channel.trySend("b");
      channel.close();
    }

    @Override
    void verify(boolean happened) {
      List<String> all = new ArrayList<>(got);
      if (happened) {
        assertThat(channel.stats().queued()).isZero();
      }
      all.addAll(channel.drain());
      assertThat(all).containsExactly("a", "b");
      assertThat(channel.stats().waitingReceivers()).isZero();
    }
  }

  private static final class Send extends Fixture {
    private final Channel<String> channel = Channel.unbounded();

    @Override
    void perform() throws Exception {
      channel.send("item");
    }

    @Override
    void complete() {}

    @Override
    void verify(boolean happened) {
      assertThat(channel.drain()).isEqualTo(happened ? List.of("item") : List.of());
      assertThat(channel.stats().sent()).isEqualTo(happened ? 1 : 0);
    }
  }
}
