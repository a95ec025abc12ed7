package io.selvage;

import io.selvage.CancelledException.Source;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.support.TextEscaper;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a scope is cancelled: fixed by the first caller of cancel. */
final class ScopeCause extends CancelCause {
  // One field for each constant: a map of enum constants is created by reflection, which needs
  // stack.
  private static final ScopeCause BY_CALL = withoutMemory(Source.CALL);
  private static final ScopeCause BY_DEADLINE = withoutMemory(Source.DEADLINE);
  private static final ScopeCause BY_FAILURE = withoutMemory(Source.FAILURE);
  private static final ScopeCause BY_INTERRUPT = withoutMemory(Source.INTERRUPT);

  private final Source source;
  private final String start;
  private final @Nullable String name;
  private final String rest;

  // the duration of a deadline; set before other threads can see the cause
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
   * {@return a cause with a reason that contains a name; the text is created when it is first read}
   *
   * <p>A failure must cancel the other tasks even if the heap is full: then the cause is a prepared
   * object, without the reason.
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
   * Remembers the first wait that a deadline has ended, for the message of the timeout. Allocates
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

  /**
   * {@return a description of the wait that the deadline has ended, with a blank in front; empty if
   * it is not known}
   */
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
