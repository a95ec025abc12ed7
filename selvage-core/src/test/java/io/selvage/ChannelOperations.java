package io.selvage;

import static io.selvage.Operation.looking;
import static io.selvage.Operation.waiting;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.select.Select;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The operations of {@code io.selvage.channel} that wait, for {@link CancelEverywhereTest}. */
final class ChannelOperations {
  static final List<Operation> ALL =
      List.of(
          waiting("Channel.receive", Receive::new),
          waiting("Channel.forEach", ForEach::new),
          looking("Channel.send", Send::new),
          waiting("Channel.send to a full buffer", () -> new WaitingSend(Channel.bounded(1))),
          waiting("Channel.send to a rendezvous", () -> new WaitingSend(Channel.rendezvous())),
          waiting("Select.first, a receive", SelectingReceive::new),
          waiting("Select.first, a send", SelectingSend::new),
          waiting("Select.fair, a permit", ChannelOperations::selectingPermit));

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

  /**
   * A send that waits for a receiver; the item comes out once if it was sent, and never otherwise.
   */
  private static class WaitingSend extends Fixture {
    final Channel<String> channel;
    private final List<String> expected = new ArrayList<>();
    private final List<String> got = Collections.synchronizedList(new ArrayList<>());
    private volatile Running<Void> receiver;

    WaitingSend(Channel<String> channel) {
      this.channel = channel;
      if (channel.trySend("first")) {
        expected.add("first");
      }
    }

    @Override
    void perform() throws Exception {
      channel.send("item");
    }

    @Override
    void complete() {
      receiver = Kind.VIRTUAL.run(() -> channel.forEach(got::add));
    }

    @Override
    void verify(boolean happened) throws Exception {
      channel.close();
      receiver.get();
      if (happened) {
        expected.add("item");
      }
      assertThat(got).isEqualTo(expected);
      assertThat(channel.stats().waitingSenders()).isZero();
    }

    @Override
    void close() {
      channel.close();
    }
  }

  /** The same, as one clause of several. */
  private static final class SelectingSend extends WaitingSend {
    private final Channel<String> never = Channel.rendezvous();
    private final Event unset = new Event();

    SelectingSend() {
      super(Channel.bounded(1));
    }

    @Override
    void perform() throws Exception {
      Object unused =
          Select.first(
              never.onReceive(), channel.onSend("item"), unset.onSet(), never.onSend("other"));
    }

    @Override
    void verify(boolean happened) throws Exception {
      super.verify(happened);
      assertThat(never.stats().waitingReceivers() + never.stats().waitingSenders()).isZero();
      assertThat(unset.waiting()).isZero();
    }
  }

  private static final class SelectingReceive extends Fixture {
    private final Channel<String> channel = Channel.unbounded();
    private final Channel<String> never = Channel.rendezvous();
    private volatile String got;

    @Override
    void perform() throws Exception {
      got =
          Select.first(
              never.onReceive(), channel.onReceive(), Select.after(LONG).call(() -> "late"));
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
      assertThat(never.stats().waitingReceivers()).isZero();
    }
  }

  private static Fixture selectingPermit() {
    Event unset = new Event();
    Lock lock = new Lock();
    Lock.Guard other = lock.tryAcquire().orElseThrow();
    Semaphore semaphore = new Semaphore(0);
    return Fixture.of(
        () -> {
          Object unused =
              Select.<Object, RuntimeException>fair(
                  unset.onSet(), lock.onAcquire(), semaphore.onAcquire());
        },
        () -> semaphore.add(1),
        happened -> {
          assertThat(semaphore.available()).isEqualTo(happened ? 0 : 1);
          assertThat(semaphore.waiting() + lock.waiting() + unset.waiting()).isZero();
          other.close();
          assertThat(lock.isLocked()).isFalse();
        });
  }
}
