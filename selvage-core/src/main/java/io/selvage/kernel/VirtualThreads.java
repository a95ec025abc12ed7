package io.selvage.kernel;

import io.selvage.kernel.carrier.OwnCarriers;
import io.selvage.kernel.jvm.EventSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the virtual threads of the library run. */
public final class VirtualThreads {
  private static final @Nullable OwnCarriers OWN =
      OwnCarriers.ifPermitted(
          broken -> Log.error("the JDK failed to run a virtual thread", broken));

  private VirtualThreads() {}

  /** {@return a builder of virtual threads} */
  static Thread.Builder.OfVirtual builder() {
    return OWN == null ? Thread.ofVirtual() : OWN.builder();
  }

  /**
   * {@return the carriers of the library, for dumps; empty if virtual threads run on the scheduler
   * of the JDK}
   */
  public static Optional<String> ownCarriers() {
    return Optional.ofNullable(OWN).map(OwnCarriers::toString);
  }

  /**
   * Lets carriers of the library wait for events when they have nothing to run.
   *
   * @return false if the library has no carriers; then the caller needs a thread for that
   */
  public static boolean install(EventSource source) {
    if (OWN == null) {
      return false;
    }
    OWN.install(source);
    return true;
  }

  /** The source has ended; carriers wait for its events no more. */
  public static void remove(EventSource source) {
    if (OWN != null) {
      OWN.remove(source);
    }
  }
}
