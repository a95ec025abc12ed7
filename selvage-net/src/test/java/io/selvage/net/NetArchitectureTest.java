package io.selvage.net;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The packages of the network: the arrows between them, their sizes, and what none of them does.
 */
class NetArchitectureTest {
  private static final int MOST_TYPES = 25;

  /** Which other packages of this module a package may use. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "io.selvage.net.poll", Set.of(),
          "io.selvage.net", Set.of("io.selvage.net.poll"),
          "io.selvage.net.framing", Set.of("io.selvage.net"),
          "io.selvage.net.server", Set.of("io.selvage.net"),
          "io.selvage.net.tls", Set.of("io.selvage.net"));

  private final JavaClasses types =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.selvage.net");

  @Test
  void theNetworkLeavesThreadsAndTimeToTheKernel() {
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
                .and(target(owner(assignableTo(System.class)))))
        .orShould()
        .callMethodWhere(
            target(nameMatching("sleep|start|startVirtualThread|yield"))
                .and(target(owner(assignableTo(Thread.class)))))
        .check(types);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.selvage.(**)").should().beFreeOfCycles().check(types);
  }

  @Test
  void packagesAreSmall() {
    Map<String, Long> sizes =
        types.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(sizes.keySet()).isEqualTo(ARROWS.keySet());
    assertThat(sizes)
        .allSatisfy((name, size) -> assertThat(size).as(name).isLessThanOrEqualTo(MOST_TYPES));
  }

  @Test
  void dependenciesPointOneWay() {
    for (Map.Entry<String, Set<String>> arrow : ARROWS.entrySet()) {
      Set<String> allowed = new TreeSet<>(arrow.getValue());
      allowed.add(arrow.getKey());
      allowed.add("java..");
      allowed.add("javax.net.ssl..");
      allowed.add("javax.crypto..");
      allowed.add("javax.security.auth..");
      allowed.add("org.jspecify..");
      allowed.add("io.selvage");
      for (String core : Set.of("channel", "function", "kernel", "select")) {
        allowed.add("io.selvage." + core + "..");
      }
      classes()
          .that()
          .resideInAPackage(arrow.getKey())
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(allowed.toArray(String[]::new))
          .check(types);
    }
  }
}
