package io.selvage.test.foundation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Events, semaphores and barriers as they would be if only one thing happened at a time. */
final class SyncModels {
  private SyncModels() {}

  private static <T> List<T> with(List<T> list, T more) {
    List<T> copy = new ArrayList<>(list);
    copy.add(more);
    return copy;
  }

  private static <T> List<T> without(List<T> list, T one) {
    List<T> copy = new ArrayList<>(list);
    copy.remove(one);
    return copy;
  }

  /**
   * Permits.
   *
   * @param free those that no call has
   * @param queue the calls that wait, first come first served
   * @param granted the calls that have got one
   */
  record Permits(int free, List<Integer> queue, Set<Integer> granted) {
    static Permits of(int free) {
      return new Permits(free, List.of(), Set.of());
    }

    boolean hasFree() {
      return free > 0;
    }

    private Permits grant(int freeThen, List<Integer> queueThen, int call) {
      Set<Integer> then = new HashSet<>(granted);
      then.add(call);
      return new Permits(freeThen, queueThen, then);
    }

    Permits request(int call) {
      return hasFree()
          ? grant(free - 1, queue, call)
          : new Permits(free, with(queue, call), granted);
    }

    Permits release() {
      return queue.isEmpty()
          ? new Permits(free + 1, queue, granted)
          : grant(free, queue.subList(1, queue.size()), queue.getFirst());
    }

    Permits withdraw(int call) {
      return queue.contains(call) ? new Permits(free, without(queue, call), granted) : null;
    }
  }

  /**
   * A flag.
   *
   * @param set whether it is up
   * @param waiting the calls that wait
   * @param released the calls that need not wait any more
   */
  record Flag(boolean set, Set<Integer> waiting, Set<Integer> released) {
    static final Flag DOWN = new Flag(false, Set.of(), Set.of());

    private static Set<Integer> union(Set<Integer> some, Set<Integer> more) {
      Set<Integer> all = new HashSet<>(some);
      all.addAll(more);
      return all;
    }

    Flag up() {
      return new Flag(true, Set.of(), union(released, waiting));
    }

    Flag down() {
      return new Flag(false, waiting, released);
    }

    Flag request(int call) {
      return set
          ? new Flag(true, waiting, union(released, Set.of(call)))
          : new Flag(false, union(waiting, Set.of(call)), released);
    }

    Flag withdraw(int call) {
      if (!waiting.contains(call)) {
        return null;
      }
      Set<Integer> rest = new HashSet<>(waiting);
      rest.remove(call);
      return new Flag(set, rest, released);
    }
  }

  /**
   * A barrier.
   *
   * @param parties how many have to arrive
   * @param passed how many have been let through, with their places
   * @param queue the calls that wait
   * @param places of the calls that need not wait any more
   */
  record Gathering(int parties, int passed, List<Integer> queue, Map<Integer, Integer> places) {
    static Gathering of(int parties) {
      return new Gathering(parties, 0, List.of(), Map.of());
    }

    int value() {
      return passed == 0 ? queue.size() : passed;
    }

    Gathering arrive(int call) {
      List<Integer> arrived = with(queue, call);
      if (passed == 0 && arrived.size() < parties) {
        return new Gathering(parties, 0, arrived, places);
      }
      Map<Integer, Integer> then = new HashMap<>(places);
      int next = passed;
      for (int each : arrived) {
        then.put(each, next++);
      }
      return new Gathering(parties, next, List.of(), then);
    }

    Gathering withdraw(int call) {
      return queue.contains(call)
          ? new Gathering(parties, passed, without(queue, call), places)
          : null;
    }
  }
}
