package io.selvage.kernel.carrier;

import io.selvage.kernel.jvm.EventSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Creates virtual threads that run on carriers of the library, if the application permits it. */
public final class OwnCarriers {
  /** A system property; with the value {@code false} the JDK's scheduler is used in any case. */
  public static final String PROPERTY = "io.selvage.ownCarriers";

  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CarrierPool pool;

  private OwnCarriers(CarrierPool pool) {
    this.pool = pool;
  }

  /**
   * {@return the carriers of the process; null if the package {@code java.lang} is not open to this
   * module, or the JDK has no such scheduler, or the property forbids it}
   *
   * @param broken receives errors of the JDK
   */
  public static @Nullable OwnCarriers ifPermitted(Consumer<Throwable> broken) {
    if (!CarrierAccess.isPermitted() || "false".equals(System.getProperty(PROPERTY))) {
      return null;
    }
    int parallelism =
        number(
            "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    int most = number("jdk.virtualThreadScheduler.maxPoolSize", Math.max(parallelism, 256));
    return new OwnCarriers(new CarrierPool(Math.min(parallelism, most), most, REST_NANOS, broken));
  }

  /** The same properties as for the JDK's scheduler. */
  private static int number(String property, int otherwise) {
    return Math.max(1, Integer.getInteger(property, otherwise));
  }

  /** {@return a builder of virtual threads that run here} */
  public Thread.Builder.OfVirtual builder() {
    return CarrierAccess.builder(pool);
  }

  /** Lets carriers without work wait for the events of {@code source}, in place of any other. */
  public void install(EventSource source) {
    pool.install(source);
  }

  /** The source has ended. */
  public void remove(EventSource source) {
    pool.remove(source);
  }

  @Override
  public String toString() {
    return pool.toString();
  }
}
