package io.selvage.test.foundation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Channels as they would be if only one thing happened at a time. Each call is a select; a send or
 * a receive is a select of one clause.
 *
 * @param capacities of the channels; 0 for a rendezvous
 * @param buffers the items in each channel
 * @param waiting the clauses of the calls that wait, in the order of their arrival
 * @param done the clause that each call has performed, and the item
 * @param closed whether each channel was closed
 */
record ChannelModel(
    List<Integer> capacities,
    List<List<Integer>> buffers,
    List<Waiting> waiting,
    Map<Integer, Done> done,
    List<Boolean> closed) {

  /** One operation: a receive if there is no item. */
  record Clause(int channel, Integer item) {
    boolean isSend() {
      return item != null;
    }
  }

  /** A clause of a call that waits. */
  record Waiting(int call, int index, Clause clause) {}

  /** What a call has performed; the item is null if its channel had ended. */
  record Done(int index, Integer item) {}

  static ChannelModel of(List<Integer> capacities) {
    return new ChannelModel(
        capacities,
        capacities.stream().map(capacity -> List.<Integer>of()).toList(),
        List.of(),
        Map.of(),
        capacities.stream().map(capacity -> false).toList());
  }

  private static final class Change {
    private final List<List<Integer>> buffers = new ArrayList<>();
    private final List<Waiting> waiting;
    private final Map<Integer, Done> done;
    private final ChannelModel from;
    private List<Boolean> closed;

    Change(ChannelModel from) {
      this.from = from;
      from.buffers.forEach(buffer -> buffers.add(new ArrayList<>(buffer)));
      waiting = new ArrayList<>(from.waiting);
      done = new HashMap<>(from.done);
      closed = from.closed;
    }

    private Waiting first(int channel, boolean sends) {
      return waiting.stream()
          .filter(each -> each.clause.channel == channel && each.clause.isSend() == sends)
          .findFirst()
          .orElse(null);
    }

    private void finish(int call, int index, Integer item) {
      done.put(call, new Done(index, item));
      waiting.removeIf(each -> each.call == call);
    }

    /** The item of the longest-waiting sender, or null. */
    private Integer fromSender(int channel) {
      Waiting sender = first(channel, true);
      if (sender == null) {
        return null;
      }
      finish(sender.call, sender.index, sender.clause.item);
      return sender.clause.item;
    }

    /** Returns false if it is impossible now. */
    boolean perform(int call, int index, Clause clause) {
      List<Integer> buffer = buffers.get(clause.channel);
      if (clause.isSend()) {
        return send(call, index, clause, buffer);
      }
      if (!buffer.isEmpty()) {
        finish(call, index, buffer.removeFirst());
        Integer next = fromSender(clause.channel);
        if (next != null) {
          buffer.add(next);
        }
        return true;
      }
      Integer item = fromSender(clause.channel);
      if (item == null && !closed.get(clause.channel)) {
        return false;
      }
      finish(call, index, item);
      return true;
    }

    private boolean send(int call, int index, Clause clause, List<Integer> buffer) {
      if (closed.get(clause.channel)) {
        finish(call, index, null);
        return true;
      }
      Waiting receiver = first(clause.channel, false);
      if (receiver != null) {
        finish(receiver.call, receiver.index, clause.item);
      } else if (buffer.size() < from.capacities.get(clause.channel)) {
        buffer.add(clause.item);
      } else {
        return false;
      }
      finish(call, index, clause.item);
      return true;
    }

    ChannelModel end() {
      return new ChannelModel(from.capacities, buffers, waiting, done, closed);
    }
  }

  /** Performs the first clause that is possible, or waits with all of them. */
  ChannelModel select(int call, List<Clause> clauses) {
    Change change = new Change(this);
    for (int i = 0; i < clauses.size(); i++) {
      if (change.perform(call, i, clauses.get(i))) {
        return change.end();
      }
    }
    for (int i = 0; i < clauses.size(); i++) {
      change.waiting.add(new Waiting(call, i, clauses.get(i)));
    }
    return change.end();
  }

  /** The same without waiting: null if nothing is possible. */
  ChannelModel tryOne(int call, Clause clause) {
    Change change = new Change(this);
    return change.perform(call, 0, clause) ? change.end() : null;
  }

  boolean isPossible(Clause clause) {
    return new Change(this).perform(-1, 0, clause);
  }

  /** Null if the call has performed a clause. */
  ChannelModel withdraw(int call) {
    if (done.containsKey(call)) {
      return null;
    }
    Change change = new Change(this);
    change.waiting.removeIf(each -> each.call == call);
    return change.end();
  }

  /** Everything that waits for this channel performs its clause, and finds the end. */
  ChannelModel close(int channel) {
    Change change = new Change(this);
    change.closed = new ArrayList<>(closed);
    change.closed.set(channel, true);
    for (Waiting each : waiting) {
      if (each.clause.channel == channel && !change.done.containsKey(each.call)) {
        change.finish(each.call, each.index, null);
      }
    }
    return change.end();
  }
}
