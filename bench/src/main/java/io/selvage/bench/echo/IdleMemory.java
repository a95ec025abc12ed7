package io.selvage.bench.echo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The bytes for each connection by server, as a table. */
final class IdleMemory {

  /** NaN for what is not known. */
  private record Bytes(double heap, double resident) {}

  private final Map<String, Bytes> servers = new LinkedHashMap<>();

  /** Adds a server; NaN stands for a heap that is not known. */
  void add(String name, double heap, double resident) {
    servers.put(name, new Bytes(heap, resident));
  }

  List<String> lines() {
    double leastHeap = least(Bytes::heap);
    double leastResident = least(Bytes::resident);
    List<String> lines = new ArrayList<>();
    servers.forEach(
        (name, bytes) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "%-16s live heap %s  resident %s",
                    name,
                    text(bytes.heap, leastHeap),
                    text(bytes.resident, leastResident))));
    return lines;
  }

  private double least(ToDoubleFunction<Bytes> of) {
    return servers.values().stream()
        .mapToDouble(of)
        .filter(value -> !Double.isNaN(value))
        .min()
        .orElse(Double.NaN);
  }

  private static String text(double bytes, double least) {
    return Double.isNaN(bytes)
        ? String.format("%14s", "-")
        : String.format(Locale.ROOT, "%6.0f (%.2f)", bytes, bytes / least);
  }
}
