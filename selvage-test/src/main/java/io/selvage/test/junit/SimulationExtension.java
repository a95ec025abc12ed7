package io.selvage.test.junit;

import io.selvage.test.Exploration;
import io.selvage.test.SimulationOptions;
import io.selvage.test.SimulationRun;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs the tests that are a {@link SimulationTest}, which registers it. */
public final class SimulationExtension
    implements BeforeEachCallback, ParameterResolver, InvocationInterceptor {

  /** For JUnit. */
  public SimulationExtension() {}

  // ---- what JUnit would do once, outside of the simulation

  /** Refuses a test that cannot be run as it is annotated, before anything else is run. */
  @Override
  public void beforeEach(ExtensionContext context) {
    try {
      var unused = Settings.options(annotation(context), name(context));
    } catch (IllegalArgumentException e) {
      throw refusal(context, e.getMessage(), e);
    }
    if (context.getTestInstanceLifecycle().orElse(null) == TestInstance.Lifecycle.PER_CLASS) {
      throw refusal(
          context,
          "each run has an instance of its own, but the class asks for one by the life cycle"
              + " PER_CLASS; use PER_METHOD",
          null);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SimulationRun.class
        && parameter.getDeclaringExecutable() instanceof Method;
  }

  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return TestBody.RUN.isBound() ? TestBody.RUN.get() : null;
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invoked,
      ExtensionContext context) {
    invocation.skip();
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invoked,
      ExtensionContext context) {
    invocation.skip();
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invoked,
      ExtensionContext context) {
    throw refusal(
        context, "it is a test of its own; take @RepeatedTest, @ParameterizedTest off it", null);
  }

  // ---- the simulation

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invoked,
      ExtensionContext context) {
    invocation.skip();
    SimulationTest test = annotation(context);
    SimulationOptions options = Settings.options(test, name(context));
    TestBody body = new TestBody(context);
    if (!test.schedule().isEmpty()) {
      var unused = options.replay(test.schedule(), body::run);
    } else if (test.cancelEverywhere()) {
      var unused = options.cancelEverywhere(test.firstSeed(), body::run);
    } else {
      requireEnd(test, options.explore(test.seeds(), body::run));
    }
  }

  private static void requireEnd(SimulationTest test, Exploration seen) {
    if (test.strategy() == StrategyKind.EXHAUSTIVE
        && !seen.complete()
        && seen.runs() >= test.seeds()
        && test.timeBudgetMillis() == 0) {
      throw new AssertionError(
          "the exhaustive search has not come to its end within "
              + seen.runs()
              + " schedules; raise seeds, lower preemptions, or set timeBudgetMillis to run as many"
              + " as there is time for");
    }
  }

  private static SimulationTest annotation(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), SimulationTest.class)
        .orElseThrow(
            () ->
                new ExtensionConfigurationException(
                    "SimulationExtension is registered by @SimulationTest, on the method; do not"
                        + " register it otherwise"));
  }

  /** {@return the name of the simulation, as {@link io.selvage.test.Simulation} makes it} */
  private static String name(ExtensionContext context) {
    Class<?> type = context.getRequiredTestClass();
    String className = type.getName().substring(type.getPackageName().length());
    return className.replaceFirst("^\\.", "").replace('$', '.')
        + "."
        + context.getRequiredTestMethod().getName();
  }

  private static ExtensionConfigurationException refusal(
      ExtensionContext context, @Nullable String why, @Nullable Throwable cause) {
    return new ExtensionConfigurationException(
        "@SimulationTest of " + name(context) + ": " + why, cause);
  }
}
