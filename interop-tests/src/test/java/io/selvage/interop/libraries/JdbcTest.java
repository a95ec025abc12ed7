package io.selvage.interop.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.Canceller;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cancel of JDBC statements, by a driver that loses it and by one that ignores it. */
public class JdbcTest {
  private static final AtomicReference<CountDownLatch> ROWS =
      new AtomicReference<>(new CountDownLatch(0));

  /** Takes hours; calls {@link #row} for each row. */
  private static final String ENDLESS =
      "select count(*) from system_range(1, 100000000000) where ROW_SEEN(x) < 0";

  private final CancelScope scope = CancelScope.create();
  private Connection connection;

  /** A function of the database, by which a statement says how far it is. */
  public static long row(long number) {
    ROWS.get().countDown();
    return number;
  }

  @BeforeEach
  void connect() throws SQLException {
    connection = DriverManager.getConnection("jdbc:h2:mem:");
    try (Statement statement = connection.createStatement()) {
      statement.execute("create alias ROW_SEEN for \"" + JdbcTest.class.getName() + ".row\"");
    }
  }

  @AfterEach
  void theConnectionIsInOrder() throws SQLException {
    assertThat(sumOfRange()).isEqualTo(500_500);
    connection.close();
  }

  /** Long enough to hear of a stray cancel. */
  private long sumOfRange() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select sum(x) from system_range(1, 1000)")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery(ENDLESS)) {
      rows.next();
    }
  }

  private void assertCancelled(CancelledException thrown) {
    assertThat(thrown.getCause())
        .isInstanceOfSatisfying(
            SQLTimeoutException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
  }

  /** Runs a statement without an end, whose scope is cancelled when it has seen so many rows. */
  private void cancelAtRow(int count) throws Exception {
    CountDownLatch rows = new CountDownLatch(count);
    ROWS.set(rows);
    AtomicReference<CancelledException> thrown = new AtomicReference<>();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                rows.await();
                scope.cancel("enough");
              });
          boolean completed =
              scope.run(
                  () -> {
                    try (Statement statement = connection.createStatement()) {
                      Selvage.runCancellable(() -> execute(statement), statement::cancel);
                    } catch (CancelledException e) {
                      thrown.set(e);
                      throw e;
                    }
                  });
          assertThat(completed).isFalse();
        });
    assertCancelled(thrown.get());
  }

  @Test
  void aStatementIsCancelledWhenItHasJustBegun() throws Exception {
    cancelAtRow(1);
  }

  @Test
  void aStatementIsCancelledLongAfterItHasBegun() throws Exception {
    cancelAtRow(1_000_000);
  }

  @Test
  void aStatementIsCancelledThatBeginsBehindTheCancel() throws Exception {
    CountDownLatch lost = new CountDownLatch(2);
    try (Statement statement = connection.createStatement()) {
      boolean completed =
          scope.run(
              () ->
                  Selvage.runCancellable(
                      () -> {
                        scope.cancel();
                        lost.await();
                        execute(statement);
                      },
                      () -> {
                        statement.cancel();
                        lost.countDown();
                      }));
      assertThat(completed).isFalse();
    }
    assertThat(scope.cancelledCaught()).isTrue();
  }

  @Test
  void aTimeLimitEndsAStatementThatBeginsBehindIt() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    try (Statement statement = connection.createStatement()) {
      boolean completed =
          CancelScope.moveOnAfter(Duration.ofMillis(20))
              .run(
                  () ->
                      Canceller.of(
                              () -> {
                                statement.cancel();
                                lost.countDown();
                              })
                          .withIntervals(Duration.ofMillis(5), Duration.ofMillis(100))
                          .run(
                              () -> {
                                lost.await();
                                execute(statement);
                              }));
      assertThat(completed).isFalse();
    }
  }

  /**
   * Statements that end by themselves about when they are cancelled, again and again. Each has a
   * text of its own: H2 keeps a cancel that hits the very end of a statement for the next one of
   * the same text.
   */
  @Test
  void noCancelHitsTheNextStatementOfTheConnection() throws Exception {
    try (Statement statement = connection.createStatement()) {
      Canceller canceller =
          Canceller.of(statement::cancel).withIntervals(Duration.ofMillis(1), Duration.ofMillis(1));
      for (int round = 0; round < 200; round++) {
        CancelScope once = CancelScope.create();
        CountDownLatch rows = new CountDownLatch(1 + round * 10);
        ROWS.set(rows);
        String sql = "select count(*) from system_range(1, 2000) where ROW_SEEN(x) < " + -round;
        TaskGroup.run(
            group -> {
              group.launch(
                  () -> {
                    rows.await();
                    once.cancel();
                  });
              var unused =
                  once.run(
                      () ->
                          canceller.run(
                              () -> {
                                try (ResultSet found = statement.executeQuery(sql)) {
                                  found.next();
                                }
                              }));
              while (rows.getCount() > 0) {
                rows.countDown(); // the statement was cancelled before it had begun
              }
            });
        assertThat(sumOfRange()).as("round %s", round).isEqualTo(500_500);
      }
    }
  }

  /** {@return a statement whose cancel does this, and is counted} */
  private static Statement statement(AtomicInteger cancels, CountDownLatch end, boolean fails) {
    return (Statement)
        Proxy.newProxyInstance(
            JdbcTest.class.getClassLoader(),
            new Class<?>[] {Statement.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("cancel")) {
                cancels.incrementAndGet();
                end.countDown();
                if (fails) {
                  throw new SQLException("cancel is not supported");
                }
                return null;
              }
              end.await();
              return method.getReturnType() == boolean.class ? true : null;
            });
  }

  @Test
  void aDriverThatIgnoresTheCancelIsAskedUntilItsStatementEnds() throws Exception {
    AtomicInteger cancels = new AtomicInteger();
    CountDownLatch fourth = new CountDownLatch(4);
    Statement statement = statement(cancels, fourth, false);
    boolean completed =
        scope.run(
            () -> {
              boolean result =
                  Canceller.of(statement::cancel)
                      .withIntervals(Duration.ofMillis(1), Duration.ofMillis(2))
                      .call(
                          () -> {
                            scope.cancel();
                            return statement.execute("select 1");
                          });
              assertThat(result).isTrue();
            });
    assertThat(completed).isTrue();
    int atTheEnd = cancels.get();
    assertThat(atTheEnd).isGreaterThanOrEqualTo(4);
    assertThat(sumOfRange()).isEqualTo(500_500);
    assertThat(cancels).hasValue(atTheEnd);
  }

  @Test
  void aDriverWhoseCancelFailsIsAskedAgainAndReportedOnce() throws Exception {
    AtomicInteger cancels = new AtomicInteger();
    Statement statement = statement(cancels, new CountDownLatch(3), true);
    List<String> uncaught = new CopyOnWriteArrayList<>();
    TaskGroup.options()
        .withUncaughtHandler((name, failure) -> uncaught.add(failure.getMessage()))
        .run(
            group ->
                group.fork(
                    () ->
                        scope.run(
                            () ->
                                Selvage.callCancellable(
                                    () -> {
                                      scope.cancel();
                                      return statement.execute("select 1");
                                    },
                                    statement::cancel))));
    assertThat(cancels).hasValueGreaterThanOrEqualTo(3);
    assertThat(uncaught).containsExactly("cancel is not supported");
  }
}
