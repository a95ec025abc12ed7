package io.selvage.interop.tck;

import io.selvage.channel.Channel;
import org.reactivestreams.tck.TestEnvironment;

/** What the verifications of the rules of reactive streams have in common. */
public final class Kit {
  /** How long a signal may take, on a busy machine, and for how long none is waited for. */
  private static final long SIGNAL_MILLIS = 10_000;

  private static final long NO_SIGNAL_MILLIS = 100;

  /**
   * How long an error may take: 1.0.4 of the kit looks for one once only, behind this time, as it
   * computes the rest of the time that is left wrongly ("=-" for "-=").
   */
  private static final long ERROR_MILLIS = 1_000;

  /** For how long the kit waits before it looks whether a reference was dropped. */
  static final long REFERENCE_MILLIS = 3_000;

  /** More items than any rule wants to see; who asks for more gets a stream that does not end. */
  static final int MANY = 5_000;

  private Kit() {}

  public static TestEnvironment environment() {
    return new TestEnvironment(SIGNAL_MILLIS, NO_SIGNAL_MILLIS, ERROR_MILLIS);
  }

  /** A rule of the kit. */
  interface Rule {
    void check() throws Throwable;
  }

  /**
   * Checks a rule up to five times, until it holds once. For the rule that a reference is dropped:
   * after a garbage collection the kit gives the JVM 100 ms to report the reference, which is too
   * short on a busy machine. A reference that is kept is found each time.
   */
  static void checkReferences(Rule rule) throws Throwable {
    for (int attempt = 1; attempt < 5; attempt++) {
      try {
        rule.check();
        return;
      } catch (AssertionError e) {
        System.gc();
      }
    }
    rule.check();
  }

  static Channel<Integer> channel(long items) {
    Channel<Integer> channel = Channel.unbounded();
    for (int i = 0; i < Math.min(items, MANY); i++) {
      channel.trySend(i);
    }
    if (items <= MANY) {
      channel.close();
    }
    return channel;
  }
}
