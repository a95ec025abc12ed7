package io.selvage.examples.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted, also if the reading is cancelled. */
class WordCountTest {
  @TempDir private Path folder;
  private final CancelScope reading = CancelScope.create();

  private WordCount.Total count(String text, LongConsumer progress) throws Exception {
    Source source = Source.of(Files.writeString(folder.resolve("text.txt"), text));
    return new WordCount(2, reading, progress).count(List.of(source, source));
  }

  @Test
  void anApostropheIsPartOfAWordOnlyBetweenLetters() throws Exception {
    WordCount.Total total = count("It's ' 'quoted' rock'n'roll 42 ''\n", bytes -> {});
    assertThat(total.counts())
        .containsOnly(
            Map.entry("it's", 2L),
            Map.entry("quoted", 2L),
            Map.entry("rock'n'roll", 2L),
            Map.entry("42", 2L));
    assertThat(total.complete()).isTrue();
  }

  @Test
  void theLinesThatWereTakenBeforeACancelAreCounted() throws Exception {
    WordCount.Total total = count("one\ntwo\nthree\n", bytes -> reading.cancel("enough"));
    assertThat(total).isEqualTo(new WordCount.Total(1, 1, Map.of("one", 1L), false));
  }

  /** The reader has found the ends of both files then: nothing is missing. */
  @Test
  void aCancelAfterTheLastLineChangesNothing() throws Exception {
    int[] calls = {0};
    WordCount.Total total =
        count(
            "one\n",
            bytes -> {
              if (++calls[0] == 4) {
                reading.cancel("too late");
              }
            });
    assertThat(reading.isCancelled()).isTrue();
    assertThat(total).isEqualTo(new WordCount.Total(2, 2, Map.of("one", 2L), true));
  }
}
