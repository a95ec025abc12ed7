package io.selvage.bench.channels;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One workload of all libraries side by side in one process, for a machine on which two processes
 * cannot be compared: in each round every library is timed once, in an order that rotates. {@link
 * ChannelTable} starts it.
 */
final class PairedChannels {
  private static final int ROUNDS = 15;
  private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

  /** So many items at a time. */
  private static final int ITEMS = 16_000;

  private PairedChannels() {}

  /**
   * Prints a line for each library: its name, and the nanoseconds for each item. That is the first
   * quartile of the rounds: other programs on the machine can only make a round slower.
   *
   * @param arguments the name of the workload
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    Workload workload = Workload.valueOf(arguments[0]);
    List<Peer<?>> peers = Peer.of(workload);
    double[][] nanos = new double[peers.size()][ROUNDS];
    for (Peer<?> peer : peers) {
      double unused = time(peer, workload, WARM_UP_NANOS);
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < peers.size(); i++) {
        int which = (round + i) % peers.size();
        nanos[which][round] = time(peers.get(which), workload, ROUND_NANOS);
      }
    }
    for (int i = 0; i < peers.size(); i++) {
      Arrays.sort(nanos[i]);
      System.out.printf(Locale.ROOT, "%s %.1f%n", peers.get(i).name(), nanos[i][ROUNDS / 4]);
    }
  }

  /** The average time of one item. */
  private static double time(Peer<?> peer, Workload workload, long atLeast)
      throws InterruptedException {
    long start = System.nanoTime();
    long items = 0;
    long elapsed;
    do {
      items += peer.run(workload, ITEMS);
      elapsed = System.nanoTime() - start;
    } while (elapsed < atLeast);
    return (double) elapsed / items;
  }
}
