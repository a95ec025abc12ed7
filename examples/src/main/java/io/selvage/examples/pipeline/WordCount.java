package io.selvage.examples.pipeline;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
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
 * channels are between them, so a fast reader waits for the counting tasks. Besides the different
 * words with their counts, it needs memory for a constant number of lines.
 */
final class WordCount {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:'[\\p{L}\\p{N}]+)*");
  private static final int LINES_AT_ONCE = 256;
  private static final int BATCHES = 16;

  /**
   * What was counted.
   *
   * @param lines the number of lines
   * @param words the number of words
   * @param counts how often each word occurs
   * @param complete whether the sources were read to their ends
   */
  record Total(long lines, long words, Map<String, Long> counts, boolean complete) {}

  private record Part(int lines, Map<String, Integer> counts) {}

  private final int workers;
  private final CancelScope reading;
  private final LongConsumer progress;

  /**
   * Creates a pipeline.
   *
   * @param workers how many tasks count
   * @param reading when it is cancelled, no more is read; the lines that were taken are counted,
   *     and what the reader has in its buffer is not
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
              Task<Boolean> complete = group.fork("read", () -> readAll(sources, batches));
              group.launch("count", () -> countAll(batches, parts));
              Map<String, Long> counts = new HashMap<>();
              long lines = addUp(parts, counts);
              long words = counts.values().stream().mapToLong(Long::longValue).sum();
              return new Total(lines, words, counts, complete.join());
            });
  }

  // ---- reading

  /** Returns whether all was read. */
  private boolean readAll(List<Source> sources, Channel<List<String>> batches) throws Exception {
    try (batches) {
      for (Source source : sources) {
        if (!Selvage.callBlocking(() -> read(source, batches))) {
          return false;
        }
      }
      return true;
    }
  }

  /** The lines that were taken before a cancel are passed on, too. Returns whether all was read. */
  private boolean read(Source source, Channel<List<String>> batches) throws Exception {
    List<String> batch = new ArrayList<>();
    boolean complete =
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
    return complete;
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

  /** Returns the number of lines. */
  private static long addUp(Channel<Part> parts, Map<String, Long> counts)
      throws InterruptedException {
    long[] lines = {0};
    parts.forEach(
        part -> {
          lines[0] += part.lines();
          part.counts().forEach((word, count) -> counts.merge(word, (long) count, Long::sum));
        });
    return lines[0];
  }
}
