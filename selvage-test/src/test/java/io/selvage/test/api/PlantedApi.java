package io.selvage.test.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Types that {@link ApiListingTest} lists. */
public final class PlantedApi {
  private PlantedApi() {}

  /** Outside of the API: its members count as those of the types below it. */
  abstract static class Hidden implements Iterable<String> {
    public void inherited() {}

    public void overridden() {}

    void internal() {}
  }

  public abstract static class Shown<T extends @Nullable Object, E extends Exception> extends Hidden
      implements Runnable {
    public static final int LIMIT = 3;
    protected int count;
    int internalCount;

    protected Shown(List<? super T> items) {}

    @Override
    public synchronized void overridden() {}

    @Deprecated
    public abstract <R extends Number & Comparable<R>> @Nullable R call(
        @Nullable List<@Nullable T> items, R[] more, String... names) throws E, Failure;

    @Override
    public String toString() {
      return "";
    }
  }

  /** For the clause with two exceptions. */
  public static final class Failure extends Exception {}

  public sealed interface Shape permits Square, Secret {
    default int area() {
      return 0;
    }
  }

  public record Square(int side, @Nullable String name) implements Shape {}

  record Secret() implements Shape {}

  public enum Color {
    RED,
    BLUE
  }

  public @interface Marked {
    String value() default "x";

    String[] names() default {"y", "z"};
  }
}
