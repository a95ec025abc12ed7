package io.selvage.bench.rows;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;

/**
 * Jox's supervised scopes. They are compiled with preview features, so the JVM must run with {@code
 * --enable-preview}.
 */
final class JoxScope {
  private static final String PACKAGE = "com.softwaremill.jox.structured.";
  private static final Class<?> SCOPE = Handles.named(PACKAGE + "Scope");
  private static final Class<?> SCOPED = Handles.named(PACKAGE + "Scoped");
  private static final Class<?> FORK = Handles.named(PACKAGE + "Fork");

  private static final MethodHandle SUPERVISED =
      Handles.onClass(Handles.named(PACKAGE + "Scopes"), "supervised", Object.class, SCOPED);
  private static final MethodHandle FORK_USER = Handles.on(SCOPE, "forkUser", FORK, Callable.class);
  private static final MethodHandle JOIN = Handles.on(FORK, "join", Object.class);

  private final Object body;

  private JoxScope(Object body) {
    this.body = body;
  }

  /** The body of a scope. */
  @FunctionalInterface
  interface Body {
    Object run(Object scope) throws InterruptedException;
  }

  /** {@return what opens a scope and runs this body in it} */
  static JoxScope of(Body body) {
    try {
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Body.class, "run", MethodType.methodType(Object.class, Object.class))
              .bindTo(body);
      return new JoxScope(MethodHandleProxies.asInterfaceInstance(SCOPED, run));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.toString(), e);
    }
  }

  Object run() throws InterruptedException {
    try {
      return (Object) SUPERVISED.invokeExact(body);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a scope of Jox failed", e);
    }
  }

  /** {@return a fork that the scope waits for} */
  static Object fork(Object scope, Callable<?> call) throws InterruptedException {
    try {
      return (Object) FORK_USER.invokeExact(scope, call);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a fork of Jox failed", e);
    }
  }

  /** {@return the result of a fork} */
  static Object join(Object fork) throws InterruptedException {
    try {
      return (Object) JOIN.invokeExact(fork);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a fork of Jox failed", e);
    }
  }
}
