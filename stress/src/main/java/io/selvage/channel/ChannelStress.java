package io.selvage.channel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link ChannelState}. */
public final class ChannelStress {
  private ChannelStress() {}

  /** Receives as {@code record}. Returns what that ends with. */
  static Object receive(Channel<String> channel, ThreadRecord record) {
    record.begin();
    try {
      return channel.receive();
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (EndOfStreamException e) {
      return "end";
    } catch (BrokenResourceException e) {
      return "broken";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  static String left(Channel<String> channel) {
    int waiting = channel.stats().waitingReceivers();
    List<String> items = channel.drain();
    return (items.isEmpty() ? "nothing" : String.join("+", items)) + "/" + waiting;
  }

  /** Claiming a receiver against its withdrawal, the send first: the item is received or kept. */
  @JCStressTest
  @Outcome(id = "item, nothing/0", expect = ACCEPTABLE, desc = "The item was received.")
  @Outcome(id = "cancelled, item/0", expect = ACCEPTABLE, desc = "It is still in the channel.")
  @Outcome(expect = FORBIDDEN, desc = "The item is lost or doubled, or a waiter is left.")
  @State
  public static class SendThenCancel {
    private final Channel<String> channel = Channel.unbounded();
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(LL_Result r) {
      r.r1 = receive(channel, record);
    }

    @Actor
    public void other() {
      channel.trySend("item");
      record.root().cancel(Model.CAUSE);
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = ChannelStress.left(channel);
    }
  }

  /** The same, the cancel first: the item still finds no withdrawn receiver. */
  @JCStressTest
  @Outcome(id = "item, nothing/0", expect = ACCEPTABLE, desc = "The item was received.")
  @Outcome(id = "cancelled, item/0", expect = ACCEPTABLE, desc = "It is still in the channel.")
  @Outcome(expect = FORBIDDEN, desc = "The item is lost or doubled, or a waiter is left.")
  @State
  public static class CancelThenSend {
    private final Channel<String> channel = Channel.unbounded();
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(LL_Result r) {
      r.r1 = receive(channel, record);
    }

    @Actor
    public void other() {
      record.root().cancel(Model.CAUSE);
      channel.trySend("item");
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = ChannelStress.left(channel);
    }
  }

  /** OPEN to ENDED against joining the queue: the receiver hears of the end. */
  @JCStressTest
  @Outcome(id = "end, nothing/0", expect = ACCEPTABLE, desc = "The receiver was told.")
  @Outcome(expect = FORBIDDEN, desc = "The receiver was missed.")
  @State
  public static class CloseOrReceive {
    private final Channel<String> channel = Channel.unbounded();
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(LL_Result r) {
      r.r1 = receive(channel, record);
    }

    @Actor
    public void closer() {
      channel.close();
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = ChannelStress.left(channel);
    }
  }

  /** What was sent before a close is received before the end. */
  @JCStressTest
  @Outcome(id = "item, end", expect = ACCEPTABLE, desc = "First the item, then the end.")
  @Outcome(expect = FORBIDDEN, desc = "The item was lost.")
  @State
  public static class SendAndCloseOrReceive {
    private final Channel<String> channel = Channel.unbounded();
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(LL_Result r) {
      r.r1 = receive(channel, record);
      r.r2 = receive(channel, record);
    }

    @Actor
    public void sender() {
      channel.trySend("item");
      channel.close();
    }
  }

  /** Two threads end the channel: the first wins, and its end stands. */
  @JCStressTest
  @Outcome(id = "true/false, end", expect = ACCEPTABLE, desc = "The close was first.")
  @Outcome(id = "false/true, broken", expect = ACCEPTABLE, desc = "The failure was first.")
  @Outcome(expect = FORBIDDEN, desc = "Both or neither have ended it.")
  @State
  public static class CloseOrFail {
    private final Channel<String> channel = Channel.unbounded();
    private boolean closed;
    private boolean failed;

    @Actor
    public void closer() {
      closed = channel.close("stress");
    }

    @Actor
    public void failing() {
      failed = channel.fail(new IllegalStateException("stress"));
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r1 = closed + "/" + failed;
      r.r2 = receive(channel, Model.record());
    }
  }

  /** A send against OPEN to ENDED: it is accepted and kept, or refused and counted. */
  @JCStressTest
  @Outcome(id = "sent, item/0, 0", expect = ACCEPTABLE, desc = "The send was first.")
  @Outcome(id = "refused, nothing/0, 1", expect = ACCEPTABLE, desc = "The close was first.")
  @Outcome(expect = FORBIDDEN, desc = "The sender was told something else than what happened.")
  @State
  public static class SendOrClose {
    private final Channel<String> channel = Channel.unbounded();

    @Actor
    public void sender(LLL_Result r) {
      try {
        r.r1 = channel.trySend("item") ? "sent" : "dropped";
      } catch (ClosedResourceException e) {
        r.r1 = "refused";
      }
    }

    @Actor
    public void closer() {
      channel.close();
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r2 = ChannelStress.left(channel);
      r.r3 = channel.stats().dropped();
    }
  }

  /** Two receivers and one item: exactly one of them takes it. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The first actor took it.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The second actor took it.")
  @Outcome(expect = FORBIDDEN, desc = "Taken twice, or never.")
  @State
  public static class TwoReceivers {
    private final Channel<String> channel = Channel.unbounded();

    public TwoReceivers() {
      channel.trySend("item");
    }

    @Actor
    public void first(LL_Result r) {
      r.r1 = channel.tryReceive().isPresent();
    }

    @Actor
    public void second(LL_Result r) {
      r.r2 = channel.tryReceive().isPresent();
    }
  }

  /** Items come out in the order in which they went in, be it by the ring or by hand-over. */
  @JCStressTest
  @Outcome(id = "ab", expect = ACCEPTABLE, desc = "In order.")
  @Outcome(expect = FORBIDDEN, desc = "Out of order, or lost.")
  @State
  public static class Order {
    private final Channel<String> channel = Channel.unbounded();
    private final ThreadRecord record = Model.record();

    @Actor
    public void receiver(L_Result r) {
      r.r1 = receive(channel, record).toString() + receive(channel, record);
    }

    @Actor
    public void sender() {
      channel.trySend("a");
      channel.trySend("b");
    }
  }
}
