package io.selvage;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
        .resideInAnyPackage(
            "io.selvage.kernel.jvm", "io.selvage.kernel.support", "io.selvage.kernel.carrier")
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

  /** Which packages a package may use, besides {@code function}, the kernel and the JDK. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("io.selvage.function", Set.of()),
          Map.entry("io.selvage.select", Set.of()),
          Map.entry("io.selvage.context", Set.of()),
          Map.entry("io.selvage", Set.of("io.selvage.select")),
          Map.entry("io.selvage.observe", Set.of("io.selvage")),
          Map.entry("io.selvage.sync", Set.of("io.selvage", "io.selvage.select")),
          Map.entry("io.selvage.channel", Set.of("io.selvage", "io.selvage.select")),
          Map.entry("io.selvage.time", Set.of("io.selvage", "io.selvage.select")),
          Map.entry("io.selvage.signal", Set.of("io.selvage", "io.selvage.select")),
          Map.entry(
              "io.selvage.process",
              Set.of("io.selvage", "io.selvage.channel", "io.selvage.select")),
          Map.entry("io.selvage.service", Set.of("io.selvage", "io.selvage.channel")),
          Map.entry("io.selvage.interop", Set.of("io.selvage", "io.selvage.channel")),
          Map.entry(
              "io.selvage.runtime",
              Set.of(
                  "io.selvage",
                  "io.selvage.observe",
                  "io.selvage.select",
                  "io.selvage.signal",
                  "io.selvage.sync")));

  @Test
  void dependenciesPointOneWay() {
    for (Map.Entry<String, Set<String>> arrow : ARROWS.entrySet()) {
      Set<String> allowed = new TreeSet<>(arrow.getValue());
      allowed.addAll(
          List.of(
              arrow.getKey(),
              "io.selvage.function",
              "io.selvage.kernel..",
              "java..",
              "org.jspecify.."));
      classes()
          .that()
          .resideInAPackage(arrow.getKey())
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(allowed.toArray(String[]::new))
          .check(classes);
    }
  }

  @Test
  void eachPackageHasItsArrows() {
    assertThat(classes.stream().map(JavaClass::getPackageName).distinct())
        .filteredOn(name -> !name.startsWith("io.selvage.kernel"))
        .containsExactlyInAnyOrderElementsOf(ARROWS.keySet());
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
