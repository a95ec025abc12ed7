package io.selvage.stress.lincheck;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sequential specification: several channels of one capacity, as they would be if only one
 * thing happened at a time. A call happens in two steps: it begins, and it finishes. A call that
 * cannot be performed when it begins waits in between, and other calls may perform it.
 *
 * <p>Immutable: each step returns the states that may follow.
 *
 * @param capacity of each channel; 0 for a rendezvous
 * @param buffers the items in each channel
 * @param closed whether each channel was closed
 * @param waiting the calls that wait, in the order of their arrival
 * @param done what each call that was performed has returned
 */
record ChannelsModel(
    int capacity,
    List<List<Integer>> buffers,
    List<Boolean> closed,
    List<Waiting> waiting,
    Map<Integer, String> done) {
  static final String SENT = "sent";
  static final String REFUSED = "refused";
  static final String END = "end";
  static final String NOTHING = "nothing";
  static final String CLOSED = "closed";

  /** A wait that was withdrawn has had no effect. */
  static final String WITHDRAWN = "withdrawn";

  /** A send, or a receive if there is no item. */
  record Clause(int channel, @Nullable Integer item) {
    boolean isSend() {
      return item != null;
    }
  }

  /** What a call does. */
  sealed interface Call {}

  /** Performs one of the clauses, or waits. */
  record First(List<Clause> clauses) implements Call {}

  /** Performs the clause, or returns at once. */
  record Try(Clause clause) implements Call {}

  /** Closes a channel. */
  record Close(int channel) implements Call {}

  /** A call that waits with these clauses. */
  record Waiting(int call, List<Clause> clauses) {
    @Nullable Clause clauseOf(int channel, boolean sends) {
      for (Clause clause : clauses) {
        if (clause.channel == channel && clause.isSend() == sends) {
          return clause;
        }
      }
      return null;
    }
  }

  static ChannelsModel of(int channels, int capacity) {
    List<List<Integer>> buffers = new ArrayList<>();
    List<Boolean> closed = new ArrayList<>();
    for (int i = 0; i < channels; i++) {
      buffers.add(List.of());
      closed.add(false);
    }
    return new ChannelsModel(capacity, buffers, closed, List.of(), Map.of());
  }

  static String received(int item) {
    return "received " + item;
  }

  /** The call with this number begins. If several clauses are possible, each may be performed. */
  List<ChannelsModel> begin(int number, Call call) {
    return switch (call) {
      case First(List<Clause> clauses) -> first(number, clauses);
      case Try(Clause clause) -> List.of(tryOne(number, clause));
      case Close(int channel) -> List.of(close(number, channel));
    };
  }

  private List<ChannelsModel> first(int number, List<Clause> clauses) {
    List<ChannelsModel> next = new ArrayList<>();
    for (Clause clause : clauses) {
      Change change = new Change();
      if (change.perform(number, clause)) {
        next.add(change.end());
      }
    }
    if (next.isEmpty()) {
      Change change = new Change();
      change.nextWaiting.add(new Waiting(number, clauses));
      next.add(change.end());
    }
    return next;
  }

  private ChannelsModel tryOne(int number, Clause clause) {
    Change change = new Change();
    if (!change.perform(number, clause)) {
      change.finish(number, NOTHING);
    }
    return change.end();
  }

  /** Everything that waits for this channel finds its end. */
  private ChannelsModel close(int number, int channel) {
    Change change = new Change();
    change.finish(number, closed.get(channel) ? NOTHING : CLOSED);
    change.nextClosed.set(channel, true);
    for (Waiting each : waiting) {
      for (Clause clause : each.clauses) {
        if (clause.channel == channel) {
          change.finish(each.call, clause.isSend() ? REFUSED : END);
        }
      }
    }
    return change.end();
  }

  /** The call with this number returns. Null if it cannot return this. */
  @Nullable ChannelsModel finish(int number, String result) {
    if (done.containsKey(number)) {
      return result.equals(done.get(number)) ? this : null;
    }
    if (!result.equals(WITHDRAWN)) {
      return null;
    }
    Change change = new Change();
    change.nextWaiting.removeIf(each -> each.call == number);
    return change.end();
  }

  /** A step from this state to the next one. */
  private final class Change {
    private final List<List<Integer>> nextBuffers = new ArrayList<>();
    private final List<Boolean> nextClosed = new ArrayList<>(closed);
    private final List<Waiting> nextWaiting = new ArrayList<>(waiting);
    private final Map<Integer, String> nextDone = new HashMap<>(done);

    Change() {
      buffers.forEach(buffer -> nextBuffers.add(new ArrayList<>(buffer)));
    }

    ChannelsModel end() {
      return new ChannelsModel(capacity, nextBuffers, nextClosed, nextWaiting, nextDone);
    }

    void finish(int call, String result) {
      nextDone.put(call, result);
      nextWaiting.removeIf(each -> each.call == call);
    }

    /** Returns false if it is impossible now. */
    boolean perform(int call, Clause clause) {
      Integer item = clause.item;
      return item == null ? receive(call, clause.channel) : send(call, clause.channel, item);
    }

    private boolean send(int call, int channel, int item) {
      if (nextClosed.get(channel)) {
        finish(call, REFUSED);
        return true;
      }
      Waiting receiver = firstWaiting(channel, false);
      if (receiver != null) {
        finish(receiver.call, received(item));
      } else if (nextBuffers.get(channel).size() < capacity) {
        nextBuffers.get(channel).add(item);
      } else {
        return false;
      }
      finish(call, SENT);
      return true;
    }

    private boolean receive(int call, int channel) {
      List<Integer> buffer = nextBuffers.get(channel);
      Integer item = buffer.isEmpty() ? takeFromSender(channel) : buffer.removeFirst();
      if (item != null) {
        finish(call, received(item));
        Integer moved = buffer.size() < capacity ? takeFromSender(channel) : null;
        if (moved != null) {
          buffer.add(moved);
        }
      } else if (nextClosed.get(channel)) {
        finish(call, END);
      }
      return nextDone.containsKey(call);
    }

    private @Nullable Integer takeFromSender(int channel) {
      Waiting sender = firstWaiting(channel, true);
      if (sender == null) {
        return null;
      }
      finish(sender.call, SENT);
      return Objects.requireNonNull(sender.clauseOf(channel, true)).item;
    }

    private @Nullable Waiting firstWaiting(int channel, boolean sends) {
      for (Waiting each : nextWaiting) {
        if (each.clauseOf(channel, sends) != null) {
          return each;
        }
      }
      return null;
    }
  }
}
