package io.selvage.service;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/**
 * A service with one body on one thread.
 *
 * {@snippet class="io.selvage.service.ServiceSnippets" region="serviceThread"}
 *
 * <p>{@link Service#stop(String)} cancels the body at once; {@link Service#stop(String, Duration)}
 * first closes the {@linkplain Service#scope() scope}, which the body checks or waits for, and
 * cancels a body that does not end by itself in that time.
 */
public final class ThreadService extends Service {

  /** The body of a service. */
  @FunctionalInterface
  public interface Body {
    /**
     * Runs on the service's thread. It calls {@link Service#started()} when it is ready, and
     * returns when its scope is closed.
     *
     * @param service the service itself
     * @throws Exception if it fails
     */
    void run(ThreadService service) throws Exception;
  }

  private final Body body;

  private ThreadService(String name, boolean platform, Body body) {
    super(name, platform);
    this.body = Objects.requireNonNull(body, "body");
  }

  /**
   * {@return a service on a virtual thread, not started}
   *
   * @param name the name of the service and of its thread
   * @param body the code that it runs
   * @throws IllegalArgumentException if the name is empty
   */
  public static ThreadService virtual(String name, Body body) {
    return new ThreadService(name, false, body);
  }

  /**
   * {@return a service on a platform thread, not started}
   *
   * @param name the name of the service and of its thread
   * @param body the code that it runs
   * @throws IllegalArgumentException if the name is empty
   */
  public static ThreadService platform(String name, Body body) {
    return new ThreadService(name, true, body);
  }

  @Override
  public ThreadService start() {
    super.start();
    return this;
  }

  @Override
  public ThreadService onUncaught(BiConsumer<String, Throwable> handler) {
    super.onUncaught(handler);
    return this;
  }

  @Override
  public ThreadService logTo(System.Logger newLogger) {
    super.logTo(newLogger);
    return this;
  }

  @Override
  public ThreadService awaitStarted() throws InterruptedException {
    super.awaitStarted();
    return this;
  }

  @Override
  public ThreadService awaitStarted(Duration timeout)
      throws InterruptedException, TimeoutException {
    super.awaitStarted(timeout);
    return this;
  }

  @Override
  void runBody() throws Exception {
    body.run(this);
  }

  @Override
  void onEnd() {}
}
