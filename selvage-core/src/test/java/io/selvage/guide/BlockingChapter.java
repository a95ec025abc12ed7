package io.selvage.guide;

import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import io.selvage.Canceller;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import javax.sql.DataSource;

/** The code of docs/guide/blocking.md; GuideTest compares it. */
final class BlockingChapter {
  private BlockingChapter() {}

  static String plain(BlockingQueue<String> queue) throws InterruptedException {
    // @start region="plain"
    String item =
        TaskGroup.call(
            group -> group.fork("taker", () -> queue.take()).join()); // a cancel interrupts take
    // @end
    return item;
  }

  // @start region="callBlocking"
  static String read(Path file) throws IOException, InterruptedException {
    return Selvage.callBlocking(() -> Files.readString(file));
  }

  // @end

  static List<String> pool(List<Path> files) throws InterruptedException {
    // @start region="pool"
    ThreadPool disk = new ThreadPool(2); // two calls at a time; the others wait in order
    List<String> texts = Tasks.map(files, file -> disk.call(() -> Files.readString(file)));
    // @end
    return texts;
  }

  // @start region="query"
  static List<String> names(Connection connection) throws SQLException, InterruptedException {
    try (Statement statement = connection.createStatement()) {
      return Selvage.callCancellable(
          () -> {
            List<String> names = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("select name from users")) {
              while (rows.next()) {
                names.add(rows.getString(1));
              }
            }
            return names;
          },
          statement::cancel); // called instead of an interrupt
    }
  }

  // @end

  // @start region="transaction"
  static void pay(Connection connection, PreparedStatement payment)
      throws SQLException, InterruptedException {
    connection.setAutoCommit(false);
    try {
      Selvage.runCancellable(() -> payment.executeUpdate(), payment::cancel);
      CancelScope.shieldUnlimited().run(() -> connection.commit()); // begun, so it is ended
    } catch (SQLException | InterruptedException e) {
      CancelScope.shield(ofSeconds(5)).run(() -> connection.rollback());
      throw e;
    }
  }

  // @end

  static int canceller(PreparedStatement delete) throws SQLException, InterruptedException {
    // @start region="canceller"
    Canceller oncePerCall = Canceller.of(delete::cancel).withSingleCall();
    int deleted = oncePerCall.call(() -> delete.executeUpdate());
    // @end
    return deleted;
  }

  // @start region="dataSource"
  static final class Database {
    private final ThreadPool calls = new ThreadPool(10); // as many as the data source has
    private final DataSource connections;

    Database(DataSource connections) {
      this.connections = connections;
    }

    List<String> names() throws SQLException, InterruptedException {
      return calls.call(
          () -> {
            try (Connection connection = connections.getConnection()) {
              return BlockingChapter.names(connection);
            }
          });
    }
  }
  // @end
}
