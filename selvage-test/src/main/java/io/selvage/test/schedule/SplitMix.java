package io.selvage.test.schedule;

import java.util.random.RandomGenerator;

/**
 * Random numbers that are the same for the same seed in every JVM: SplitMix64 (Steele, Lea, Flood:
 * Fast splittable pseudorandom number generators, 2014).
 */
public final class SplitMix implements RandomGenerator {
  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  /** Creates one that begins at the seed itself. */
  public SplitMix(long seed) {
    this.state = seed;
  }

  /** Creates one for a purpose: what is drawn for one purpose does not change another one. */
  public SplitMix(long seed, String purpose) {
    this(mix(seed) ^ mix(purpose.hashCode()));
  }

  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** {@return a number from 0 to {@code bound - 1}} */
  public int below(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** {@return true with this probability} */
  public boolean chance(double probability) {
    return (nextLong() >>> 11) * 0x1.0p-53 < probability;
  }

  /** {@return the bits of a number, well mixed} */
  public static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
