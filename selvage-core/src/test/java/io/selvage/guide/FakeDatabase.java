package io.selvage.guide;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/** A database whose statements run at once, or until they are cancelled as JDBC has it. */
final class FakeDatabase {
  final Queue<String> log = new ConcurrentLinkedQueue<>();
  final CountDownLatch executing = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final boolean slow;

  FakeDatabase(boolean slow) {
    this.slow = slow;
  }

  DataSource dataSource() {
    return fake(DataSource.class, (method, arguments) -> connection());
  }

  Connection connection() {
    return fake(
        Connection.class,
        (method, arguments) -> {
          log.add(method);
          return method.equals("createStatement") ? statement() : null;
        });
  }

  PreparedStatement statement() {
    return fake(
        PreparedStatement.class,
        (method, arguments) ->
            switch (method) {
              case "executeQuery" -> {
                execute();
                yield rows(List.of("ann", "bob").iterator());
              }
              case "executeUpdate" -> {
                execute();
                log.add(method);
                yield 1;
              }
              case "cancel" -> {
                log.add(method);
                cancelled.countDown();
                yield null;
              }
              default -> null;
            });
  }

  private void execute() throws SQLException {
    executing.countDown();
    if (slow) {
      try {
        cancelled.await();
      } catch (InterruptedException e) {
        log.add("the connection is destroyed by an interrupt");
        Thread.currentThread().interrupt();
      }
      throw new SQLException("the statement was cancelled");
    }
  }

  private static ResultSet rows(Iterator<String> names) {
    return fake(
        ResultSet.class,
        (method, arguments) ->
            switch (method) {
              case "next" -> names.hasNext();
              case "getString" -> names.next();
              default -> null;
            });
  }

  private interface Answer {
    Object to(String method, Object[] arguments) throws SQLException;
  }

  private static <T> T fake(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (Object proxy, Method method, Object[] arguments) ->
                answer.to(method.getName(), arguments)));
  }
}
