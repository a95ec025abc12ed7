package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Exhaustion;
import org.jspecify.annotations.Nullable;

/** Why a scope is cancelled: fixed by the first caller of cancel. */
final class Cause extends CancelCause {
  // One field each: a map of constants is made by reflection, which needs stack.
  private static final Cause BY_CALL = withoutMemory(Source.CALL);
  private static final Cause BY_DEADLINE = withoutMemory(Source.DEADLINE);
  private static final Cause BY_FAILURE = withoutMemory(Source.FAILURE);
  private static final Cause BY_INTERRUPT = withoutMemory(Source.INTERRUPT);

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
      return prepared(source);
    }
  }

  private static Cause withoutMemory(Source source) {
    return new Cause(source, "the heap was full, so there is no reason", null, "");
  }

  private static Cause prepared(Source source) {
    if (source == Source.CALL) {
      return BY_CALL;
    }
    if (source == Source.DEADLINE) {
      return BY_DEADLINE;
    }
    return source == Source.FAILURE ? BY_FAILURE : BY_INTERRUPT;
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
