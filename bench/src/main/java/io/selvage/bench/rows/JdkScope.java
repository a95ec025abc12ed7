package io.selvage.bench.rows;

import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;

/**
 * The StructuredTaskScope of the JDK. It is a preview, so the JVM must run with {@code
 * --enable-preview}.
 */
final class JdkScope implements AutoCloseable {
  private static final Class<?> SCOPE = Handles.named("java.util.concurrent.StructuredTaskScope");
  private static final Class<?> JOINER =
      Handles.named("java.util.concurrent.StructuredTaskScope$Joiner");
  private static final Class<?> SUBTASK =
      Handles.named("java.util.concurrent.StructuredTaskScope$Subtask");

  private static final MethodHandle OPEN = Handles.onClass(SCOPE, "open", SCOPE);
  private static final MethodHandle OPEN_WITH = Handles.onClass(SCOPE, "open", SCOPE, JOINER);
  private static final MethodHandle ANY =
      Handles.onClass(JOINER, "anySuccessfulResultOrThrow", JOINER);
  private static final MethodHandle FORK = Handles.on(SCOPE, "fork", SUBTASK, Callable.class);
  private static final MethodHandle JOIN = Handles.on(SCOPE, "join", Object.class);
  private static final MethodHandle CLOSE = Handles.on(SCOPE, "close", void.class);
  private static final MethodHandle GET = Handles.on(SUBTASK, "get", Object.class);

  private final Object scope;

  private JdkScope(Object scope) {
    this.scope = scope;
  }

  /** {@return one that fails if a subtask fails} */
  static JdkScope open() {
    try {
      return new JdkScope((Object) OPEN.invokeExact());
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** {@return one that waits for the first success} */
  static JdkScope openForAny() {
    try {
      return new JdkScope((Object) OPEN_WITH.invokeExact((Object) ANY.invokeExact()));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** {@return the subtask} */
  Object fork(Callable<?> call) {
    try {
      return (Object) FORK.invokeExact(scope, call);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  Object join() throws InterruptedException {
    try {
      return (Object) JOIN.invokeExact(scope);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** {@return the result of a subtask} */
  static Object get(Object subtask) {
    try {
      return (Object) GET.invokeExact(subtask);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      CLOSE.invokeExact(scope);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(Throwable cause) {
    return new IllegalStateException("a StructuredTaskScope failed", cause);
  }
}
