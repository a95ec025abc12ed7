package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Exhaustion;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Why a scope is cancelled: fixed by the first caller of cancel. */
final class Cause extends CancelCause {
  private static final Map<Source, Cause> WITHOUT_MEMORY = new EnumMap<>(Source.class);

  static {
    for (Source source : Source.values()) {
      WITHOUT_MEMORY.put(
          source, new Cause(source, "the heap was full, so there is no reason", null, ""));
    }
  }

  private final Source source;
  private final String start;
  private final @Nullable String name;
  private final String rest;

  private Cause(Source source, String start, @Nullable String name, String rest) {
    this.source = source;
    this.start = start;
    this.name = name;
    this.rest = rest;
  }

  /** {@return a cause with this reason; never fails} */
  static Cause of(Source source, String reason) {
    return of(source, reason, null, "");
  }

  /**
   * {@return a cause whose reason names something; the text is made when somebody asks for it}
   *
   * <p>A failure must cancel the others also when the heap is full: then the cause is a prepared
   * one, without the reason.
   */
  static Cause of(Source source, String start, @Nullable String name, String rest) {
    try {
      Exhaustion.point("Cause");
      return new Cause(source, start, name, rest);
    } catch (OutOfMemoryError e) {
      return Objects.requireNonNull(WITHOUT_MEMORY.get(source));
    }
  }

  Source source() {
    return source;
  }

  @Override
  public String reason() {
    return name == null ? start : start + "'" + name + "'" + rest;
  }

  @Override
  public InterruptedException toException() {
    return new CancelledException(source, reason());
  }

  @Override
  public String toString() {
    return "Cause[" + source + ", " + reason() + "]";
  }
}
