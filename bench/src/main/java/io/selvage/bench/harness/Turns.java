package io.selvage.bench.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * Measures a row in this process: in each round every library has one turn, in an order that
 * rotates, for a machine on which two processes cannot be compared.
 */
public final class Turns {
  private Turns() {}

  /**
   * Measures a row.
   *
   * @param row what is measured
   * @param pace how long
   * @return the figure of each library: the first quartile of its rounds, because other programs on
   *     the machine can only make a round slower
   * @throws InterruptedException if it is interrupted
   * @throws ExecutionException if the work fails
   */
  public static Map<String, Double> measure(Row row, Pace pace)
      throws InterruptedException, ExecutionException {
    List<Sample> samples = new ArrayList<>();
    for (Candidate candidate : row.candidates()) {
      samples.add(candidate.sample().get());
    }
    for (Sample sample : samples) {
      double unused = sample.take(pace.warmUp().toNanos());
    }
    double[][] figures = new double[samples.size()][pace.rounds()];
    for (int round = 0; round < pace.rounds(); round++) {
      for (int i = 0; i < samples.size(); i++) {
        int which = (round + i) % samples.size();
        figures[which][round] = samples.get(which).take(pace.round().toNanos());
      }
    }
    Map<String, Double> quartiles = new LinkedHashMap<>();
    for (int i = 0; i < figures.length; i++) {
      Arrays.sort(figures[i]);
      quartiles.put(row.candidates().get(i).name(), figures[i][pace.rounds() / 4]);
    }
    return quartiles;
  }
}
