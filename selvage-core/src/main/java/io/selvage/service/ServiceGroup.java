package io.selvage.service;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Services that live and end together: started in order, stopped in reverse order, each one joined
 * before the one that it may need is stopped.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="serviceGroup"}
 *
 * <p><b>Failure.</b> If a service cannot be started or does not become ready, all that were started
 * are stopped and joined before the exception is thrown: nothing leaks.
 *
 * <p><b>Threads.</b> Any thread may call anything; {@link #stop} never waits.
 */
public final class ServiceGroup implements AutoCloseable {
  /*
   * Protocol. services and fixed are guarded by this object's lock, which is held for no longer than it takes to read or
   * change them; starting takes a snapshot and closes the list. All else is in the services.
   *
   *   fixed  null ──start──▶ the services in the order of their start, made before, so that a group that is started has it
   *
   * A start that fails, for want of memory for instance, has started nothing (see Service.start). Once one service runs,
   * every way out of this class that is an exception has asked all to stop, by stopAll, which needs no memory.
   *
   * Check with: ServiceGroupTest, ServiceSimulationTest, ServiceExhaustionTest.
   */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final String CLOSED = "service group closed";

  private final Object lock = new Object();
  private final List<Service> services = new ArrayList<>(); // guarded by lock
  private @Nullable List<Service> fixed; // guarded by lock
  private volatile Duration grace = Duration.ZERO;
  private volatile System.@Nullable Logger logger;

  private ServiceGroup() {}

  /**
   * {@return a group of these services}
   *
   * @param services in the order of their start; null ones are left out
   * @throws IllegalArgumentException if two have the same name
   */
  public static ServiceGroup of(@Nullable Service... services) {
    Objects.requireNonNull(services, "services");
    ServiceGroup group = new ServiceGroup();
    for (Service service : services) {
      group.add(service);
    }
    return group;
  }

  /**
   * Adds a service, to be started behind the others.
   *
   * @param service nothing happens if it is null
   * @return this
   * @throws IllegalArgumentException if there is one with this name
   * @throws IllegalStateException if the group was started
   */
  public ServiceGroup add(@Nullable Service service) {
    if (service == null) {
      return this;
    }
    synchronized (lock) {
      if (fixed != null) {
        throw new IllegalStateException(
            "service '"
                + service.name()
                + "' was added to a group that was started; add it before");
      }
      if (services.stream().anyMatch(each -> each.name().equals(service.name()))) {
        throw new IllegalArgumentException(
            "service '" + service.name() + "' is in the group already; names must differ");
      }
      services.add(service);
    }
    return this;
  }

  /**
   * Sets how much time the services have to end by themselves when the group is closed, all
   * together. Unless set, {@link #close} cancels them at once.
   *
   * @param newGrace zero or more; the bodies can read what is left of it as their {@linkplain
   *     CancelScope#effectiveDeadline() deadline}
   * @return this
   * @throws IllegalArgumentException if it is negative or longer than 100 years
   */
  public ServiceGroup graceOnClose(Duration newGrace) {
    var unused = Durations.nanos(newGrace, "grace");
    grace = newGrace;
    return this;
  }

  /**
   * Sets the logger that is told which services do not end. Unless set, each service's own {@link
   * Service#logTo logger} is.
   *
   * @param newLogger called by any thread; what it throws is dropped
   * @return this
   */
  public ServiceGroup logTo(System.Logger newLogger) {
    logger = Objects.requireNonNull(newLogger, "logger");
    return this;
  }

  // ---- starting

  /**
   * Starts all, in order.
   *
   * @return this
   * @throws IllegalStateException if the group or one of its services was started before; those
   *     that this call has started are stopped and joined then
   */
  public ServiceGroup start() {
    List<Service> all = begin();
    int begun = 0;
    try {
      for (; begun < all.size(); begun++) {
        all.get(begun).start();
      }
    } catch (Throwable thrown) {
      endBegun(thrown, all, begun);
      throw thrown;
    }
    return this;
  }

  private void endBegun(Throwable thrown, List<Service> all, int begun) {
    List<Service> running;
    String reason;
    try {
      Exhaustion.point("ServiceGroup.start: end");
      running = all.subList(0, begun);
      reason = "service '" + all.get(begun).name() + "' could not be started";
    } catch (OutOfMemoryError full) {
      for (int i = begun - 1; i >= 0; i--) {
        all.get(i).stop("a service of the group could not be started");
      }
      return;
    }
    endAfter(thrown, running, reason);
  }

  private List<Service> begin() {
    Exhaustion.point("ServiceGroup.begin");
    synchronized (lock) {
      if (fixed != null) {
        throw new IllegalStateException("the group was started before; make a new one");
      }
      List<Service> all = List.copyOf(services);
      fixed = all;
      return all;
    }
  }

  /**
   * Waits until all are ready, for at most {@code timeout} altogether. If one fails, does not
   * become ready in time, or the wait is cancelled, all are stopped and joined first.
   *
   * @param timeout zero or more
   * @return this
   * @throws TimeoutException if the time was over first; names the service
   * @throws ServiceFailedException if a service failed, or ended before it was ready
   * @throws ClosedResourceException if a service was stopped before it was ready
   * @throws IllegalStateException if the group was not started
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public ServiceGroup awaitStarted(Duration timeout) throws InterruptedException, TimeoutException {
    var unused = Durations.nanos(timeout, "timeout");
    List<Service> all = startedServices();
    try {
      if (!CancelScope.moveOnAfter(timeout).run(() -> awaitReady(all))) {
        for (Service service : all) {
          service.throwUnlessReady(timeout);
        }
      }
    } catch (Throwable thrown) {
      endAfter(thrown, all, "the group did not become ready");
      throw thrown;
    }
    return this;
  }

  /**
   * Waits until all are ready. If one fails or the wait is cancelled, all are stopped and joined
   * first.
   *
   * @return this
   * @throws ServiceFailedException if a service failed, or ended before it was ready
   * @throws ClosedResourceException if a service was stopped before it was ready
   * @throws IllegalStateException if the group was not started
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public ServiceGroup awaitStarted() throws InterruptedException {
    List<Service> all = startedServices();
    try {
      awaitReady(all);
    } catch (Throwable thrown) {
      endAfter(thrown, all, "the group did not become ready");
      throw thrown;
    }
    return this;
  }

  /** Waits for all at once, so that the first failure is seen at once, and throws it. */
  private static void awaitReady(List<Service> all) throws InterruptedException {
    try {
      TaskGroup.run(
          group -> all.forEach(each -> group.fork(each.name(), () -> each.awaitStarted())));
    } catch (TaskFailedException e) {
      all.forEach(Service::throwIfNotToBeReady);
      throw e;
    }
  }

  private List<Service> startedServices() {
    synchronized (lock) {
      if (fixed == null) {
        throw new IllegalStateException("the group was not started; call start() first");
      }
      return fixed;
    }
  }

  // ---- stopping

  /**
   * Asks all to stop, in reverse order; as {@link #stop(String)} with the reason "stop".
   *
   * @return this
   */
  public ServiceGroup stop() {
    return stop("stop");
  }

  /**
   * Stops all at once, in reverse order, as {@link Service#stop(String)} does; does not wait for
   * them.
   *
   * @param reason found in their scopes
   * @return this
   */
  public ServiceGroup stop(String reason) {
    Objects.requireNonNull(reason, "reason");
    stopAll(inOrder(), reason);
    return this;
  }

  /** Asks each of them, also if that fails for one: then it throws at the end. */
  private static void stopAll(List<Service> inOrder, String reason) {
    Throwable first = null;
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      try {
        inOrder.get(i).stop(reason);
      } catch (RuntimeException | Error thrown) {
        first = first == null ? thrown : first;
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first != null) {
      throw (RuntimeException) first;
    }
  }

  /**
   * Waits until all have ended, for at most {@code timeout} altogether, and logs an error for each
   * that has not, as {@link Service#joinOrLog(Duration)} does.
   *
   * @param timeout zero or more
   * @return true if all have ended or were never started
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean joinOrLog(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    boolean all = true;
    for (Service service : inOrder().reversed()) {
      all &= service.joinOrTell(logger, deadline.remaining());
    }
    return all;
  }

  /**
   * Stops all, in reverse order, each one joined before the next is stopped, and waits for at most
   * {@code timeout} altogether. When the time is over the others are asked to stop all the same; an
   * error is logged for each that has not ended.
   *
   * @param timeout zero or more
   * @return true if all have ended or were never started
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside; then all have
   *     been asked to stop
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   */
  public boolean stopJoin(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.after(timeout);
    List<Service> inOrder = inOrder();
    boolean all = true;
    try {
      for (Service service : inOrder.reversed()) {
        service.stop();
        all &= service.joinOrTell(logger, deadline.remaining());
      }
    } finally {
      stopAll(inOrder, "stop");
    }
    return all;
  }

  /**
   * Ends all: stops them in reverse order, each one joined before the next is stopped. They are
   * cancelled at once, or when the {@linkplain #graceOnClose grace} is over that was asked for:
   * then a warning is logged for the service that has used it up. For each that has not ended 5
   * seconds later, altogether, an error is logged, and it is left behind.
   *
   * <p><b>Cancellation.</b> This is clean-up: neither a cancellation nor an interrupt of the
   * calling thread cuts it short.
   */
  @Override
  public void close() {
    end(inOrder(), CLOSED);
  }

  /** As {@link #end}, because of {@code thrown}, which is to be thrown on in any case. */
  private void endAfter(Throwable thrown, List<Service> inOrder, String reason) {
    try {
      end(inOrder, reason);
    } catch (Throwable whileEnding) {
      ServiceLog.suppressOn(thrown, whileEnding);
    }
  }

  private void end(List<Service> inOrder, String reason) {
    try {
      Exhaustion.point("ServiceGroup.end");
      CancelScope.shieldUnlimited().run(() -> stopAndJoin(inOrder, reason));
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted inside of a shield", e);
    } catch (Throwable thrown) {
      stopAll(inOrder, reason);
      throw thrown;
    }
  }

  private void stopAndJoin(List<Service> inOrder, String reason) throws InterruptedException {
    Duration asked = grace;
    Deadline graceEnd = Deadline.after(asked);
    Deadline end = graceEnd.plus(CLOSE_LIMIT);
    for (Service service : inOrder.reversed()) {
      Duration left = graceEnd.remaining();
      service.stop(reason, left);
      service.awaitGrace(logger, left, asked);
      service.joinOrTell(logger, end.remaining());
    }
  }

  private List<Service> inOrder() {
    synchronized (lock) {
      return fixed == null ? List.copyOf(services) : fixed;
    }
  }

  @Override
  public String toString() {
    return "ServiceGroup" + inOrder();
  }
}
