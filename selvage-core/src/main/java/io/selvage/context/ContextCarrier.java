package io.selvage.context;

import java.util.Arrays;
import java.util.LinkedHashSet;

/**
 * Carries values of one thread into work that runs on another one. The library calls {@link
 * #capture} on the thread that hands over the work, and runs the work in the {@link CapturedContext
 * context} on its own thread. {@link Carrying} switches it on.
 *
 * <p>For {@link ScopedValue}s there is {@link #scopedValues}. Anything else is one lambda, for
 * example the mapped diagnostic context of a logging library:
 *
 * {@snippet class="io.selvage.context.ContextSnippets" region="carrier"}
 *
 * <p>Micrometer's context-propagation is reached in the same way: {@code captureAll} of a {@code
 * ContextSnapshotFactory} captures, and {@code setThreadLocals} of the snapshot is a scope around
 * {@code body.run()}. The guide shows that, and a carrier for the spans of OpenTelemetry.
 *
 * <p><b>Threads.</b> Any thread may call it, several at the same time.
 */
@FunctionalInterface
public interface ContextCarrier {

  /**
   * Captures the values of the calling thread, as copies that later changes do not affect. Called
   * each time work is handed over; it must be quick, must not wait, and is under no lock.
   *
   * <p>If it throws, the work is not handed over: the fork, the submission or the start throws that
   * exception, and nothing has happened.
   *
   * @return the context in which the work will run
   */
  CapturedContext capture();

  /**
   * {@return a carrier of these scoped values: those that are bound are bound to the same objects
   * in the work}
   *
   * {@snippet class="io.selvage.context.ContextSnippets" region="scopedValues"}
   *
   * <p>A value that is not bound on the thread that hands over the work is not carried. New threads
   * begin without any. On a thread that exists, for example a home thread or the one that runs a
   * serialized actor, its own binding stays visible then, because a scoped value cannot be unbound.
   * The work can rebind a value for a block of its own, which no other thread sees.
   *
   * @param values at least one
   * @throws IllegalArgumentException if there is none
   */
  static ContextCarrier scopedValues(ScopedValue<?>... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException(
          "values must not be empty, as nothing would be carried; name at least one, or use none()");
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null) {
        throw new NullPointerException("values[" + i + "] is null; name a scoped value");
      }
    }
    return new ScopedValueCarrier(new LinkedHashSet<>(Arrays.asList(values)));
  }

  /**
   * {@return the carrier of nothing: inside of {@code Carrying.run(none(), …)} the carriers of the
   * blocks around it are off}
   */
  static ContextCarrier none() {
    return CarrierList.NONE;
  }
}
