package io.selvage.test;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Also the test kit leaves threads and real time to the kernel; JUnit is for one package only. */
class TestArchitectureTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.selvage.test");

  @Test
  void theKitLeavesThreadsAndTimeToTheKernel() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(LockSupport.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ThreadLocalRandom.class)
        .orShould()
        .callMethodWhere(
            target(nameMatching("nanoTime|currentTimeMillis"))
                .and(target(owner(JavaClass.Predicates.assignableTo(System.class)))))
        .orShould()
        .callMethodWhere(
            target(nameMatching("sleep|start|startVirtualThread|yield|onSpinWait"))
                .and(target(owner(JavaClass.Predicates.assignableTo(Thread.class)))))
        .check(classes);
  }

  @Test
  void onlyOnePackageNeedsJUnit() {
    noClasses()
        .that()
        .resideInAPackage("io.selvage.test")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.junit..")
        .check(classes);
  }

  @Test
  void theKitDoesNotKnowItsJUnitPackage() {
    noClasses()
        .that()
        .resideInAPackage("io.selvage.test")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.selvage.test.junit..")
        .check(classes);
  }
}
