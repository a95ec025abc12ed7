package io.selvage.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.bench.harness.Candidate;
import io.selvage.bench.harness.Result;
import io.selvage.bench.harness.Row;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each library of each row runs once; measures nothing. */
@Timeout(60)
class CatalogueTest {
  private static final long MOST = 1_000; // tasks in the charts

  /** Those of channels have a test of their own, with fewer items. */
  static Stream<Arguments> runs() {
    return Catalogue.all().stream()
        .filter(row -> !row.group().equals("channels"))
        .filter(row -> row.growth().isEmpty() || row.growth().get().at() <= MOST)
        .flatMap(
            row ->
                row.candidates().stream()
                    .map(candidate -> Arguments.of(row.title(), candidate.name(), candidate)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("runs")
  void everyLibraryRunsEveryRow(String row, String library, Candidate candidate)
      throws InterruptedException, ExecutionException {
    assertThat(candidate.sample().get().take(0)).as(row + ", " + library).isPositive();
  }

  @Test
  void titlesAreUnique() {
    assertThat(Catalogue.all()).extracting(Row::title).doesNotHaveDuplicates();
  }

  @Test
  void selvageIsTheFirstOfSeveral() {
    assertThat(Catalogue.all())
        .allSatisfy(
            row -> {
              List<String> names = row.candidates().stream().map(Candidate::name).toList();
              assertThat(names).startsWith(Result.SELVAGE).doesNotHaveDuplicates();
              assertThat(names).hasSizeGreaterThan(1);
            });
  }

  @Test
  void allNamesMustMatch() {
    assertThat(Catalogue.matching(List.of())).isEqualTo(Catalogue.all());
    assertThat(
            Catalogue.matching(List.of(Pattern.compile("channels"), Pattern.compile("select2-r"))))
        .extracting(Row::title)
        .containsExactly("channels/select2-rendezvous");
    assertThat(Catalogue.matching(List.of(Pattern.compile("no such row")))).isEmpty();
  }

  @Test
  void rowsAreFoundByTheirTitle() {
    assertThat(Catalogue.named("groups/group-10").name()).isEqualTo("group-10");
    assertThatThrownBy(() -> Catalogue.named("groups/group-11"))
        .hasMessage("there is no row groups/group-11");
  }
}
