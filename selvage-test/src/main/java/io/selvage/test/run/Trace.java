package io.selvage.test.run;

import io.selvage.kernel.simulation.SimulatedThread;
import io.selvage.test.schedule.SplitMix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps of a run: a fingerprint of all of them, and the last ones or all. */
public final class Trace {
  private static final int LAST = 128;

  private final boolean all;
  private final SiteRange sites;
  private @Nullable Entry[] entries = new Entry[LAST];
  private @Nullable Arrival[] arrivals = new Arrival[16]; // the last one of each thread
  private long size;
  private long hash;

  /**
   * One step: an operation begins, or goes on.
   *
   * @param number of the step, given when the thread got there
   * @param now when it was taken
   * @param heldUp whether others took steps between these two moments
   * @param site the line of the program that has called the operation, if it was looked for
   */
  public record Entry(
      long number,
      long now,
      SimulatedThread thread,
      String operation,
      boolean begins,
      boolean heldUp,
      @Nullable String site) {
    boolean isSameAs(Entry other) {
      return now == other.now
          && thread.id() == other.thread.id()
          && thread.name().equals(other.thread.name())
          && operation.equals(other.operation);
    }

    @Override
    public String toString() {
      String what = (begins ? "" : "... ") + operation + (heldUp ? "  (held up)" : "");
      return "%6d  %s  %-24s %-36s %s"
          .formatted(
              number, Trace.seconds(now), thread.name(), what, Objects.requireNonNullElse(site, ""))
          .stripTrailing();
    }
  }

  private record Arrival(long number, long size) {}

  /** For which of the steps the line of the program is looked for: that takes time. */
  public record SiteRange(long from, long to) {
    /** No step. */
    public static final SiteRange NONE = new SiteRange(0, 0);

    /** Each step. */
    public static final SiteRange ALL = from(0);

    /** All steps of short runs; a long run must not become much slower. */
    public static final SiteRange FIRST = new SiteRange(0, 10_000);

    static SiteRange from(long step) {
      return new SiteRange(step, Long.MAX_VALUE);
    }

    boolean contains(long step) {
      return step >= from && step < to;
    }
  }

  /**
   * Creates an empty one.
   *
   * @param all whether it keeps all steps
   * @param sites for which of them it looks for the line of the program
   */
  Trace(boolean all, SiteRange sites) {
    this.all = all;
    this.sites = sites;
  }

  /** A thread gets to a step. */
  void arrive(SimulatedThread thread, long number) {
    int id = thread.id();
    if (id >= arrivals.length) {
      arrivals = Arrays.copyOf(arrivals, Math.max(id + 1, arrivals.length * 2));
    }
    arrivals[id] = new Arrival(number, size);
  }

  /** A thread takes the step that it has got to. */
  void take(SimulatedThread thread, long now, String operation, boolean begins) {
    Arrival arrival = Objects.requireNonNull(arrivals[thread.id()]);
    boolean heldUp = size > arrival.size;
    long names = operation.hashCode() + 31L * thread.name().hashCode();
    hash = SplitMix.mix(hash ^ (names + (((long) thread.id()) << 32))) + now;
    int index = (int) (all ? size : size % LAST);
    if (index == entries.length) {
      entries = Arrays.copyOf(entries, index * 2);
    }
    String site = sites.contains(size) && (begins || heldUp) ? Sites.ofCaller() : null;
    entries[index] = new Entry(arrival.number, now, thread, operation, begins, heldUp, site);
    size++;
  }

  /** One of several was picked; this is part of the fingerprint only. */
  void addChoice(int count, int choice) {
    hash = SplitMix.mix(hash + count * 31L + choice);
  }

  /** {@return the fingerprint of all steps so far} */
  public int fingerprint() {
    return Long.hashCode(SplitMix.mix(hash ^ size));
  }

  /** {@return the sites that are needed for what {@link #last} tells} */
  public SiteRange sitesWanted() {
    return SiteRange.from(size - LAST);
  }

  /**
   * {@return the last steps, the newest one last; those inside of operations only if others went
   * first, as nothing of note happens there otherwise}
   */
  public List<Entry> last(int most) {
    List<Entry> last = new ArrayList<>();
    for (long i = size - 1; i >= Math.max(0, size - LAST) && last.size() < most; i--) {
      Entry entry = get(i);
      if (entry.begins || entry.heldUp) {
        last.addFirst(entry);
      }
    }
    return last;
  }

  private Entry get(long index) {
    return Objects.requireNonNull(entries[(int) (all ? index : index % LAST)]);
  }

  /** {@return where two whole traces differ first, in words; null if they do not} */
  public static @Nullable String difference(Trace one, Trace other) {
    for (long i = 0; i < Math.max(one.size, other.size); i++) {
      if (i >= one.size || i >= other.size || !one.get(i).isSameAs(other.get(i))) {
        return "once  " + one.describe(i) + "\nthen  " + other.describe(i);
      }
    }
    if (one.fingerprint() != other.fingerprint()) {
      return "the steps are the same, but the choices between threads are not";
    }
    return null;
  }

  private String describe(long index) {
    return index < size ? get(index).toString() : "%6d  the end".formatted(index);
  }

  /** {@return a time of a run in seconds, as short as it can be told} */
  public static String seconds(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    String fraction = "%09d".formatted(time.toNanosPart()).replaceAll("0{1,6}$", "");
    return time.toSeconds() + "." + fraction + " s";
  }
}
