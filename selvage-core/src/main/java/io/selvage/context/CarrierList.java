package io.selvage.context;

import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.support.ForeignThrowable;
import io.selvage.kernel.support.Handover;
import io.selvage.kernel.support.Preload;
import io.selvage.kernel.support.Rethrow;
import io.selvage.kernel.support.Suppression;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The carriers that are on, the outermost first. Immutable. */
final class CarrierList implements Handover {
  static final ContextCarrier NONE =
      new ContextCarrier() {
        @Override
        public CapturedContext capture() {
          return ThrowingRunnable::run;
        }

        @Override
        public String toString() {
          return "none()";
        }
      };

  static {
    Preload.classes( // needed when work has ended
        MethodHandles.lookup(), Rethrow.class, Suppression.class, ForeignThrowable.class);
  }

  private final List<ContextCarrier> carriers;

  private CarrierList(List<ContextCarrier> carriers) {
    this.carriers = List.copyOf(carriers);
  }

  /**
   * {@return what is carried if a carrier is added; null if nothing is, and {@code outer} itself if
   * it has this carrier already}
   */
  static @Nullable Handover with(@Nullable Handover outer, ContextCarrier added) {
    if (added == NONE) {
      return null;
    }
    if (!(outer instanceof CarrierList list)) {
      return new CarrierList(List.of(added));
    }
    if (list.carriers.contains(added)) {
      return list;
    }
    List<ContextCarrier> all = new ArrayList<>(list.carriers);
    all.add(added);
    return new CarrierList(all);
  }

  @Override
  public Captured capture() {
    List<CapturedContext> contexts = new ArrayList<>(carriers.size());
    for (ContextCarrier carrier : carriers) {
      CapturedContext context = carrier.capture();
      if (context == null) {
        throw new NullPointerException(
            "carrier " + carrier + " captured null; return a context that runs its body");
      }
      contexts.add(context);
    }
    return new CapturedList(contexts);
  }

  @Override
  public String toString() {
    return carriers.toString();
  }

  /** One context for each carrier. */
  private record CapturedList(List<CapturedContext> contexts) implements Captured {
    @Override
    public <T extends @Nullable Object> T call(Callable<? extends T> body) throws Exception {
      return new Level<T>(contexts, 0, body).enter();
    }
  }

  /** A run of work in one of its contexts, in which it runs in the next one. */
  private static final class Level<T extends @Nullable Object>
      implements ThrowingRunnable<Exception> {
    /*
     * Protocol. The context is foreign code. It runs this once, on the thread that has entered; then begun is set. After the context has returned,
     * over is set. What the work throws is kept here, so the context can neither replace nor lose it. A run that is refused is kept, too, whichever
     * thread it was on: a context that hides the refusal fails the work anyway. The first of these is thrown, and the others are suppressed on it: what
     * the work has thrown, a refused run, what the context has thrown.
     */
    private final List<CapturedContext> contexts;
    private final int index;
    private final Callable<? extends T> work;
    private final Thread thread = Thread.currentThread();
    private boolean begun;
    private boolean over;
    private @Nullable Throwable thrown;
    private volatile @Nullable IllegalStateException misuse; // also written by other threads
    private @Nullable T result;

    Level(List<CapturedContext> contexts, int index, Callable<? extends T> work) {
      this.contexts = contexts;
      this.index = index;
      this.work = work;
    }

    @SuppressWarnings({"InterruptedExceptionSwallowed", "NullAway"}) // thrown again; it is a T
    T enter() throws Exception {
      Throwable ofContext = null;
      try {
        contexts.get(index).run(this);
      } catch (Throwable t) {
        ofContext = t;
      }
      over = true;
      Throwable refused = misuse;
      Throwable first = thrown != null ? thrown : refused != null ? refused : ofContext;
      if (first != null) {
        suppress(first, refused);
        suppress(first, ofContext == refused ? null : ofContext);
        Rethrow.asDeclared(first);
      }
      if (!begun) {
        throw misused("did not run its body");
      }
      return result;
    }

    @Override
    public void run() throws Exception {
      if (Thread.currentThread() != thread) {
        throw refused("ran its body on another thread, " + Thread.currentThread());
      }
      if (begun || over) {
        throw refused(over ? "ran its body after it had returned" : "ran its body twice");
      }
      begun = true;
      try {
        result =
            index + 1 == contexts.size()
                ? work.call()
                : new Level<T>(contexts, index + 1, work).enter();
      } catch (Throwable t) {
        thrown = t;
        throw t;
      }
    }

    private IllegalStateException refused(String what) {
      IllegalStateException refusal = misused(what);
      misuse = refusal;
      return refusal;
    }

    private IllegalStateException misused(String what) {
      return new IllegalStateException(
          "context "
              + contexts.get(index)
              + " "
              + what
              + "; it must run the body once, on the calling thread, before it returns");
    }

    /** Never fails: what the work has thrown must not be lost. */
    private static void suppress(Throwable first, @Nullable Throwable later) {
      if (later == null || later == first) {
        return;
      }
      try {
        if (ForeignThrowable.causeOf(later) != first) {
          var unused = new Suppression(first).add(later);
        }
      } catch (Throwable noMemory) {
        // the exception of the work is thrown without the later one
      }
    }
  }
}
