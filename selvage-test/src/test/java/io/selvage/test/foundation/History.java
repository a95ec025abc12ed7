package io.selvage.test.foundation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What tasks did to one object, and whether a sequential model explains it.
 *
 * <p>An operation takes effect at one or more points between its begin and its end, as joining a
 * queue and leaving it. The history is linearizable if these points can be chosen such that the
 * model allows each of them, and at the end of each operation agrees with its outcome.
 *
 * <p>Only for simulations: what happens at the same time has an order there.
 *
 * @param <S> the state of the model: a value
 */
final class History<S> {
  /** Where an operation takes effect: gives the next state, or null if that is impossible now. */
  interface Point<S> {
    S fire(S state);
  }

  /** One call of an operation. */
  final class Call {
    private final int number;
    private final String what;
    private String outcome = "";
    private List<List<Point<S>>> ways = List.of();
    private Predicate<S> agrees = state -> true;

    private Call(int number, String what) {
      this.number = number;
      this.what = what;
    }

    /** {@return the number of this call in its history, from 0} */
    int number() {
      return number;
    }

    /** It has ended, and had its effect at these points. */
    void end(String how, List<Point<S>> points) {
      end(how, state -> true, List.of(points));
    }

    /**
     * It has ended.
     *
     * @param agrees whether that is as the model says
     * @param ways in which it may have come to that: the points of each, in order
     */
    void end(String how, Predicate<S> agrees, List<List<Point<S>>> ways) {
      this.outcome = how;
      this.agrees = agrees;
      this.ways = ways;
      events.add(new Mark<>(this, false));
    }

    @Override
    public String toString() {
      return number + ": " + what + (outcome.isEmpty() ? "" : " -> " + outcome);
    }
  }

  private record Mark<S>(History<S>.Call call, boolean begins) {}

  /** How far the search is: before which event, which points of which open calls were fired. */
  private record Position<S>(int event, Map<Integer, Progress> open, S state) {}

  /** Which way a call has taken, -1 for none, and how many points of it. */
  private record Progress(int way, int fired) {
    static final Progress NONE = new Progress(-1, 0);
  }

  private final List<Mark<S>> events = new ArrayList<>();
  private int calls;

  Call begin(String what) {
    Call call = new Call(calls++, what);
    events.add(new Mark<>(call, true));
    return call;
  }

  /** Throws unless the model, beginning so, explains all that has happened. */
  void check(S initial) {
    if (!isExplained(new Position<>(0, Map.of(), initial), new HashSet<>())) {
      StringBuilder text = new StringBuilder("no order of their effects explains these calls:");
      for (Mark<S> event : events) {
        text.append("\n  ").append(event.begins ? "begins " : "ends   ").append(event.call);
      }
      throw new AssertionError(text.toString());
    }
  }

  private boolean isExplained(Position<S> from, Set<Position<S>> seen) {
    Position<S> at = skipBegins(from);
    if (at.event == events.size()) {
      return true;
    }
    if (!seen.add(at)) {
      return false;
    }
    Position<S> after = end(at);
    if (after != null && isExplained(after, seen)) {
      return true;
    }
    for (int number : at.open.keySet()) {
      for (Position<S> next : firings(at, number)) {
        if (isExplained(next, seen)) {
          return true;
        }
      }
    }
    return false;
  }

  /** A call that has begun may still do nothing, so begins come first. */
  private Position<S> skipBegins(Position<S> from) {
    int event = from.event;
    Map<Integer, Progress> open = new TreeMap<>(from.open);
    while (event < events.size() && events.get(event).begins) {
      open.put(events.get(event).call.number, Progress.NONE);
      event++;
    }
    return new Position<>(event, open, from.state);
  }

  /** The next event is an end: goes behind it, or returns null if the call cannot end so now. */
  private Position<S> end(Position<S> at) {
    Call call = events.get(at.event).call;
    Progress progress = at.open.get(call.number);
    boolean whole = false;
    for (int way = 0; way < call.ways.size(); way++) {
      boolean taken = progress.way == way || progress.way == -1;
      whole |= taken && call.ways.get(way).size() == progress.fired;
    }
    if (!whole || !call.agrees.test(at.state)) {
      return null;
    }
    Map<Integer, Progress> open = new TreeMap<>(at.open);
    open.remove(call.number);
    return new Position<>(at.event + 1, open, at.state);
  }

  private List<Position<S>> firings(Position<S> at, int number) {
    List<Position<S>> next = new ArrayList<>();
    Progress progress = at.open.get(number);
    List<List<Point<S>>> ways = call(number).ways;
    for (int way = 0; way < ways.size(); way++) {
      boolean taken = progress.way == way || progress.way == -1;
      if (taken && progress.fired < ways.get(way).size()) {
        S state = ways.get(way).get(progress.fired).fire(at.state);
        if (state != null) {
          Map<Integer, Progress> open = new TreeMap<>(at.open);
          open.put(number, new Progress(way, progress.fired + 1));
          next.add(new Position<>(at.event, open, state));
        }
      }
    }
    return next;
  }

  private Call call(int number) {
    for (Mark<S> event : events) {
      if (event.call.number == number) {
        return event.call;
      }
    }
    throw new IllegalStateException("no call " + number);
  }
}
