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
   *                  A close may fail while the heap is full. It changes sinks last, so the installation is still OPEN, and the close can be repeated.
   *
   * Other code may set a handler with sun.misc.Signal while a receiver is open. It replaces ours, and gets ours as the handler before it. If the last
   * receiver closes now, the other handler stays. It may call ours, or set ours again, at any later time: COVERED. Then ours passes the signal on to
   * the handler before it.
   *
   * The JDK has no call that reads the handler. So restore sets the handler before, looks at what it has replaced, and sets that again if it is not
   * ours. Between these two calls a signal goes to the handler before. This happens at each close under another handler, and at each signal that such
   * a handler passes to ours. displaced keeps the handler that is to be set again, so a second attempt after a failure sets it.
   *
   * If the heap becomes full inside of the JDK after it has set our handler for the first time, the open fails and the JDK does not return the handler
   * before. Then nothing can be restored: ours stays, and such signals do nothing until another receiver is opened.
   *
   * A signal that no open receiver accepts is not lost. This happens if the last receiver closes meanwhile: the signal is raised again, and goes to
   * the handler that is set now. While an installation is open, one of its receivers accepts the signal, as it leaves sinks before it stops accepting.
   *
   * The JDK calls a handler on a new thread for each signal. Delivery to a receiver neither waits nor allocates. Passing a signal on takes the lock
   * and allocates; it is tried until there is enough memory. The handler of other code is called once, whatever it throws. A receiver that throws
   * does not keep the signal from the others, and counts as one that has accepted it: it would get it again for ever.
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

  /** Sends the signal to this process. Tries again until there is enough memory. */
  public void raise(String name) {
    while (true) {
      try {
        source.raise(name);
        return;
      } catch (OutOfMemoryError full) {
        JdkThreads.yieldIfPossible();
      }
    }
  }

  /**
   * Registers a receiver for all these signals. If this throws, it may be registered for some of
   * them, and the sink may have accepted some: the caller calls {@link #close}, stops accepting,
   * and raises again what has arrived.
   *
   * @param names known ones, each with another number
   * @throws IllegalArgumentException if one of them cannot be handled
   * @throws IllegalStateException if one cannot be handled because of an option of the JVM
   */
  public void open(List<String> names, Sink sink) {
    lock.lock();
    try {
      for (String name : names) {
        add(name, sink);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes a receiver. Each handler without any more receivers is replaced by the one before. If
   * this throws, it can be called again; until then the sink still gets signals.
   *
   * @throws OutOfMemoryError if the heap is full
   */
  public void close(List<String> names, Sink sink) {
    lock.lock();
    try {
      for (String name : names) {
        remove(name, sink);
      }
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

  /** Has no effect on a signal for which the sink is not registered. */
  private void remove(String name, Sink sink) {
    int number = source.number(name);
    Installation from = open.get(number);
    if (from == null) {
      return;
    }
    if (from.isLast(sink)) {
      from.uninstall();
      open.remove(number);
    } else {
      from.remove(sink);
    }
  }

  /** One handler of ours, from the first receiver to the last. */
  private final class Installation {
    private final String name;
    private final int number;
    private final Object handler;
    private @Nullable Object previous; // guarded by lock
    private @Nullable Object displaced; // guarded by lock
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

    boolean isLast(Sink sink) {
      return sinks.length == 1 && sinks[0] == sink;
    }

    /** Another one is there. */
    void remove(Sink sink) {
      sinks = Arrays.stream(sinks).filter(each -> each != sink).toArray(Sink[]::new);
    }

    void uninstall() {
      covered = !restore();
      sinks = NONE;
    }

    /** Sets the handler before, unless other code has set one meanwhile: then it returns false. */
    private boolean restore() {
      if (displaced == null) {
        Object found = source.handle(name, Objects.requireNonNull(previous));
        if (found == handler) {
          return true;
        }
        displaced = found;
      }
      var unused = source.handle(name, displaced);
      displaced = null;
      return false;
    }

    /** The handler: called by a thread of the JDK for each signal. */
    private void arrived() {
      boolean accepted = false;
      Throwable failure = null;
      for (Sink sink : sinks) {
        try {
          accepted |= sink.arrived(number);
        } catch (Throwable broken) {
          accepted = true;
          failure = failure == null ? broken : failure;
        }
      }
      if (!accepted) {
        passOn();
      }
      if (failure != null) {
        throw unchecked(failure);
      }
    }

    private void passOn() {
      Object before;
      lock.lock();
      try {
        if (previous == null) {
          return; // the open has failed inside of the JDK
        }
        before = uncover() ? null : previous;
      } finally {
        lock.unlock();
      }
      if (before == null) {
        raise(name);
      } else {
        source.call(before, name);
      }
    }

    /** Returns whether the handler that is set now can get the signal: it does not call ours. */
    private boolean uncover() {
      while (covered) {
        try {
          covered = !restore();
          return !covered;
        } catch (OutOfMemoryError full) {
          JdkThreads.yieldIfPossible();
        }
      }
      return true;
    }
  }

  private static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return (RuntimeException) failure; // a sink declares no exceptions
  }
}
