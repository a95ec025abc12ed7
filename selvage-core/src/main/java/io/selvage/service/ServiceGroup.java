package io.selvage.service;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.kernel.Durations;
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
   * Protocol. services and started are guarded by this object's lock, which is held for no longer than it takes to read or
   * change them; starting takes a snapshot and closes the list. All else is in the services.
   */
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final String CLOSED = "service group closed";

  private final Object lock = new Object();
  private final List<Service> services = new ArrayList<>(); // guarded by lock
  private boolean started; // guarded by lock

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
      if (started) {
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

  // ---- starting

  /**
   * Starts all, in order.
   *
   * @return this
   * @throws IllegalStateException if the group or one of its services was started before; those
   *     that this call has started are stopped and joined then
   */
  public ServiceGroup start() {
    List<Service> begun = new ArrayList<>();
    for (Service service : begin()) {
      try {
        service.start();
      } catch (Throwable thrown) {
        end(begun.reversed(), "service '" + service.name() + "' could not be started");
        throw thrown;
      }
      begun.add(service);
    }
    return this;
  }

  private List<Service> begin() {
    synchronized (lock) {
      if (started) {
        throw new IllegalStateException("the group was started before; make a new one");
      }
      started = true;
      return List.copyOf(services);
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
      if (!CancelScope.moveOnAfter(timeout, () -> awaitReady(all))) {
        for (Service service : all) {
          service.throwUnlessReady(timeout);
        }
      }
    } catch (Throwable thrown) {
      end(all.reversed(), "the group did not become ready");
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
      end(all.reversed(), "the group did not become ready");
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
      if (!started) {
        throw new IllegalStateException("the group was not started; call start() first");
      }
      return List.copyOf(services);
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
   * Asks all to stop, in reverse order, and does not wait for them.
   *
   * @param reason found in their scopes
   * @return this
   */
  public ServiceGroup stop(String reason) {
    Objects.requireNonNull(reason, "reason");
    reversed().forEach(each -> each.stop(reason));
    return this;
  }

  /**
   * Waits until all have ended, for at most {@code timeout} altogether, and logs an error for each
   * that has not.
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
    for (Service service : reversed()) {
      all &= service.joinOrLog(deadline.remaining());
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
    boolean all = true;
    try {
      for (Service service : reversed()) {
        service.stop();
        all &= service.joinOrLog(deadline.remaining());
      }
    } finally {
      stop();
    }
    return all;
  }

  /**
   * Ends all: stops them in reverse order, each one joined before the next is stopped. Those that
   * have not ended after 5 seconds altogether are cancelled, and have as long again; then an error
   * is logged for each that has still not ended.
   *
   * <p><b>Cancellation.</b> This is clean-up: neither a cancellation nor an interrupt of the
   * calling thread cuts it short.
   */
  @Override
  public void close() {
    end(reversed(), CLOSED);
  }

  private static void end(List<Service> lastFirst, String reason) {
    try {
      CancelScope.shieldUnlimited().run(() -> stopAndJoin(lastFirst, reason));
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted inside of a shield", e);
    }
  }

  private static void stopAndJoin(List<Service> lastFirst, String reason)
      throws InterruptedException {
    Deadline graceEnd = Deadline.after(GRACE);
    Deadline end = graceEnd.plus(GRACE);
    try {
      for (Service service : lastFirst) {
        service.stop(reason, graceEnd.remaining()); // first, so that the body reads what is left
        service.stop(reason);
        service.joinOrLog(end.remaining());
      }
    } finally {
      lastFirst.forEach(each -> each.stop(reason));
    }
  }

  private List<Service> reversed() {
    synchronized (lock) {
      return List.copyOf(services).reversed();
    }
  }

  @Override
  public String toString() {
    return "ServiceGroup" + reversed().reversed();
  }
}
