package io.selvage.kernel.carrier;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;

/** The two members of {@code java.lang} that a scheduler of virtual threads needs. */
final class CarrierAccess {
  private static final MethodType OF_CARRIER = MethodType.methodType(Thread.class);
  private static final MethodType OF_BUILDER =
      MethodType.methodType(Thread.Builder.OfVirtual.class, Executor.class);

  private static final MethodHandle CARRIER;
  private static final MethodHandle BUILDER;
  private static final boolean PERMITTED;

  static {
    MethodHandle carrier = MethodHandles.empty(OF_CARRIER);
    MethodHandle builder = MethodHandles.empty(OF_BUILDER);
    boolean found = false;
    if (isOpen()) {
      try {
        carrier = findCarrier();
        builder = findBuilder();
        found = true;
      } catch (ReflectiveOperationException | RuntimeException e) {
        // another JDK, with another scheduler
      }
    }
    CARRIER = carrier;
    BUILDER = builder;
    PERMITTED = found;
  }

  private CarrierAccess() {}

  private static boolean isOpen() {
    return Thread.class.getModule().isOpen("java.lang", CarrierAccess.class.getModule());
  }

  private static MethodHandle findCarrier() throws ReflectiveOperationException {
    var method = Thread.class.getDeclaredMethod("currentCarrierThread");
    method.setAccessible(true);
    return MethodHandles.lookup().unreflect(method);
  }

  private static MethodHandle findBuilder() throws ReflectiveOperationException {
    var constructor =
        Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
            .getDeclaredConstructor(Executor.class);
    constructor.setAccessible(true);
    return MethodHandles.lookup().unreflectConstructor(constructor).asType(OF_BUILDER);
  }

  /** {@return whether the application has opened the package, and the members are there} */
  static boolean isPermitted() {
    return PERMITTED;
  }

  /** {@return the platform thread that runs the calling thread} */
  static Thread currentCarrier() {
    try {
      return (Thread) CARRIER.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** {@return a builder of virtual threads that run on {@code scheduler}} */
  static Thread.Builder.OfVirtual builder(Executor scheduler) {
    try {
      return (Thread.Builder.OfVirtual) BUILDER.invokeExact(scheduler);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static Error failed(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    throw new AssertionError(e); // neither of the two throws anything else
  }
}
