package io.selvage.test.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.test.Simulation;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import org.junit.jupiter.api.Test;

/** Simulations work with another test framework. */
class JUnitIsOptionalTest {

  @Test
  void theModuleCanBeRunWithoutIt() {
    assertThat(Simulation.class.getModule().getDescriptor().requires())
        .filteredOn(required -> required.name().startsWith("org."))
        .isNotEmpty()
        .allSatisfy(required -> assertThat(required.modifiers()).contains(Modifier.STATIC));
  }
}
