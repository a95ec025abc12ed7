package io.selvage.kernel.simulation;

import io.selvage.kernel.Step;
import io.selvage.kernel.jvm.SignalSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The signals of a run. No handler is set in the JVM; the test raises them. The names and numbers
 * are those of Linux, on every system. Guarded by the turn.
 */
final class SimulatedSignals implements SignalSource {
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  /** The handler of a signal that is not received. */
  private static final Object DEFAULT = "default";

  private final Map<String, Object> handlers = new HashMap<>();

  @Override
  public int number(String name) {
    int index = NAMES.indexOf(name);
    return index < 0 ? -1 : index + 1;
  }

  @Override
  public Object handler(Runnable action) {
    return action;
  }

  @Override
  public Object handle(String name, Object handler) {
    Object before = handlers.put(name, handler);
    return before == null ? DEFAULT : before;
  }

  @Override
  public void call(Object handler, String name) {
    if (handler instanceof Runnable action) {
      action.run();
    }
  }

  @Override
  public void raise(String name) {
    Step.within("signal " + name);
    @Nullable Object handler = handlers.get(name);
    if (handler != null) {
      call(handler, name);
    }
  }

  boolean isReceived(String name) {
    return handlers.getOrDefault(name, DEFAULT) != DEFAULT;
  }
}
