package io.selvage.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RuntimeOptionsTest {

  @Test
  void optionsAreCheckedAtOnce() {
    assertThatThrownBy(() -> SelvageRuntime.options().withName(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name must not be empty");
    assertThatThrownBy(() -> SelvageRuntime.options().withLimit(0))
        .hasMessage("limit of running tasks must be >= 1, was 0");
    assertThatThrownBy(() -> SelvageRuntime.options().withPoolSize(0))
        .hasMessage("limit of running calls must be >= 1, was 0");
    assertThat(SelvageRuntime.options()).hasToString("RuntimeOptions[runtime]");
    assertThat(SelvageRuntime.options().withName("app").withLimit(3).withPoolSize(4))
        .hasToString("RuntimeOptions[app, limited to 3, pool of 4]");
  }
}
