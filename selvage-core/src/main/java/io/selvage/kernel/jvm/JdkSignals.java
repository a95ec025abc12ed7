package io.selvage.kernel.jvm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The signals of the process, by {@code sun.misc.Signal} of the module {@code jdk.unsupported}.
 *
 * <p>It is called through method handles: the compiler warns of each use of this class, whatever
 * the annotations say, and the module may be absent.
 */
public final class JdkSignals implements SignalSource {
  /** The signals that the JVM does not touch if it was started with the option -Xrs. */
  private static final Set<String> SHUTDOWN = Set.of("HUP", "INT", "TERM");

  /** The methods of {@code sun.misc.Signal}, with the type Object for its types. */
  private record Methods(
      Class<?> handlerType,
      MethodHandle create,
      MethodHandle number,
      MethodHandle handle,
      MethodHandle raise,
      MethodHandle call) {}

  private final @Nullable Methods methods;

  /** The signals by their names; the system has a few dozen. */
  private final Map<String, Object> signals = new ConcurrentHashMap<>();

  /** Looks for the class. Never fails: its absence is told by the first use. */
  public JdkSignals() {
    methods = find();
  }

  private static @Nullable Methods find() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Lookup lookup = MethodHandles.publicLookup();
      return new Methods(
          handler,
          generic(
              lookup.findConstructor(signal, MethodType.methodType(void.class, String.class)),
              MethodType.methodType(Object.class, String.class)),
          generic(
              lookup.findVirtual(signal, "getNumber", MethodType.methodType(int.class)),
              MethodType.methodType(int.class, Object.class)),
          generic(
              lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler)),
              MethodType.methodType(Object.class, Object.class, Object.class)),
          generic(
              lookup.findStatic(signal, "raise", MethodType.methodType(void.class, signal)),
              MethodType.methodType(void.class, Object.class)),
          generic(
              lookup.findVirtual(handler, "handle", MethodType.methodType(void.class, signal)),
              MethodType.methodType(void.class, Object.class, Object.class)));
    } catch (ReflectiveOperationException absent) {
      return null;
    }
  }

  private static MethodHandle generic(MethodHandle method, MethodType type) {
    return method.asType(type);
  }

  private Methods methods() {
    if (methods == null) {
      throw new UnsupportedOperationException(
          "signals need the module jdk.unsupported, which this JVM runs without; write \"requires"
              + " jdk.unsupported;\" into the module-info of the program, or start java with"
              + " --add-modules jdk.unsupported; a run-time image must contain the module");
    }
    return methods;
  }

  @Override
  public int number(String name) {
    try {
      return (int) methods().number().invokeExact(signal(name));
    } catch (IllegalArgumentException unknown) {
      return -1;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A signal that is known needs no memory. */
  private Object signal(String name) throws Throwable {
    Object known = signals.get(name);
    if (known != null) {
      return known;
    }
    Object created = methods().create().invokeExact(name);
    signals.put(name, created);
    return created;
  }

  @Override
  public Object handler(Runnable action) {
    MethodHandle run;
    try {
      run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
    } catch (ReflectiveOperationException e) {
      throw unexpected(e);
    }
    return MethodHandleProxies.asInterfaceInstance(
        methods().handlerType(), MethodHandles.dropArguments(run, 0, Object.class));
  }

  @Override
  public Object handle(String name, Object handler) {
    try {
      return methods().handle().invokeExact(signal(name), handler);
    } catch (IllegalArgumentException refused) {
      throw refusal(name, refused);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException refusal(String name, IllegalArgumentException refused) {
    String beginning = "the signal " + name + " cannot be received: ";
    return SHUTDOWN.contains(name)
        ? new IllegalStateException(
            beginning
                + "the JVM was started with -Xrs, which leaves HUP, INT and TERM to the operating"
                + " system; start it without -Xrs",
            refused)
        : new IllegalArgumentException(
            beginning + "the JVM or the operating system keeps it", refused);
  }

  @Override
  public void call(Object handler, String name) {
    try {
      methods().call().invokeExact(handler, signal(name));
    } catch (UnsupportedOperationException unsupported) {
      if (!isOfJdk(handler)) {
        throw unsupported;
      }
      // the handler is a function of the operating system or of the JVM
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The JDK wraps native handlers into a class of its own; other code has other modules. */
  private boolean isOfJdk(Object handler) {
    return handler.getClass().getModule() == methods().handlerType().getModule();
  }

  @Override
  public void raise(String name) {
    try {
      methods().raise().invokeExact(signal(name));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException exception) {
      return exception;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
