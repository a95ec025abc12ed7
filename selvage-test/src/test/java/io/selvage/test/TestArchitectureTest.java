package io.selvage.test;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rooms of the test kit: the arrows between them, their sizes, and what none of them does. */
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
        .resideOutsideOfPackage("io.selvage.test.junit")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.junit..")
        .check(classes);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.selvage.(**)").should().beFreeOfCycles().check(classes);
    assertThat(classes.containPackage("io.selvage.test.run")).isTrue();
  }

  @Test
  void packagesAreSmall() {
    Map<String, Long> sizes =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(sizes)
        .hasSizeGreaterThan(4)
        .allSatisfy((name, size) -> assertThat(size).as(name).isLessThanOrEqualTo(15));
  }

  @Test
  void dependenciesPointOneWay() {
    kitPackageUsesOnly("io.selvage.test.schedule");
    kitPackageUsesOnly("io.selvage.test.run", "io.selvage.test.schedule");
    kitPackageUsesOnly(
        "io.selvage.test.connection", "io.selvage.test.run", "io.selvage.test.schedule");
    kitPackageUsesOnly("io.selvage.test.net", "io.selvage.test.run", "io.selvage.test.schedule");
    kitPackageUsesOnly("io.selvage.test", "io.selvage.test.run", "io.selvage.test.schedule");
    kitPackageUsesOnly("io.selvage.test.junit", "io.selvage.test");
  }

  /** It uses itself, these, and what is not of the kit. */
  private void kitPackageUsesOnly(String name, String... others) {
    DescribedPredicate<JavaClass> ofTheKit = resideInAPackage("io.selvage.test..");
    noClasses()
        .that()
        .resideInAPackage(name)
        .should()
        .dependOnClassesThat(
            ofTheKit.and(not(resideInAPackage(name))).and(not(resideInAnyPackage(others))))
        .check(classes);
  }
}
