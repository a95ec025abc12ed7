package io.selvage.test.junit;

import io.selvage.CancelledException;
import io.selvage.kernel.support.SimulationAbandoned;
import io.selvage.test.SimulationRun;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExecutableInvoker;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.opentest4j.TestAbortedException;

/** A test method with those before and after it: run again and again, on new instances. */
final class TestBody {
  /** The run that the calling thread is the body of. */
  static final ScopedValue<SimulationRun> RUN = ScopedValue.newInstance();

  private final ExecutableInvoker invoker;
  private final List<Constructor<?>> constructors; // outermost class first
  private final List<Call> before;
  private final Call test;
  private final List<Call> after;

  /**
   * A method to call.
   *
   * @param level of the instance it is called on; 0 is the outermost one
   */
  private record Call(int level, Method method) {}

  /** Takes the classes from JUnit's own instances. */
  TestBody(ExtensionContext context) {
    List<? extends Class<?>> classes =
        context.getRequiredTestInstances().getAllInstances().stream()
            .map(Object::getClass)
            .toList();
    int innermost = classes.size() - 1;
    invoker = context.getExecutableInvoker();
    constructors = classes.stream().<Constructor<?>>map(TestBody::constructor).toList();
    test = new Call(innermost, context.getRequiredTestMethod());
    before = new ArrayList<>();
    for (int level = 0; level <= innermost; level++) {
      before.addAll(calls(classes, level, BeforeEach.class, HierarchyTraversalMode.TOP_DOWN));
    }
    after = new ArrayList<>();
    for (int level = innermost; level >= 0; level--) {
      after.addAll(calls(classes, level, AfterEach.class, HierarchyTraversalMode.BOTTOM_UP));
    }
  }

  /** JUnit has seen to it that there is one. */
  private static Constructor<?> constructor(Class<?> type) {
    return Arrays.stream(type.getDeclaredConstructors())
        .filter(constructor -> !constructor.isSynthetic())
        .findFirst()
        .orElseThrow();
  }

  private static List<Call> calls(
      List<? extends Class<?>> classes,
      int level,
      Class<? extends Annotation> annotation,
      HierarchyTraversalMode order) {
    return AnnotationSupport.findAnnotatedMethods(classes.get(level), annotation, order).stream()
        .map(method -> new Call(level, method))
        .toList();
  }

  void run(SimulationRun run) {
    ScopedValue.where(RUN, run).run(this::runOnNewInstances);
  }

  private void runOnNewInstances() {
    List<Object> instances = newInstances();
    Throwable thrown = null;
    try {
      before.forEach(call -> invoke(call, instances));
      invoke(test, instances);
    } catch (Throwable failure) {
      thrown = failure;
    }
    for (Call call : after) {
      try {
        invoke(call, instances);
      } catch (Throwable failure) {
        thrown = both(thrown, failure);
      }
    }
    if (thrown != null) {
      throwAsIs(thrown);
    }
  }

  private List<Object> newInstances() {
    List<Object> instances = new ArrayList<>();
    for (Constructor<?> constructor : constructors) {
      instances.add(
          instances.isEmpty()
              ? invoker.invoke(constructor)
              : invoker.invoke(constructor, instances.getLast()));
    }
    return instances;
  }

  private void invoke(Call call, List<Object> instances) {
    var unused = invoker.invoke(call.method(), instances.get(call.level()));
  }

  private static Throwable both(@Nullable Throwable first, Throwable then) {
    if (first == null) {
      return then;
    }
    if (then instanceof SimulationAbandoned) {
      return first; // it says nothing that is not known
    }
    if (isNoFailure(first) && !isNoFailure(then)) {
      then.addSuppressed(first);
      return then;
    }
    if (first != then) {
      first.addSuppressed(then);
    }
    return first;
  }

  /** A cancellation or an abort must not hide what an AfterEach method asserts. */
  private static boolean isNoFailure(Throwable thrown) {
    return thrown instanceof CancelledException || thrown instanceof TestAbortedException;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // methods may throw anything
  private static <X extends Throwable> void throwAsIs(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
