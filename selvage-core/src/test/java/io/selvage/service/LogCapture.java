package io.selvage.service;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What is logged to {@code io.selvage} meanwhile. By reflection, as the module does not read
 * java.logging.
 */
public final class LogCapture implements AutoCloseable {
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Object logger;
  private final Class<?> filterType;

  public LogCapture() throws ReflectiveOperationException {
    logger =
        Class.forName("java.util.logging.Logger")
            .getMethod("getLogger", String.class)
            .invoke(null, "io.selvage");
    filterType = Class.forName("java.util.logging.Filter");
    Object filter =
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {filterType}, this::onCall);
    set(filter);
  }

  private Object onCall(Object proxy, Method method, Object[] arguments)
      throws ReflectiveOperationException {
    if (method.getName().equals("isLoggable")) {
      Object level = call(arguments[0], "getLevel");
      messages.add(level + ": " + call(arguments[0], "getMessage"));
      return false;
    }
    return method.getName().equals("hashCode") ? (Object) 1 : (Object) (proxy == arguments[0]);
  }

  private static Object call(Object target, String method) throws ReflectiveOperationException {
    return Class.forName("java.util.logging.LogRecord").getMethod(method).invoke(target);
  }

  private void set(Object filter) throws ReflectiveOperationException {
    Class.forName("java.util.logging.Logger")
        .getMethod("setFilter", filterType)
        .invoke(logger, filter);
  }

  public List<String> messages() {
    return messages;
  }

  @Override
  public void close() throws ReflectiveOperationException {
    set(null);
  }
}
