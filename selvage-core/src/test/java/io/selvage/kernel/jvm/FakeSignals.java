package io.selvage.kernel.jvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The signals of a system that a test plays: HUP is 1, INT 2 and so on. Calls handlers at once. */
public final class FakeSignals implements SignalSource {
  /** The handler that does what the system does by default: it is noted in {@link #defaults}. */
  public static final Object DEFAULT = "default";

  private static final List<String> NAMES = List.of("?", "HUP", "INT", "QUIT", "USR1", "TERM");

  /** The names of the signals that no receiver got. */
  public final List<String> defaults = new CopyOnWriteArrayList<>();

  /** What is called before a handler is set, with the name of its signal. */
  public final Map<String, Runnable> beforeHandle = new HashMap<>();

  /** The heap is full for this many calls of {@link #handle} and {@link #raise} that come next. */
  public int exhausted;

  /** Every change of a handler. */
  public final List<String> changes = new ArrayList<>();

  private final Map<String, Object> handlers = new HashMap<>();

  /** {@return the handler that is set} */
  public Object current(String name) {
    return handlers.getOrDefault(name, DEFAULT);
  }

  @Override
  public int number(String name) {
    return name.equals("HUP2") ? 1 : NAMES.indexOf(name);
  }

  @Override
  public Object handler(Runnable action) {
    return action;
  }

  @Override
  public Object handle(String name, Object handler) {
    beforeHandle.getOrDefault(name, () -> {}).run();
    allocate();
    Object before = current(name);
    handlers.put(name, handler);
    changes.add(name + (handler == DEFAULT ? " off" : " on"));
    return before;
  }

  private void allocate() {
    if (exhausted > 0) {
      exhausted--;
      throw new OutOfMemoryError("played");
    }
  }

  @Override
  public void call(Object handler, String name) {
    if (handler instanceof Runnable action) {
      action.run();
    } else {
      defaults.add(name);
    }
  }

  @Override
  public void raise(String name) {
    allocate();
    call(current(name), name);
  }
}
