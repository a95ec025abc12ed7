package io.selvage.bench.channels;

import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Row;
import java.util.List;
import java.util.stream.Stream;

/** Channels and selects. */
public final class ChannelRows {
  /** So many items at a time. */
  private static final int ITEMS = 16_000;

  private ChannelRows() {}

  /** {@return a row for each workload} */
  public static List<Row> all() {
    return Stream.of(Workload.values()).map(ChannelRows::row).toList();
  }

  private static Row row(Workload workload) {
    Row row = Row.timed("channels", workload.title(), "one item is received");
    for (Peer<?> peer : Peer.of(workload)) {
      row = row.with(peer.name(), () -> () -> peer.run(workload, ITEMS));
    }
    return workload.senders().isEmpty()
        ? row
        : row.in(new Growth("senders of a channel", "senders", workload.senders().getAsInt()));
  }
}
