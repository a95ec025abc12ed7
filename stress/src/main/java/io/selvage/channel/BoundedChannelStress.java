package io.selvage.channel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The protocol of {@link ChannelState} for senders that wait. */
public final class BoundedChannelStress {
  private BoundedChannelStress() {}

  /** Sends as {@code record}. Returns what that ends with. */
  static Object send(Channel<String> channel, String item, ThreadRecord record) {
    record.begin();
    try {
      channel.send(item);
      return "sent";
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (ClosedResourceException e) {
      return "closed";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  static Object poll(Channel<String> channel) {
    return channel.tryReceive().orElse("nothing");
  }

  static String left(Channel<String> channel) {
    int senders = channel.stats().waitingSenders();
    int receivers = channel.stats().waitingReceivers();
    return String.join("+", channel.drain()) + "/" + senders + "/" + receivers;
  }

  /** A sender and a receiver meet on a rendezvous. */
  @JCStressTest
  @Outcome(id = "sent, item, /0/0", expect = ACCEPTABLE, desc = "They have met.")
  @Outcome(expect = FORBIDDEN, desc = "The item is lost or doubled, or a waiter is left.")
  @State
  public static class Meet {
    private final Channel<String> channel = Channel.rendezvous();
    private final ThreadRecord sender = Model.record();
    private final ThreadRecord receiver = Model.record();

    @Actor
    public void send(LLL_Result r) {
      r.r1 = BoundedChannelStress.send(channel, "item", sender);
    }

    @Actor
    public void receive(LLL_Result r) {
      r.r2 = ChannelStress.receive(channel, receiver);
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = BoundedChannelStress.left(channel);
    }
  }

  /** Claiming a waiting sender against its withdrawal. */
  @JCStressTest
  @Outcome(id = "sent, item, /0/0", expect = ACCEPTABLE, desc = "The item was received.")
  @Outcome(id = "cancelled, nothing, /0/0", expect = ACCEPTABLE, desc = "It was not sent.")
  @Outcome(expect = FORBIDDEN, desc = "The item is lost or doubled, or a waiter is left.")
  @State
  public static class CancelOrReceive {
    private final Channel<String> channel = Channel.rendezvous();
    private final ThreadRecord sender = Model.record();

    @Actor
    public void send(LLL_Result r) {
      r.r1 = BoundedChannelStress.send(channel, "item", sender);
    }

    @Actor
    public void cancelThenReceive(LLL_Result r) {
      Object first = poll(channel);
      sender.root().cancel(Model.CAUSE);
      r.r2 = first.equals("nothing") ? poll(channel) : first;
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = BoundedChannelStress.left(channel);
    }
  }

  /**
   * A sender that waits for room against the close: its item is in the channel, or was not sent.
   */
  @JCStressTest
  @Outcome(id = "sent, first, item/0/0", expect = ACCEPTABLE, desc = "There was room before.")
  @Outcome(id = "closed, first, /0/0", expect = ACCEPTABLE, desc = "The sender was woken.")
  @Outcome(expect = FORBIDDEN, desc = "The item is lost or doubled, or the sender is missed.")
  @State
  public static class CloseOrMakeRoom {
    private final Channel<String> channel = Channel.bounded(1);
    private final ThreadRecord sender = Model.record();

    /** The buffer is full. */
    public CloseOrMakeRoom() {
      channel.trySend("first");
    }

    @Actor
    public void send(LLL_Result r) {
      r.r1 = BoundedChannelStress.send(channel, "item", sender);
    }

    @Actor
    public void receive(LLL_Result r) {
      r.r2 = poll(channel);
    }

    @Actor
    public void close() {
      channel.close();
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = BoundedChannelStress.left(channel);
    }
  }

  /** Two senders of which one finds room: the other waits, and is cancelled. */
  @JCStressTest
  @Outcome(id = "sent, cancelled", expect = ACCEPTABLE, desc = "The first one was faster.")
  @Outcome(id = "cancelled, sent", expect = ACCEPTABLE, desc = "The second one was faster.")
  @Outcome(expect = FORBIDDEN, desc = "The buffer took two items, or none.")
  @State
  public static class OneRoom {
    private final Channel<String> channel = Channel.bounded(1);
    private final ThreadRecord first = Model.record();
    private final ThreadRecord second = Model.record();

    @Actor
    public void first(LL_Result r) {
      r.r1 = BoundedChannelStress.send(channel, "a", first);
      second.root().cancel(Model.CAUSE);
    }

    @Actor
    public void second(LL_Result r) {
      r.r2 = BoundedChannelStress.send(channel, "b", second);
      first.root().cancel(Model.CAUSE);
    }
  }
}
