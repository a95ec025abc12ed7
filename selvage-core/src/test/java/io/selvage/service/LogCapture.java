package io.selvage.service;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What is logged to {@code io.selvage} and the loggers below it meanwhile. By reflection, as the
 * module does not read java.logging.
 */
public final class LogCapture implements AutoCloseable {
  private static final List<String> LOGGERS =
      List.of(
          "io.selvage",
          "io.selvage.CancelScope",
          "io.selvage.Loop",
          "io.selvage.TaskGroup",
          "io.selvage.channel.Channel",
          "io.selvage.interop.HomeThread",
          "io.selvage.process.ChildProcess",
          "io.selvage.service.LoopService",
          "io.selvage.service.ThreadService");

  /**
   * One record.
   *
   * @param source the class that it seems to come from
   */
  public record Logged(
      String logger, String level, String message, @Nullable Throwable thrown, String source) {}

  private final List<Logged> records = new CopyOnWriteArrayList<>();
  private final Runnable onRecord;
  private final List<Object> loggers = new ArrayList<>(); // kept, as they are held weakly
  private final Class<?> filterType;

  public LogCapture() throws ReflectiveOperationException {
    this(() -> {});
  }

  /**
   * Captures, and runs something as a handler of the program would.
   *
   * @param onRecord called for each record, on the thread that logs
   */
  public LogCapture(Runnable onRecord) throws ReflectiveOperationException {
    this.onRecord = onRecord;
    filterType = Class.forName("java.util.logging.Filter");
    Method getLogger =
        Class.forName("java.util.logging.Logger").getMethod("getLogger", String.class);
    for (String name : LOGGERS) {
      loggers.add(getLogger.invoke(null, name));
    }
    set(
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {filterType}, this::onCall));
  }

  private Object onCall(Object proxy, Method method, Object[] arguments)
      throws ReflectiveOperationException {
    if (method.getName().equals("isLoggable")) {
      Object record = arguments[0];
      records.add(
          new Logged(
              (String) call(record, "getLoggerName"),
              call(record, "getLevel").toString(),
              (String) call(record, "getMessage"),
              (Throwable) call(record, "getThrown"),
              (String) call(record, "getSourceClassName")));
      onRecord.run();
      return false;
    }
    return method.getName().equals("hashCode") ? (Object) 1 : (Object) (proxy == arguments[0]);
  }

  private static Object call(Object target, String method) throws ReflectiveOperationException {
    return Class.forName("java.util.logging.LogRecord").getMethod(method).invoke(target);
  }

  private void set(@Nullable Object filter) throws ReflectiveOperationException {
    Method setFilter = Class.forName("java.util.logging.Logger").getMethod("setFilter", filterType);
    for (Object logger : loggers) {
      setFilter.invoke(logger, filter);
    }
  }

  /** {@return level and message of each record} */
  public List<String> messages() {
    return records.stream().map(record -> record.level() + ": " + record.message()).toList();
  }

  public List<Logged> records() {
    return records;
  }

  @Override
  public void close() throws ReflectiveOperationException {
    set(null);
  }
}
