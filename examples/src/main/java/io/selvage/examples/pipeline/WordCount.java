package io.selvage.examples.pipeline;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Counts words: one task reads, several tasks count, and the calling thread adds up. Bounded
 * channels are between them, so a fast reader waits for the counting tasks, and memory stays
 * constant.
 */
final class WordCount {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}']+");
  private static final int LINES_AT_ONCE = 256;
  private static final int BATCHES = 16;

  /**
   * What was counted.
   *
   * @param lines the number of lines
   * @param words the number of words
   * @param counts how often each word occurs
   */
  record Total(long lines, long words, Map<String, Long> counts) {}

  private record Part(int lines, Map<String, Integer> counts) {}

  private final int workers;
  private final CancelScope reading;
  private final LongConsumer progress;

  /**
   * Creates a pipeline.
   *
   * @param workers how many tasks count
   * @param reading when it is cancelled, no more is read, and what was read is counted
   * @param progress gets the number of bytes that were read since the last call
   */
  WordCount(int workers, CancelScope reading, LongConsumer progress) {
    this.workers = workers;
    this.reading = reading;
    this.progress = progress;
  }

  /** Counts the words of all sources. */
  Total count(List<Source> sources) throws InterruptedException {
    Channel<List<String>> batches = Channel.bounded(BATCHES);
    Channel<Part> parts = Channel.bounded(BATCHES);
    return TaskGroup.options()
        .withName("words")
        .call(
            group -> {
              group.launch("read", () -> readAll(sources, batches));
              group.launch("count", () -> countAll(batches, parts));
              return addUp(parts);
            });
  }

  // ---- reading

  private void readAll(List<Source> sources, Channel<List<String>> batches) throws Exception {
    try (batches) {
      for (Source source : sources) {
        if (!reading.isCancelled()) {
          Selvage.runBlocking(() -> read(source, batches));
        }
      }
    }
  }

  /** What was read before a cancel is passed on, too. */
  private void read(Source source, Channel<List<String>> batches) throws Exception {
    List<String> batch = new ArrayList<>();
    var unused =
        reading.<Exception>run(
            () -> {
              try (SourceReader lines = source.open()) {
                for (String line = next(lines); line != null; line = next(lines)) {
                  batch.add(line);
                  if (batch.size() == LINES_AT_ONCE) {
                    batches.send(List.copyOf(batch));
                    batch.clear();
                  }
                }
              }
            });
    if (!batch.isEmpty()) {
      batches.send(List.copyOf(batch));
    }
  }

  private @Nullable String next(SourceReader lines) throws IOException, InterruptedException {
    Selvage.throwIfCancelled();
    long before = lines.bytes();
    String line = lines.readLine();
    progress.accept(lines.bytes() - before);
    return line;
  }

  // ---- counting

  private void countAll(Channel<List<String>> batches, Channel<Part> parts)
      throws InterruptedException {
    try (parts) {
      batches.forEachParallel(workers, batch -> parts.send(countWords(batch)));
    }
  }

  private static Part countWords(List<String> lines) {
    Map<String, Integer> counts = new HashMap<>();
    for (String line : lines) {
      Matcher word = WORD.matcher(line);
      while (word.find()) {
        counts.merge(word.group().toLowerCase(Locale.ROOT), 1, Integer::sum);
      }
    }
    return new Part(lines.size(), counts);
  }

  // ---- adding up

  private static Total addUp(Channel<Part> parts) throws InterruptedException {
    Map<String, Long> counts = new HashMap<>();
    long[] lines = {0};
    parts.forEach(
        part -> {
          lines[0] += part.lines();
          part.counts().forEach((word, count) -> counts.merge(word, (long) count, Long::sum));
        });
    long words = counts.values().stream().mapToLong(Long::longValue).sum();
    return new Total(lines[0], words, counts);
  }
}
