package io.selvage.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void everythingMayBeLeftOut() {
    Options options = Options.of(List.of());

    assertThat(options.names()).isEmpty();
    assertThat(options.quick()).isFalse();
    assertThat(options.publish()).isFalse();
    assertThat(options.list()).isFalse();
    assertThat(options.ownCarriers()).isFalse();
    assertThat(options.forks()).isEmpty();
  }

  @Test
  void namesAndOptionsMayBeMixed() {
    Options options = Options.of(List.of("channels", "--quick", "select", "--forks", "2"));

    assertThat(options.names()).extracting(Pattern::pattern).containsExactly("channels", "select");
    assertThat(options.quick()).isTrue();
    assertThat(options.forks()).hasValue(2);
    assertThat(Options.of(List.of("--own-carriers")).ownCarriers()).isTrue();
  }

  @Test
  void aFullRunMayBePublished() {
    assertThat(Options.of(List.of("--publish", "--forks", "5")).publish()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "--fork 3; there is no option '--fork'",
        "--forks; --forks needs a number from 1 to 100, not ''",
        "--forks 0; --forks needs a number from 1 to 100, not '0'",
        "--forks 101; --forks needs a number from 1 to 100, not '101'",
        "--forks many; --forks needs a number from 1 to 100, not 'many'",
        "channels (; '(' is no regular expression: Unclosed group",
        "--publish --quick; --publish needs a full run: leave --quick and the names out",
        "--publish channels; --publish needs a full run: leave --quick and the names out",
      })
  void whatMakesNoSenseIsRefused(String arguments, String message) {
    assertThatThrownBy(() -> Options.of(List.of(arguments.split(" "))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
