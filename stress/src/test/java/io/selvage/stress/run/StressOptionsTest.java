package io.selvage.stress.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.stress.run.StressOptions.BadArgumentException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the arguments of the stress run mean. */
class StressOptionsTest {

  @Test
  void withoutArgumentsItIsAnHourOfAllParts() throws Exception {
    StressOptions options = StressOptions.parse(List.of());
    assertThat(options.time()).isEqualTo(Duration.ofMinutes(60));
    assertThat(options.parts()).hasSameSizeAs(Parts.all());
  }

  @Test
  void partsAreChosenByWholeNames() throws Exception {
    StressOptions options =
        StressOptions.parse(
            List.of(
                "--minutes", "0.5", "soak", "--seed", "-9", "--report", "a/b.md", "planted-g.*"));
    assertThat(options.time()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.seed()).isEqualTo(-9);
    assertThat(options.parts())
        .extracting(StressPart::name)
        .containsExactlyInAnyOrder("soak", "planted-growing", "planted-good");
    assertThat(options.csv()).isEqualTo(Path.of("a/b.csv"));
    assertThat(options.logs()).isEqualTo(Path.of("a/b-logs"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --minutes -1    | --minutes must be a number above 0 and at most 525600, such as 0.5; was '-1'
          --minutes NaN   | --minutes must be a number above 0
          --minutes 1h    | --minutes must be a number above 0
          --minutes 1e99  | --minutes must be a number above 0
          --grace 0       | --grace must be a number above 0
          --seed 1.5      | --seed must be an integer of 64 bits, was '1.5'
          --seed          | --seed needs a value
          --report /      | --report must be the path of a file, was '/'
          --verbose       | there is no option --verbose
          so[ak           | the name of a part must be a regular expression, was 'so[ak'
          soa             | no part has a name that matches [soa]; the parts are
          """)
  void wrongOnesAreTold(String arguments, String message) {
    assertThatThrownBy(() -> StressOptions.parse(List.of(arguments.split(" +"))))
        .isInstanceOf(BadArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
