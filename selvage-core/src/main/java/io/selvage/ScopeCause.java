package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.support.TextEscaper;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a scope is cancelled: fixed by the first caller of cancel. */
final class ScopeCause extends CancelCause {
  // One field each: a map of constants is made by reflection, which needs stack.
  private static final ScopeCause BY_CALL = withoutMemory(Source.CALL);
  private static final ScopeCause BY_DEADLINE = withoutMemory(Source.DEADLINE);
  private static final ScopeCause BY_FAILURE = withoutMemory(Source.FAILURE);
  private static final ScopeCause BY_INTERRUPT = withoutMemory(Source.INTERRUPT);

  private final Source source;
  private final String start;
  private final @Nullable String name;
  private final String rest;

  // of a deadline; set before the cause is seen by others
  private @Nullable Duration limit;

  // guarded by this
  private @Nullable String cutOff;
  private @Nullable Object missed;
  private int others;

  private ScopeCause(Source source, String start, @Nullable String name, String rest) {
    this.source = source;
    this.start = start;
    this.name = name;
    this.rest = rest;
  }

  /** {@return a cause with this reason; never fails} */
  static ScopeCause of(Source source, String reason) {
    return of(source, reason, null, "");
  }

  /**
   * {@return a cause whose reason names something; the text is made when somebody asks for it}
   *
   * <p>A failure must cancel the others also when the heap is full: then the cause is a prepared
   * one, without the reason.
   */
  static ScopeCause of(Source source, String start, @Nullable String name, String rest) {
    try {
      Exhaustion.point("ScopeCause");
      return new ScopeCause(source, start, name, rest);
    } catch (OutOfMemoryError e) {
      return prepared(source);
    }
  }

  private static ScopeCause withoutMemory(Source source) {
    return new ScopeCause(source, "the heap was full, so there is no reason", null, "");
  }

  private static ScopeCause prepared(Source source) {
    if (source == Source.CALL) {
      return BY_CALL;
    }
    if (source == Source.DEADLINE) {
      return BY_DEADLINE;
    }
    return source == Source.FAILURE ? BY_FAILURE : BY_INTERRUPT;
  }

  /** {@return the cause of a deadline that has passed, after this time if it was a time limit} */
  static ScopeCause ofDeadline(@Nullable Duration limit) {
    ScopeCause why = of(Source.DEADLINE, "deadline");
    if (why != BY_DEADLINE) {
      why.limit = limit;
    }
    return why;
  }

  /**
   * Remembers the first wait that a deadline has ended: it is what there was no time for. Allocates
   * nothing.
   */
  @Override
  protected void withdrew(String operation, Object awaited) {
    if (source != Source.DEADLINE || this == BY_DEADLINE) {
      return;
    }
    synchronized (this) {
      if (cutOff == null) {
        cutOff = operation;
        missed = awaited;
      } else {
        others++;
      }
    }
  }

  /** {@return what the deadline has ended, with a blank in front; empty if that is not known} */
  String whileWaiting() {
    String operation;
    Object awaited;
    int more;
    synchronized (this) {
      operation = cutOff;
      awaited = missed;
      more = others;
    }
    if (operation == null || awaited == null) {
      return "";
    }
    return ", while waiting in "
        + operation
        + " for "
        + TextEscaper.textOf(awaited)
        + (more == 0 ? "" : more == 1 ? " and one other wait" : " and " + more + " other waits");
  }

  Source source() {
    return source;
  }

  @Override
  public String reason() {
    if (source == Source.DEADLINE) {
      return start + (limit == null ? "" : " after " + limit) + whileWaiting();
    }
    return name == null ? start : start + "'" + name + "'" + rest;
  }

  @Override
  public InterruptedException toException() {
    return new CancelledException(source, reason());
  }

  @Override
  public String toString() {
    return "ScopeCause[" + source + ", " + reason() + "]";
  }
}
