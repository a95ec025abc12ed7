package io.selvage.test;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.ScopeGroup;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.net.ByteStream;
import io.selvage.service.RequestRegistry;
import io.selvage.sync.Event;
import io.selvage.test.SimulationFailure.Kind;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same seed gives the same steps, wherever and whenever. */
class DeterminismTest {
  static Stream<Strategy> strategies() {
    return Stream.of(
        Strategy.random(),
        Strategy.pos(),
        Strategy.pct(3),
        Strategy.roundRobin(),
        Strategy.mixed());
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void inEveryRun(Strategy strategy) {
    SimulationOptions options = Simulation.options().withStrategy(strategy);
    assertThat(Fingerprints.of(options)).isEqualTo(Fingerprints.of(options));
  }

  @Test
  void onVirtualAndOnPlatformThreads() {
    SimulationOptions options = Simulation.options();
    assertThat(Fingerprints.of(options.withPlatformThreads())).isEqualTo(Fingerprints.of(options));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void inAnotherJvmWithAnotherParallelism(int parallelism) throws Exception {
    assertThat(inAnotherJvm(parallelism)).isEqualTo(Fingerprints.of(Simulation.options()));
  }

  private static String inAnotherJvm(int parallelism) throws Exception {
    String classPath =
        Stream.of(Fingerprints.class, Simulation.class, ByteStream.class, Selvage.class)
            .map(DeterminismTest::placeOf)
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.virtualThreadScheduler.parallelism=" + parallelism,
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                Fingerprints.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return line.strip();
  }

  /** The folder or jar that a class was loaded from, also if it was patched into a module. */
  private static String placeOf(Class<?> type) {
    try {
      URI file = type.getResource(type.getSimpleName() + ".class").toURI();
      if (file.getScheme().equals("jar")) {
        String inside = file.getRawSchemeSpecificPart();
        return Path.of(URI.create(inside.substring(0, inside.indexOf('!')))).toString();
      }
      String up = "../".repeat(type.getPackageName().split("\\.", -1).length);
      return Path.of(file.resolve(up)).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- the check

  @Test
  void theCheckPassesWhatIsDeterministic() {
    SimulationReport report = Simulation.options().checkDeterminism(5, run -> Programs.services());
    assertThat(report.steps()).isPositive();
  }

  @Test
  void theCheckShowsTheFirstStepThatDiffers() {
    int[] runs = {0};
    SimulationFailure failure =
        Failures.thrownBy(
            () ->
                Simulation.options()
                    .checkDeterminism(
                        5,
                        run -> {
                          runs[0]++;
                          TaskGroup.run(
                              group -> {
                                group.launch("a", () -> Selvage.checkpoint());
                                group.launch(
                                    "b",
                                    () -> {
                                      if (runs[0] == 1) {
                                        Selvage.checkpoint();
                                      } else {
                                        Selvage.throwIfCancelled();
                                      }
                                    });
                              });
                        }));
    assertThat(failure.kind()).isEqualTo(Kind.NOT_DETERMINISTIC);
    assertThat(failure)
        .hasMessageContaining("The first step that differs")
        .hasMessageContaining("group/b")
        .hasMessageContaining("Selvage.checkpoint")
        .hasMessageContaining("Selvage.throwIfCancelled");
  }

  /** What the check finds if the order of many tasks is that of an identity map. */
  private static SimulationFailure failureOfTasks(BiConsumer<TaskGroup, String> launchByName) {
    return Failures.thrownBy(
        () ->
            Simulation.options()
                .checkDeterminism(
                    5,
                    run -> {
                      IdentityHashMap<Object, String> names = new IdentityHashMap<>();
                      for (int i = 0; i < 50; i++) {
                        names.put(new Object(), "task-" + i);
                      }
                      TaskGroup.run(
                          group ->
                              names.values().forEach(name -> launchByName.accept(group, name)));
                    }));
  }

  /** Identity hash codes are the classical source of an order that differs from run to run. */
  @Test
  void theCheckFindsTheOrderOfAnIdentityMap() {
    SimulationFailure failure =
        failureOfTasks(
            (group, name) ->
                group.launch(
                    name,
                    () -> {
                      int turns = name.length() + name.hashCode() % 3;
                      for (int i = 0; i < turns; i++) {
                        Selvage.checkpoint();
                      }
                    }));
    assertThat(failure.kind()).isEqualTo(Kind.NOT_DETERMINISTIC);
  }

  /** The tasks do the same, so only their names tell that their order differs. */
  @Test
  void theCheckFindsTasksInAnotherOrder() {
    SimulationFailure failure =
        failureOfTasks((group, name) -> group.launch(name, Selvage::checkpoint));
    assertThat(failure.kind()).isEqualTo(Kind.NOT_DETERMINISTIC);
    assertThat(failure).hasMessageContaining("group/task-");
  }

  @Test
  void whateverTheCollectorFinds() {
    long seed = 1;
    assertThat(runWithForgottenOrders(seed, true)).isEqualTo(runWithForgottenOrders(seed, false));
  }

  private static SimulationReport runWithForgottenOrders(long seed, boolean collected) {
    return Simulation.run(
        seed,
        () ->
            TaskGroup.run(
                group -> {
                  Event end = new Event();
                  Task<?> longOne = group.launch("long", () -> end.await());
                  forgetOrders(longOne);
                  if (collected) {
                    collect();
                  }
                  forgetOrders(longOne);
                  end.set();
                }));
  }

  /** So many that some are swept out. */
  private static void forgetOrders(Task<?> task) {
    for (int i = 0; i < 100; i++) {
      assertThat(Tasks.asCompleted(List.of(task)).ended()).isZero();
    }
  }

  private static void collect() {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    while (garbage.get() != null) {
      System.gc();
    }
  }

  // ---- the library's own order

  @Test
  void scopeGroupsAndRegistriesHaveAnOrder() {
    for (long seed = 0; seed < 10; seed++) {
      Simulation.options()
          .checkDeterminism(
              seed,
              () -> {
                ScopeGroup running = new ScopeGroup();
                RequestRegistry<Object, String> replies = new RequestRegistry<>();
                TaskGroup.run(
                    group -> {
                      for (int i = 0; i < 8; i++) {
                        group.fork(() -> running.run(() -> Selvage.sleep(ofDays(1))));
                        group.fork(
                            () ->
                                assertThatThrownBy(
                                        () -> replies.request(new Object(), handle -> {}))
                                    .hasMessageContaining("enough"));
                      }
                      Selvage.sleep(ofSeconds(1));
                      running.cancel("enough");
                      replies.failAll(new IOException("enough"));
                    });
              });
    }
  }
}
