package io.selvage.kernel;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Marks the threads of simulations. The JDK calls it when one of them creates a raw thread. */
public final class CurrentSimulation extends InheritableThreadLocal<@Nullable Machine> {
  private static final CurrentSimulation INSIDE = new CurrentSimulation();

  /**
   * The classes of the JDK that create threads for the JDK itself at any time: most of all, the
   * carriers of virtual threads.
   */
  private static final List<String> JDK =
      List.of(
          "jdk.", "sun.", "java.util.concurrent.ForkJoin", "java.util.concurrent.DelayScheduler");

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private CurrentSimulation() {}

  /** {@return the simulation that the calling thread belongs to, or null} */
  public static @Nullable Machine current() {
    return INSIDE.get();
  }

  public static void enter(Machine machine) {
    INSIDE.set(machine);
  }

  public static void leave() {
    INSIDE.remove();
  }

  /** Creates a thread that is not treated as a raw thread. */
  public static Thread makeThread(Supplier<Thread> factory) {
    Machine inside = INSIDE.get();
    if (inside == null) {
      return factory.get();
    }
    INSIDE.remove();
    try {
      return factory.get();
    } finally {
      INSIDE.set(inside);
    }
  }

  /** Called by the constructor of a thread, on the creating thread. */
  @Override
  protected @Nullable Machine childValue(@Nullable Machine machine) {
    if (machine != null && machine.refusesRawThreads() && !isMadeByTheJdk()) {
      RuntimeException refusal =
          machine.refuse(
              "a raw thread is made on "
                  + Threads.nameOf(Thread.currentThread())
                  + ", a simulated one");
      if (!isInClassInitializer()) {
        throw refusal; // in a class initializer it would make the class unusable; the run has
        // failed anyway
      }
    }
    return null;
  }

  private static boolean isMadeByTheJdk() {
    return WALKER.walk(
        frames ->
            frames
                .filter(frame -> !isOfThread(frame.getDeclaringClass()))
                .findFirst()
                .map(frame -> JDK.stream().anyMatch(frame.getClassName()::startsWith))
                .orElse(false));
  }

  /**
   * Whether this is the class of the thread under construction, or of a builder, and not of the
   * calling code.
   */
  private static boolean isOfThread(Class<?> type) {
    return ThreadLocal.class.isAssignableFrom(type)
        || type.getName().startsWith("java.lang.ThreadLocal")
        || type.getName().startsWith("java.lang.ThreadBuilders")
        || (Thread.class.isAssignableFrom(type) && type.getName().startsWith("j"));
  }

  private static boolean isInClassInitializer() {
    return WALKER.walk(
        frames -> frames.map(StackFrame::getMethodName).anyMatch("<clinit>"::equals));
  }
}
