package io.selvage.bench.harness;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured of a row.
 *
 * @param row what was measured
 * @param figures by library, Selvage first; one for each fork
 */
public record Result(Row row, Map<String, List<Double>> figures) {
  /** The name of this library. */
  public static final String SELVAGE = "Selvage";

  /** Copies the map. */
  public Result {
    figures = new LinkedHashMap<>(figures);
  }

  /**
   * Another library beside this one.
   *
   * @param name of the other one
   * @param figure of the other one, the median of the forks
   * @param ratio the other one divided by Selvage: above 1 Selvage needs less
   */
  public record Peer(String name, double figure, Statistics.Ratio ratio) {}

  /** {@return the figure of Selvage, the median of the forks} */
  public double selvage() {
    return Statistics.median(of(SELVAGE));
  }

  /**
   * {@return the figures of a library}
   *
   * @param name of the library
   */
  public List<Double> of(String name) {
    List<Double> list = figures.get(name);
    if (list == null) {
      throw new IllegalArgumentException(name + " was not measured in " + row.title());
    }
    return list;
  }

  /** {@return the other libraries, the best one first} */
  public List<Peer> peers() {
    return figures.keySet().stream()
        .filter(name -> !name.equals(SELVAGE))
        .map(
            name ->
                new Peer(
                    name, Statistics.median(of(name)), Statistics.ratio(of(name), of(SELVAGE))))
        .sorted(Comparator.comparingDouble(peer -> peer.ratio().median()))
        .toList();
  }

  /** {@return the best other library, if there is another one} */
  public Optional<Peer> best() {
    return peers().stream().findFirst();
  }

  /** {@return whether another library needs less} */
  public boolean isBehind() {
    return best().map(peer -> peer.ratio().median() < 1).orElse(false);
  }
}
