package io.selvage.service;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.support.Durations;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Services that live and end together. They are started in order and stopped in reverse order. Each
 * service is joined before an earlier service, which it may need, is stopped.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="serviceGroup"}
 *
 * <p><b>Failure.</b> If a service cannot be started or does not become ready, all services that
 * were started are stopped and joined before the exception is thrown: nothing leaks.
 *
 * <p><b>Threads.</b> Any thread may call any method; {@link #stop} never waits.
 */
public final class ServiceGroup implements AutoCloseable {
  /*
   * Protocol. services and fixed are guarded by this object's lock, which is held only to read or change them. Starting takes a snapshot and closes
   * the list. All other state is in the services.
   *
   *   fixed  null ──start──▶ the services in the order of their start; created before the start, so that a started group always has it
   *
   * A start that fails, for example because there is no memory, has started nothing (see Service.start). Once one service runs, each exception that
   * leaves this class is thrown after stopAll, which needs no memory.
   *
   * Check with: ServiceGroupTest, ServiceGroupSimulationTest, ServiceExhaustionTest.
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
   * @param services in the order of their start; null elements are ignored
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
   * Adds a service, which is started after the others.
   *
   * @param service ignored if it is null
   * @return this
   * @throws IllegalArgumentException if the group contains a service with this name
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
   * Sets how much time the services together have to end by themselves when the group is closed. By
   * default {@link #close} cancels them at once.
   *
   * @param newGrace zero or more; the bodies can read the remaining time as their {@linkplain
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
   * Sets the logger for records about services that do not end. The default is each service's own
   * {@link Service#logTo logger}.
   *
   * @param newLogger called by any thread; its exceptions are ignored
   * @return this
   */
  public ServiceGroup logTo(System.Logger newLogger) {
    logger = Objects.requireNonNull(newLogger, "logger");
    return this;
  }

  // ---- starting

  /**
   * Starts all services, in order.
   *
   * @return this
   * @throws IllegalStateException if the group or one of its services was started before; then the
   *     services that this call has started are stopped and joined
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
   * Waits until all services are ready, for at most {@code timeout} in total. If one fails or does
   * not become ready in time, or if the wait is cancelled, all are stopped and joined before this
   * throws.
   *
   * @param timeout zero or more
   * @return this
   * @throws TimeoutException if the time was over first; the message names the service
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
   * Waits until all services are ready. If one fails or the wait is cancelled, all are stopped and
   * joined before this throws.
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

  /**
   * Waits for all services at the same time, so that the first failure is seen immediately, and
   * throws it.
   */
  private static void awaitReady(List<Service> all) throws InterruptedException {
    try {
      PlainGroup.run(
          TaskGroup.options(),
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
   * Stops all services, in reverse order; as {@link #stop(String)} with the reason "stop".
   *
   * @return this
   */
  public ServiceGroup stop() {
    return stop("stop");
  }

  /**
   * Stops all services immediately, in reverse order, as {@link Service#stop(String)} does; does
   * not wait for them.
   *
   * @param reason the reason of their scopes
   * @return this
   */
  public ServiceGroup stop(String reason) {
    Objects.requireNonNull(reason, "reason");
    stopAll(inOrder(), reason);
    return this;
  }

  /** Stops each of them, even if that fails for one: then it throws at the end. */
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
   * Waits until all services have ended, for at most {@code timeout} in total, and logs an error
   * for each that has not ended, as {@link Service#joinOrLog(Duration)} does.
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
   * Stops all services, in reverse order, each one joined before the next is stopped, and waits for
   * at most {@code timeout} in total. When the time is over, the remaining services are stopped
   * anyway; an error is logged for each that has not ended.
   *
   * @param timeout zero or more
   * @return true if all have ended or were never started
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside; then all were
   *     stopped
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
   * Ends all services: stops them in reverse order, each one joined before the next is stopped.
   * They are cancelled at once, or when the {@linkplain #graceOnClose grace period} is over, if one
   * was set: then a warning is logged for the service that has used it up. After that it waits for
   * 5 more seconds in total. For each service that has not ended then, an error is logged, and this
   * method does not wait for it any longer.
   *
   * <p><b>Cancellation.</b> This is clean-up: neither a cancellation nor an interrupt of the
   * calling thread shortens it.
   */
  @Override
  public void close() {
    end(inOrder(), CLOSED);
  }

  /** As {@link #end}, because of {@code thrown}, which the caller rethrows in any case. */
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
      awaitGrace(service, left, asked);
      service.joinOrTell(logger, end.remaining());
    }
  }

  /** Waits for the end of a grace period, and logs a warning if it was too short. */
  private void awaitGrace(Service service, Duration left, Duration asked)
      throws InterruptedException {
    boolean late =
        service.isStarted()
            && !left.isZero()
            && (!service.awaitStopped(left)
                || (service.work.timedOut() && service.work.cancelledCaught()));
    if (late) {
      service.log.tellWhere(
          logger,
          Level.WARNING,
          "service did not end within its grace of " + asked + ", so it is cancelled: ",
          "",
          service.scope());
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
