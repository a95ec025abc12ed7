package io.selvage.test.junit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.selvage.test.Simulation;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import org.junit.jupiter.api.Test;

/** Who has another test framework can use simulations. */
class JUnitIsOptionalTest {

  @Test
  void onlyThisPackageKnowsJUnit() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.selvage.test.junit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.junit..", "org.opentest4j..", "io.selvage.test.junit..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.selvage.test"));
  }

  @Test
  void theModuleCanBeRunWithoutIt() {
    assertThat(Simulation.class.getModule().getDescriptor().requires())
        .filteredOn(required -> required.name().startsWith("org."))
        .isNotEmpty()
        .allSatisfy(required -> assertThat(required.modifiers()).contains(Modifier.STATIC));
  }
}
