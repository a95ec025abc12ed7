package io.selvage.bench.rows;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;

/**
 * Method handles of libraries that were compiled with preview features: to call them like this
 * spares the whole module from that. In constants, the compiler of the JVM sees through them. All
 * references are of type Object, but for callables.
 */
final class Handles {
  private Handles() {}

  static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new LinkageError("there is no " + name, e);
    }
  }

  /** {@return the static method} */
  static MethodHandle onClass(Class<?> in, String name, Class<?> result, Class<?>... parameters) {
    try {
      return generic(
          MethodHandles.lookup().findStatic(in, name, MethodType.methodType(result, parameters)));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("there is no such " + in.getName() + "." + name, e);
    }
  }

  /** {@return the method, whose first argument is the object} */
  static MethodHandle on(Class<?> in, String name, Class<?> result, Class<?>... parameters) {
    try {
      return generic(
          MethodHandles.lookup().findVirtual(in, name, MethodType.methodType(result, parameters)));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("there is no such " + in.getName() + "." + name, e);
    }
  }

  private static MethodHandle generic(MethodHandle handle) {
    MethodType type = handle.type();
    for (int i = 0; i < type.parameterCount(); i++) {
      if (type.parameterType(i) != Callable.class) {
        type = type.changeParameterType(i, Object.class);
      }
    }
    return handle.asType(
        type.returnType() == void.class ? type : type.changeReturnType(Object.class));
  }
}
