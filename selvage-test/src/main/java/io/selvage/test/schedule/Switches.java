package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The unusual choices of a run, each with the thread that made it: "the 7th choice of thread 2 was
 * thread 3". Unlike a place in the run, this stays the same when other switches are left out. So a
 * run can be repeated with some of its switches.
 */
public final class Switches {
  private final Map<Place, Integer> wanted = new HashMap<>();
  private final List<Switch> noted = new ArrayList<>();
  private final Map<Integer, int[]> counts =
      new HashMap<>(); // by thread: choices of threads, of others
  private int running;

  /** A choice between threads, or between other things, of the thread that has the turn. */
  private record Place(int running, int number, boolean ofThreads) {}

  /** A choice that was not the usual one. */
  public record Switch(Object place, int target) {}

  /**
   * Creates one.
   *
   * @param wanted the switches that {@code pick} makes
   */
  public Switches(Collection<Switch> wanted) {
    for (Switch each : wanted) {
      this.wanted.put((Place) each.place(), each.target());
    }
  }

  /** {@return the switches of the run so far} */
  public List<Switch> noted() {
    return noted;
  }

  private Place here(boolean ofThreads) {
    int[] count = counts.computeIfAbsent(running, id -> new int[2]);
    return new Place(running, count[ofThreads ? 0 : 1]++, ofThreads);
  }

  /** {@return the index of the thread that runs next} */
  public int pick(Candidates candidates) {
    Place place = here(true);
    Integer target = wanted.get(place);
    int choice = target == null ? 0 : Math.max(0, indexOf(target, candidates));
    note(place, choice, candidates.get(choice).id());
    running = candidates.get(choice).id();
    return choice;
  }

  private static int indexOf(int id, Candidates candidates) {
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.get(i).id() == id) {
        return i;
      }
    }
    return -1;
  }

  /** {@return the index of one of {@code count} things that are not threads} */
  public int pick(int count) {
    Place place = here(false);
    @Nullable Integer target = wanted.get(place);
    int choice = target == null || target >= count ? 0 : target;
    note(place, choice, choice);
    return choice;
  }

  /** Notes a thread that was chosen in another way. */
  public void follow(Candidates candidates, int choice) {
    note(here(true), choice, candidates.get(choice).id());
    running = candidates.get(choice).id();
  }

  /** Notes another choice that was made in another way. */
  public void follow(int choice) {
    note(here(false), choice, choice);
  }

  private void note(Place place, int choice, int target) {
    if (choice != 0) {
      noted.add(new Switch(place, target));
    }
  }
}
