package io.selvage;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules that keep time, order and threads in one place, and the packages in one direction. */
class ArchitectureTest {
  private static final String KERNEL = "io.selvage.kernel..";
  private static final long MOST_TYPES_IN_THE_ROOT = 40;

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.selvage");

  private static final ArchRule NOTHING_ELSE_PARKS_OR_TELLS_TIME =
      noClasses()
          .that()
          .resideOutsideOfPackage(KERNEL)
          .should()
          .dependOnClassesThat()
          .areAssignableTo(LockSupport.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(ThreadLocalRandom.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(RandomGenerator.class)
          .orShould()
          .callMethodWhere(
              target(nameMatching("nanoTime|currentTimeMillis"))
                  .and(target(owner(assignableTo(System.class)))))
          .orShould()
          .callMethodWhere(
              target(nameMatching("sleep|start|startVirtualThread|yield|onSpinWait"))
                  .and(target(owner(assignableTo(Thread.class)))))
          .orShould()
          .callMethodWhere(
              target(nameMatching("start")).and(target(owner(assignableTo(Thread.Builder.class)))))
          .orShould()
          .callMethodWhere(
              target(nameMatching("now")).and(target(owner(nameMatching("java\\.time\\..*")))));

  @Test
  void onlyTheKernelParksSleepsReadsClocksDrawsNumbersAndStartsThreads() {
    NOTHING_ELSE_PARKS_OR_TELLS_TIME.check(classes);
  }

  @Test
  void theRuleFindsAClassThatBreaksIt() {
    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
    assertThatThrownBy(() -> NOTHING_ELSE_PARKS_OR_TELLS_TIME.check(offender))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nanoTime")
        .hasMessageContaining("LockSupport")
        .hasMessageContaining("Thread.sleep")
        .hasMessageContaining("startVirtualThread");
  }

  /** Breaks the rule, on purpose. */
  static final class Offender {
    static long offend() throws InterruptedException {
      Thread.startVirtualThread(LockSupport::park);
      LockSupport.park();
      Thread.sleep(1);
      return System.nanoTime();
    }
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.selvage.(**)").should().beFreeOfCycles().check(classes);
    assertThat(classes.containPackage("io.selvage.kernel")).isTrue();
  }

  @Test
  void packagesAreSmall() {
    Map<String, Long> sizes =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(sizes.remove("io.selvage")).isBetween(1L, MOST_TYPES_IN_THE_ROOT);
    assertThat(sizes).isNotEmpty().allSatisfy((name, size) -> assertThat(size).isLessThan(26));
  }

  @Test
  void theKernelDoesNotKnowItsSimulation() {
    noClasses()
        .that()
        .resideInAPackage("io.selvage.kernel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.selvage.kernel.simulation")
        .check(classes);
    noClasses()
        .that()
        .resideInAnyPackage("io.selvage.kernel.jvm", "io.selvage.kernel.support")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.selvage.kernel", "io.selvage.kernel.simulation")
        .check(classes);
  }

  @Test
  void theKernelDependsOnNoOtherPackage() {
    classes()
        .that()
        .resideInAPackage(KERNEL)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(KERNEL, "java..", "org.jspecify..")
        .check(classes);
  }

  @Test
  void dependenciesPointOneWay() {
    noClasses()
        .that()
        .resideInAPackage("io.selvage.function")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.selvage..").and(resideOutsideOfPackage("io.selvage.function")))
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.selvage.select")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "io.selvage.select",
            "io.selvage.function",
            "io.selvage.kernel..",
            "java..",
            "org.jspecify..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.selvage.context")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "io.selvage.context",
            "io.selvage.function",
            "io.selvage.kernel..",
            "java..",
            "org.jspecify..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.selvage")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.selvage.context..",
            "io.selvage.observe..",
            "io.selvage.channel..",
            "io.selvage.sync..",
            "io.selvage.time..",
            "io.selvage.service..",
            "io.selvage.interop..")
        .check(classes);
    noClasses()
        .that()
        .resideInAnyPackage("io.selvage.channel..", "io.selvage.sync..", "io.selvage.time..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.selvage.service..", "io.selvage.interop..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.selvage.service..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.selvage.interop..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.selvage.interop..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.selvage.service..")
        .check(classes);
  }

  @Test
  void theModuleNeedsNothingButTheJdk() {
    assertThat(TaskGroup.class.getModule().getDescriptor().requires())
        .filteredOn(
            required ->
                !required
                    .modifiers()
                    .contains(java.lang.module.ModuleDescriptor.Requires.Modifier.STATIC))
        .extracting(java.lang.module.ModuleDescriptor.Requires::name)
        .containsExactly("java.base");
    assertThat(TaskGroup.class.getModule().isExported("io.selvage.kernel")).isFalse();
  }
}
