package io.selvage.bench.channels;

import java.util.ArrayList;
import java.util.List;

/**
 * A library that has channels.
 *
 * @param <C> its channels
 */
abstract class Peer<C> {
  private final String name;

  Peer(String name) {
    this.name = name;
  }

  /** {@return those that can run a workload, Selvage first} */
  static List<Peer<?>> of(Workload workload) {
    List<Peer<?>> peers =
        new ArrayList<>(List.of(new SelvagePeer(), new KotlinPeer(), new JoxPeer()));
    if (!workload.selects()) {
      peers.addAll(QueuePeer.of(workload.capacity()));
    }
    return peers;
  }

  final String name() {
    return name;
  }

  abstract C newChannel(int capacity);

  /**
   * Runs the parts as tasks of the library, until all of them have ended. Returns the sum of the
   * items at their ends.
   */
  abstract long runAll(List<Part<C>> parts) throws InterruptedException;

  /**
   * Runs a workload once.
   *
   * @return how many items were received
   * @throws IllegalStateException if an item was lost or doubled
   */
  final int run(Workload workload, int items) throws InterruptedException {
    List<Part<C>> parts = workload.parts(this::newChannel, items);
    long sum = runAll(parts);
    long sent = parts.stream().mapToLong(Part::sent).sum();
    if (sum != sent) {
      throw new IllegalStateException(
          name + ", " + workload.title() + ": sent " + sent + ", received " + sum);
    }
    return parts.stream().mapToInt(Part::received).sum();
  }

  @Override
  public final String toString() {
    return name;
  }
}
