package io.selvage.test;

import io.selvage.test.schedule.Schedule;
import java.lang.StackWalker.StackFrame;
import java.util.Set;

/** Names a simulation after the method that asks for it. */
final class Names {
  private static final Set<Class<?>> KIT =
      Set.of(Names.class, Simulation.class, SimulationOptions.class);
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Names() {}

  static String ofCaller() {
    return WALKER.walk(
        frames ->
            frames
                .filter(frame -> !KIT.contains(frame.getDeclaringClass()))
                .findFirst()
                .map(Names::of)
                .orElse("simulation"));
  }

  private static String of(StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    String className = type.getName().substring(type.getPackageName().length());
    String method = frame.getMethodName().replaceAll("^lambda\\$([^$]+)\\$.*", "$1");
    return Schedule.legal(className.replaceFirst("^\\.", "").replace('$', '.') + "." + method);
  }
}
