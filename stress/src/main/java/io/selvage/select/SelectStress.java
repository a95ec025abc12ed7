package io.selvage.select;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.channel.Channel;
import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import io.selvage.sync.Event;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The protocol of {@link io.selvage.kernel.select.Selection}. */
public final class SelectStress {
  private SelectStress() {}

  /** Selects as {@code record}. Returns what that ends with. */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  private static Object select(ThreadRecord record, Clause<String, RuntimeException>... clauses) {
    record.begin();
    try {
      return Select.first(clauses);
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  private static String left(List<Channel<String>> channels) {
    List<String> items = new ArrayList<>();
    int waiting = 0;
    for (Channel<String> channel : channels) {
      waiting += channel.stats().waitingReceivers() + channel.stats().waitingSenders();
      items.addAll(channel.drain());
    }
    return String.join("+", items) + "/" + waiting;
  }

  /** Two selects that send and receive crosswise on two rendezvous channels meet exactly once. */
  @JCStressTest
  @Outcome(id = "sent, b, /0", expect = ACCEPTABLE, desc = "They have met on one channel.")
  @Outcome(id = "a, sent, /0", expect = ACCEPTABLE, desc = "They have met on the other one.")
  @Outcome(expect = FORBIDDEN, desc = "Both or none have sent, or something is left.")
  @State
  public static class Crosswise {
    private final Channel<String> left = Channel.rendezvous();
    private final Channel<String> right = Channel.rendezvous();
    private final ThreadRecord one = Model.record();
    private final ThreadRecord other = Model.record();

    @Actor
    public void one(LLL_Result r) {
      r.r1 = select(one, left.onSend("b").call(() -> "sent"), right.onReceive());
    }

    @Actor
    public void other(LLL_Result r) {
      r.r2 = select(other, right.onSend("a").call(() -> "sent"), left.onReceive());
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = SelectStress.left(List.of(left, right));
    }
  }

  /** Two senders come to two clauses of one select: it takes one item, the other one stays. */
  @JCStressTest
  @Outcome(id = "a, null, b/0", expect = ACCEPTABLE, desc = "The first item was received.")
  @Outcome(id = "b, null, a/0", expect = ACCEPTABLE, desc = "The second item was received.")
  @Outcome(expect = FORBIDDEN, desc = "An item is lost or doubled, or something is left.")
  @State
  public static class TwoSenders {
    private final Channel<String> first = Channel.unbounded();
    private final Channel<String> second = Channel.unbounded();
    private final ThreadRecord record = Model.record();

    @Actor
    public void select(LLL_Result r) {
      r.r1 = SelectStress.select(record, first.onReceive(), second.onReceive());
    }

    @Actor
    public void sendFirst() {
      first.trySend("a");
    }

    @Actor
    public void sendSecond() {
      second.trySend("b");
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = SelectStress.left(List.of(first, second));
    }
  }

  /** A claim of one clause against the cancel of the select: it has happened, or not at all. */
  @JCStressTest
  @Outcome(id = "a, null, /0", expect = ACCEPTABLE, desc = "The item was received.")
  @Outcome(id = "event, null, a/0", expect = ACCEPTABLE, desc = "The event was seen.")
  @Outcome(id = "cancelled, null, a/0", expect = ACCEPTABLE, desc = "Nothing has happened.")
  @Outcome(expect = FORBIDDEN, desc = "The item is lost or doubled, or something is left.")
  @State
  public static class CancelOrSend {
    private final Channel<String> channel = Channel.unbounded();
    private final Event event = new Event();
    private final ThreadRecord record = Model.record();

    @Actor
    public void select(LLL_Result r) {
      r.r1 = SelectStress.select(record, event.onSet().call(() -> "event"), channel.onReceive());
    }

    @Actor
    public void send() {
      channel.trySend("a");
      event.set();
    }

    @Actor
    public void cancel() {
      record.root().cancel(Model.CAUSE);
    }

    @Arbiter
    public void left(LLL_Result r) {
      r.r3 = SelectStress.left(List.of(channel)).replace("/0", "/" + event.waiting());
    }
  }
}
