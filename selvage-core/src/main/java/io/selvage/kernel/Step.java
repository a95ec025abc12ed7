package io.selvage.kernel;

import io.selvage.kernel.jvm.StackReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The points at which a simulation may let another thread run first: before each operation, and
 * inside some operations at places where a race is possible.
 *
 * <p>Without a simulation in the process a step costs one read. Must not be called under a lock.
 */
public final class Step {
  private static final VarHandle SIMULATIONS;

  static {
    try {
      SIMULATIONS =
          MethodHandles.lookup().findStaticVarHandle(Step.class, "simulations", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("FieldCanBeFinal") // written through SIMULATIONS
  private static volatile int simulations;

  private Step() {}

  /**
   * The calling thread begins an operation that never waits.
   *
   * @throws StackOverflowError if there is not enough stack left to complete the operation
   */
  public static void before(String operation) {
    StackReserve.ensure();
    beforeEnd(operation);
  }

  /**
   * As {@link #before}, without a step: for an operation that makes its steps later.
   *
   * @throws StackOverflowError if there is not enough stack left to complete the operation
   */
  public static void reserveStack() {
    StackReserve.ensure();
  }

  /**
   * As {@link #before}, for the end of an operation that the same method has begun: the call at the
   * beginning has checked the stack, and an end must not fail.
   */
  public static void beforeEnd(String operation) {
    if (simulations != 0) {
      take(operation, true);
    }
  }

  /** The calling thread is between two halves of an operation. */
  public static void within(String place) {
    if (simulations != 0) {
      take(place, false);
    }
  }

  /** {@return whether the fault point of this name must fail now} */
  public static boolean fails(String faultPoint) {
    if (simulations == 0) {
      return false;
    }
    ThreadRecord self = ThreadRecord.known();
    return self != null && self.machine().fails(self, faultPoint);
  }

  /** {@return whether a simulation runs in this process} */
  public static boolean simulating() {
    return simulations != 0;
  }

  private static void take(String operation, boolean begins) {
    ThreadRecord self = ThreadRecord.known();
    if (self != null) {
      self.machine().step(self, operation, begins);
    }
  }

  /** A simulation begins (1) or ends (-1). */
  public static void count(int change) {
    var unused = (int) SIMULATIONS.getAndAdd(change);
  }
}
