package io.selvage.test.connection;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.TaskFailedException;
import io.selvage.function.ThrowingSupplier;
import io.selvage.net.ByteStream;
import io.selvage.test.schedule.SplitMix;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Checks whether an implementation of {@link ByteStream} keeps what the interface promises: what
 * arrives, how it ends, what a cancellation leaves behind.
 *
 * {@snippet class="io.selvage.test.connection.ConnectionSnippets" region="checks"}
 *
 * <p>The checks know nothing of the implementation, and hold for every order in which their tasks
 * run: so they find most in simulations with many seeds, and work outside of them as well.
 */
public final class StreamChecks {
  /** How long one check may take: much more than it needs, in virtual and in real time. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The seed of the sizes and pauses if the caller passes no random numbers. */
  private static final long SEED = 1;

  /**
   * One property.
   *
   * @param name a sentence
   * @param body throws if it does not hold
   */
  record Check(String name, Body body) {}

  /** Uses a new connection, which it may leave in any state. */
  @FunctionalInterface
  interface Body {
    void run(ByteStream here, ByteStream there, RandomGenerator random)
        throws IOException, InterruptedException;
  }

  private static final List<Check> ALL =
      Stream.of(
              StreamTransferChecks.ALL,
              StreamCloseChecks.ALL,
              StreamFrameChecks.ALL,
              StreamCancelChecks.ALL,
              StreamTransferChecks.DUPLEX)
          .flatMap(List::stream)
          .toList();

  private StreamChecks() {}

  /**
   * Checks connections that carry bytes in both directions, with the same random numbers each time.
   *
   * @param streams makes a new connection for each check
   * @throws AssertionError if a property does not hold; its message names it
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static void checkTwoWay(
      ThrowingSupplier<? extends StreamPair<?>, ? extends Exception> streams)
      throws InterruptedException {
    checkTwoWay(streams, new SplitMix(SEED));
  }

  /**
   * Checks connections that carry bytes in both directions.
   *
   * @param streams makes a new connection for each check
   * @param random for sizes and pauses; asked by the calling thread only. In a simulation {@link
   *     io.selvage.test.SimulationRun#random()}
   * @throws AssertionError if a property does not hold; its message names it
   * @throws CancelledException if the calling thread is cancelled
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public static void checkTwoWay(
      ThrowingSupplier<? extends StreamPair<?>, ? extends Exception> streams,
      RandomGenerator random)
      throws InterruptedException {
    Objects.requireNonNull(streams, "streams");
    Objects.requireNonNull(random, "random");
    for (Check check : ALL) {
      run(check, "left to right", () -> open(streams), random);
      run(check, "right to left", () -> open(streams).flipped(), random);
    }
  }

  private static StreamPair<?> open(
      ThrowingSupplier<? extends StreamPair<?>, ? extends Exception> streams) throws Exception {
    return streams.get();
  }

  private static void run(
      Check check,
      String direction,
      ThrowingSupplier<StreamPair<?>, Exception> streams,
      RandomGenerator random)
      throws InterruptedException {
    Random own = new Random(random.nextLong()); // for all tasks of the check: it is thread-safe
    try {
      CancelScope.failAfter(PATIENCE)
          .run(
              () -> {
                try (StreamPair<?> pair = streams.get()) {
                  check.body().run(pair.left(), pair.right(), own);
                }
              });
    } catch (InterruptedException e) {
      throw e;
    } catch (TimeoutException e) {
      throw failure(check, direction, new AssertionError("it does not come to an end", e));
    } catch (TaskFailedException e) {
      throw failure(check, direction, Objects.requireNonNullElse(e.getCause(), e));
    } catch (Exception | AssertionError e) {
      throw failure(check, direction, e);
    }
  }

  private static AssertionError failure(Check check, String direction, Throwable what) {
    String text = what instanceof AssertionError ? what.getMessage() : what.toString();
    return new AssertionError(check.name() + " (" + direction + "): " + text, what);
  }
}
