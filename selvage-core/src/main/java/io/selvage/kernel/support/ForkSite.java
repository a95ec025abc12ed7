package io.selvage.kernel.support;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The place where a task was forked: a stack trace, taken once for each kind of body.
 *
 * <p>The class of a lambda identifies its place in the source. So its fork site is remembered with
 * its class, for all groups. A body of another class may be forked anywhere: its fork site is kept
 * only by the group, until the group forks a body of another class.
 */
public final class ForkSite {
  /*
   * What is remembered lives as long as the class of the lambda, and keeps other classes alive: this one, and those that it refers to. So a lambda counts
   * only if its class loader sees this class, and a remembered site has texts in place of a Throwable, which refers to the classes of its frames.
   *
   * A lambda of this library has no place of its own in the source of the program: it is forked on behalf of different callers.
   *
   * Two threads that meet at a new class may each take a stack trace. One of them is remembered.
   */
  private static final ClassValue<Place> PLACES =
      new ClassValue<>() {
        @Override
        protected Place computeValue(Class<?> kind) {
          return new Place(!isOfThisLibrary(kind));
        }
      };

  private static final String ROOT = "io.selvage";

  /** The packages below the root whose code may fork tasks for programs. */
  static final Set<String> PACKAGES =
      Set.of(
          "channel",
          "context",
          "function",
          "interop",
          "kernel",
          "observe",
          "process",
          "runtime",
          "select",
          "service",
          "signal",
          "sync",
          "time");

  private final Class<?> kind;
  private final @Nullable Throwable here; // null if there are frames
  private final StackTraceElement @Nullable [] frames;

  private static final class Place {
    final boolean isOfTheProgram;
    volatile @Nullable ForkSite site;

    Place(boolean isOfTheProgram) {
      this.isOfTheProgram = isOfTheProgram;
    }
  }

  private ForkSite(Class<?> kind, @Nullable Throwable here, StackTraceElement @Nullable [] frames) {
    this.kind = kind;
    this.here = here;
    this.frames = frames;
  }

  /**
   * {@return the place where a body is forked: the one that was remembered, or that of the calling
   * thread}
   *
   * @param kind the class of the body
   * @param last the site that the group has used before, or null
   */
  public static ForkSite of(Class<?> kind, @Nullable ForkSite last) {
    if (last != null && last.kind == kind) {
      return last;
    }
    if (kind.isHidden() && seesThisLibrary(kind.getClassLoader())) {
      Place place = PLACES.get(kind);
      if (place.isOfTheProgram) {
        return remembered(kind, place);
      }
    }
    return new ForkSite(kind, new Throwable(), null);
  }

  private static ForkSite remembered(Class<?> kind, Place place) {
    ForkSite site = place.site;
    if (site == null) {
      site = new ForkSite(kind, null, new Throwable().getStackTrace());
      place.site = site;
    }
    return site;
  }

  private static boolean seesThisLibrary(@Nullable ClassLoader loader) {
    ClassLoader own = ForkSite.class.getClassLoader();
    for (ClassLoader next = loader; next != null; next = next.getParent()) {
      if (next == own) {
        return true;
      }
    }
    return own == null;
  }

  private static boolean isOfThisLibrary(Class<?> kind) {
    String name = kind.getPackageName();
    return name.equals(ROOT) || PACKAGES.stream().anyMatch(part -> isIn(name, ROOT + "." + part));
  }

  private static boolean isIn(String name, String part) {
    return name.equals(part) || name.startsWith(part + ".");
  }

  /** {@return the stack of the thread that has forked; not to be changed} */
  public StackTraceElement[] frames() {
    return frames != null ? frames : Objects.requireNonNull(here).getStackTrace();
  }
}
