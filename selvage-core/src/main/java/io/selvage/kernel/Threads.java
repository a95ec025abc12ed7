package io.selvage.kernel;

import io.selvage.kernel.carrier.OwnCarriers;
import io.selvage.kernel.jvm.EventSource;
import io.selvage.kernel.support.SimulationAbandoned;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the threads of tasks, and starts the threads of services. Virtual threads run on carriers
 * of the library, if the application permits it.
 */
public final class Threads {
  private static final @Nullable OwnCarriers OWN_CARRIERS =
      OwnCarriers.ifPermitted(
          broken -> Log.error("the JDK failed to run a virtual thread", broken));

  private Threads() {}

  // ---- where virtual threads run

  private static Thread.Builder.OfVirtual virtual() {
    return OWN_CARRIERS == null ? Thread.ofVirtual() : OWN_CARRIERS.builder();
  }

  /**
   * {@return the carriers of the library, for dumps; empty if virtual threads run on the scheduler
   * of the JDK}
   */
  public static Optional<String> ownCarriers() {
    return Optional.ofNullable(OWN_CARRIERS).map(OwnCarriers::toString);
  }

  /**
   * Lets carriers of the library wait for events when they have nothing to run.
   *
   * @return false if the library has no carriers; then the caller needs a thread for that
   */
  public static boolean install(EventSource source) {
    if (OWN_CARRIERS == null) {
      return false;
    }
    OWN_CARRIERS.install(source);
    return true;
  }

  /** The source has ended; carriers wait for its events no more. */
  public static void remove(EventSource source) {
    if (OWN_CARRIERS != null) {
      OWN_CARRIERS.remove(source);
    }
  }

  // ---- threads of services and tasks

  /**
   * Starts a daemon thread on the machine of the calling thread. In a simulation the new thread is
   * simulated, too. What is opened on it carries what is carried here; the caller captures the
   * context of its body.
   *
   * @param name its name
   * @param platform whether it is a platform thread; otherwise it is a virtual one
   * @param body the code that the thread runs
   */
  public static void start(String name, boolean platform, Runnable body) {
    start(name, platform, body, failure -> {});
  }

  /**
   * As {@link #start(String, boolean, Runnable)}, for a body that another thread waits for.
   *
   * @param onFailure called on the new thread if it was started and cannot run the body, for
   *     example because the heap is full
   */
  public static void start(
      String name, boolean platform, Runnable body, Consumer<Throwable> onFailure) {
    Thread.Builder builder = platform ? Thread.ofPlatform().daemon() : virtual();
    Work work = new Work(body, onFailure);
    start(make(() -> builder.name(name).unstarted(work)), work);
  }

  /**
   * As {@link #start(String, boolean, Runnable, Consumer)}, for a platform thread that runs only
   * code of the library: it inherits no thread-locals and no context class loader, which it might
   * keep for long.
   */
  public static void startBare(String name, Runnable body, Consumer<Throwable> onFailure) {
    Thread.Builder builder = Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false);
    Work work = new Work(body, onFailure);
    Thread thread = make(() -> builder.name(name).unstarted(work));
    thread.setContextClassLoader(null);
    start(thread, work);
  }

  private static void start(Thread thread, Work work) {
    ThreadRecord self = ThreadRecord.current();
    Machine machine = self.machine();
    ThreadRecord record =
        ThreadRecord.forService(thread, machine.parallel(), failure -> work.startFailure = failure);
    record.setHandover(self.handover());
    work.record = record;
    if (!machine.start(record)) {
      Throwable failure = work.startFailure;
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof RuntimeException exception) {
        throw exception;
      }
      throw new IllegalStateException("cannot start thread '" + thread.getName() + "'", failure);
    }
  }

  /**
   * Creates a thread for a task: a virtual thread, or the kind of thread that the simulation of the
   * calling thread uses.
   *
   * @param name of the thread
   * @param work the code that the thread runs
   */
  public static Thread unstarted(String name, Runnable work) {
    Thread.Builder builder =
        Step.simulating() && isOnPlatformThreads(CurrentSimulation.current())
            ? Thread.ofPlatform().daemon()
            : virtual();
    return make(() -> builder.name(name).unstarted(work));
  }

  /**
   * Creates a thread for the library. A simulation must not treat it as a raw thread.
   *
   * @param factory creates a thread that is not started
   */
  public static Thread make(Supplier<Thread> factory) {
    return Step.simulating() ? CurrentSimulation.makeThread(factory) : factory.get();
  }

  /** {@return the name of a thread, for messages; its kind and number if it has no name} */
  public static String nameOf(Thread thread) {
    String name = thread.getName();
    return name.isEmpty()
        ? "unnamed "
            + (thread.isVirtual() ? "virtual" : "platform")
            + " thread #"
            + thread.threadId()
        : name;
  }

  private static boolean isOnPlatformThreads(@Nullable Machine inside) {
    return inside != null && inside.isOnPlatformThreads();
  }

  private static final class Work implements Runnable {
    private final Runnable body;
    private final Consumer<Throwable> onFailure;
    private @Nullable ThreadRecord record; // set before the thread starts
    private @Nullable Throwable startFailure; // used by the starting thread only

    Work(Runnable body, Consumer<Throwable> onFailure) {
      this.body = body;
      this.onFailure = onFailure;
    }

    @Override
    public void run() {
      ThreadRecord self = Objects.requireNonNull(record);
      try {
        if (begin(self)) {
          body.run();
        }
      } catch (SimulationAbandoned e) {
        // its simulation has ended
      } finally {
        self.end();
      }
    }

    private boolean begin(ThreadRecord self) {
      try {
        return self.begin();
      } catch (SimulationAbandoned e) {
        throw e;
      } catch (Throwable failure) {
        onFailure.accept(failure);
        return false;
      }
    }
  }

  /** Runs foreign code while the library does not interrupt the calling thread. */
  public static void runUndisturbed(Runnable foreign) {
    ThreadRecord self = ThreadRecord.known(); // the library does not interrupt an unknown thread
    boolean held = self != null && self.holdInterrupts();
    try {
      foreign.run();
    } finally {
      if (self != null) {
        self.releaseInterrupts(held);
      }
    }
  }
}
