package io.selvage.kernel.jvm;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which receivers get which signals of a machine. */
public final class SignalTable {
  /*
   * Protocol. A handler is set when the first receiver of a signal opens, and the handler before it is set again when the last one closes. Both, and
   * every change of sinks, happen under lock. The thread that delivers a signal reads sinks without it.
   *
   *   Installation   OPEN ──last receiver closes, our handler is set──▶ RESTORED ;   it is never opened again: the next receiver has a new one
   *                  OPEN ──last receiver closes, another handler is set──▶ COVERED ──our handler is found set again──▶ RESTORED
   *
   * Other code may set a handler with sun.misc.Signal while a receiver is open. It replaces ours, and gets ours as the handler before it. If the last
   * receiver closes now, the other handler stays. It may call ours, or set ours again, at any later time: COVERED. Then ours passes the signal on to
   * the handler before it.
   *
   * A signal that no open receiver accepts is not lost. This happens if the last receiver closes meanwhile: the signal is raised again, and goes to
   * the handler that is set now. While an installation is open, one of its receivers accepts the signal, as it leaves sinks before it stops accepting.
   *
   * The JDK calls a handler on a new thread for each signal. Delivery neither waits nor allocates.
   *
   * Check with: SignalTableTest, SignalsTest, SignalSimulationTest.
   */

  /** Where signals go. */
  public interface Sink {
    /**
     * A signal has arrived. Any thread; must not wait, throw or allocate.
     *
     * @return false if it was not accepted, because the receiver is closed
     */
    boolean arrived(int number);
  }

  private static final String BY_SYSTEM = "the operating system lets no process handle it";
  private static final String BY_JVM = "the JVM needs it for itself";

  /** BUS could be handled; the JVM needs it for files that are mapped into memory. */
  private static final Map<String, String> KEPT =
      Map.of(
          "KILL", BY_SYSTEM,
          "STOP", BY_SYSTEM,
          "QUIT", "the JVM prints a thread dump when it arrives",
          "BUS", BY_JVM,
          "FPE", BY_JVM,
          "ILL", BY_JVM,
          "SEGV", BY_JVM);

  private static final Sink[] NONE = {};

  private final SignalSource source;
  private final ConditionLock lock = new ConditionLock();
  private final Map<Integer, Installation> open = new HashMap<>(); // guarded by lock

  /** Creates a table without receivers. */
  public SignalTable(SignalSource source) {
    this.source = source;
  }

  /** {@return the number of a signal, or -1: see {@link SignalSource#number}} */
  public int number(String name) {
    return source.number(name);
  }

  /** Sends the signal to this process. */
  public void raise(String name) {
    source.raise(name);
  }

  /**
   * Registers a receiver for all these signals, or for none if this throws. In this case the sink
   * may have accepted signals meanwhile, which the caller raises again.
   *
   * @param names known ones, each with another number
   * @throws IllegalArgumentException if one of them cannot be handled
   * @throws IllegalStateException if one cannot be handled because of an option of the JVM
   */
  public void open(List<String> names, Sink sink) {
    lock.lock();
    try {
      int added = 0;
      try {
        for (; added < names.size(); added++) {
          add(names.get(added), sink);
        }
      } catch (RuntimeException | Error refused) {
        removeAll(names.subList(0, added), sink);
        throw refused;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes a receiver. Each handler without any more receivers is replaced by the one before. */
  public void close(List<String> names, Sink sink) {
    lock.lock();
    try {
      removeAll(names, sink);
    } finally {
      lock.unlock();
    }
  }

  private void add(String name, Sink sink) {
    int number = source.number(name);
    Installation known = open.get(number);
    if (known != null) {
      known.add(sink);
      return;
    }
    String reason = KEPT.get(name);
    if (reason != null) {
      throw new IllegalArgumentException("the signal " + name + " cannot be received: " + reason);
    }
    Installation made = new Installation(name, number, sink);
    open.put(number, made);
    try {
      made.install();
    } catch (RuntimeException | Error refused) {
      open.remove(number);
      throw refused;
    }
  }

  private void removeAll(List<String> names, Sink sink) {
    for (String name : names) {
      int number = source.number(name);
      Installation from = open.get(number);
      if (from != null && from.remove(sink)) {
        open.remove(number);
        from.uninstall();
      }
    }
  }

  /** One handler of ours, from the first receiver to the last. */
  private final class Installation {
    private final String name;
    private final int number;
    private final Object handler;
    private @Nullable Object previous; // guarded by lock
    private boolean covered; // guarded by lock
    private volatile Sink[] sinks; // written under lock, read by any thread; never changed itself

    Installation(String name, int number, Sink first) {
      this.name = name;
      this.number = number;
      this.sinks = new Sink[] {first};
      this.handler = source.handler(this::arrived);
    }

    void install() {
      previous = source.handle(name, handler);
    }

    void add(Sink sink) {
      Sink[] longer = Arrays.copyOf(sinks, sinks.length + 1);
      longer[longer.length - 1] = sink;
      sinks = longer;
    }

    /** Returns whether it was the last one. */
    boolean remove(Sink sink) {
      Sink[] left =
          Arrays.stream(sinks).filter(each -> each != sink).toArray(length -> new Sink[length]);
      sinks = left.length == 0 ? NONE : left;
      return left.length == 0;
    }

    void uninstall() {
      covered = !restore();
    }

    /** Sets the handler before, unless other code has set one meanwhile: then it returns false. */
    private boolean restore() {
      Object found = source.handle(name, Objects.requireNonNull(previous));
      if (found == handler) {
        return true;
      }
      var unused = source.handle(name, found);
      return false;
    }

    /** The handler: called by a thread of the JDK for each signal. */
    private void arrived() {
      boolean accepted = false;
      for (Sink sink : sinks) {
        accepted |= sink.arrived(number);
      }
      if (!accepted) {
        passOn();
      }
    }

    private void passOn() {
      Object before = null;
      lock.lock();
      try {
        if (covered) {
          covered = !restore();
        }
        if (covered) {
          before = previous;
        }
      } finally {
        lock.unlock();
      }
      if (before == null) {
        source.raise(name);
      } else {
        source.call(before, name);
      }
    }
  }
}
