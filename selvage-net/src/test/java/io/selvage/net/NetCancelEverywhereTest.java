package io.selvage.net;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.selvage.CancelCase;
import io.selvage.LeakCheck;
import io.selvage.Operation;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.ConnectionWrapper;
import io.selvage.net.server.ServerOperations;
import io.selvage.net.tls.TlsOperations;
import java.net.URL;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Enumerates every operation of the network that may wait, and cancels it in every way at every
 * moment, see {@link CancelCase}.
 *
 * <p>A new operation gets one line in the table of its package.
 */
@ExtendWith(LeakCheck.class)
class NetCancelEverywhereTest {
  private static final List<Operation> OPERATIONS =
      Stream.of(
              StreamOperations.ALL, NetworkOperations.ALL, ServerOperations.ALL, TlsOperations.ALL)
          .flatMap(List::stream)
          .toList();

  private static final String NOT_EXPORTED = "io.selvage.net.poll";

  /** What a program implements. */
  private static final Set<String> OF_THE_PROGRAM =
      Set.of(ConnectionHandler.class.getSimpleName(), ConnectionWrapper.class.getSimpleName());

  static Stream<CancelCase> everything() {
    return CancelCase.allOf(OPERATIONS);
  }

  @ParameterizedTest
  @MethodSource("everything")
  void aCancelledOperationHappensOrDoesNotHappen(CancelCase what) throws Exception {
    what.check();
  }

  /** The name of an operation begins with its method; more may follow after a comma. */
  @Test
  void noOperationIsForgotten() {
    URL classes = Network.class.getProtectionDomain().getCodeSource().getLocation();
    List<String> waiting =
        new ClassFileImporter()
            .importUrl(classes).stream()
                .filter(type -> type.getModifiers().contains(PUBLIC))
                .filter(type -> !type.getPackageName().equals(NOT_EXPORTED))
                .filter(type -> !OF_THE_PROGRAM.contains(type.getSimpleName()))
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getModifiers().contains(PUBLIC))
                .filter(method -> method.getThrowsClause().containsType(InterruptedException.class))
                .filter(method -> !isInherited(method))
                .map(NetCancelEverywhereTest::nameOf)
                .toList();
    assertThat(waiting).hasSizeGreaterThan(30);
    assertThat(waiting)
        .allSatisfy(
            name ->
                assertThat(OPERATIONS)
                    .extracting(Operation::name)
                    .anyMatch(each -> each.equals(name) || each.startsWith(name + ", ")));
  }

  private static boolean isInherited(JavaMethod method) {
    String[] parameters =
        method.getRawParameterTypes().stream().map(JavaClass::getName).toArray(String[]::new);
    return Stream.concat(
            method.getOwner().getAllRawInterfaces().stream(),
            method.getOwner().getAllRawSuperclasses().stream())
        .anyMatch(above -> above.tryGetMethod(method.getName(), parameters).isPresent());
  }

  private static String nameOf(JavaMethod method) {
    return method.getRawParameterTypes().stream()
        .map(JavaClass::getSimpleName)
        .collect(
            Collectors.joining(
                ", ", method.getOwner().getSimpleName() + "." + method.getName() + "(", ")"));
  }
}
