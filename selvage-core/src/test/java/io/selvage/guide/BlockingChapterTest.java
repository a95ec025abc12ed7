package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the code of the chapter on blocking code and JDBC. */
class BlockingChapterTest {
  @TempDir Path folder;

  @Test
  void blockingCallsReturnTheirResults() throws Exception {
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
    queue.add("item");
    assertThat(BlockingChapter.plain(queue)).isEqualTo("item");
    Path file = Files.writeString(folder.resolve("a.txt"), "text");
    assertThat(BlockingChapter.read(file)).isEqualTo("text");
    assertThat(BlockingChapter.pool(List.of(file, file, file)))
        .containsExactly("text", "text", "text");
  }

  @Test
  void statementsRun() throws Exception {
    FakeDatabase database = new FakeDatabase(false);
    assertThat(BlockingChapter.names(database.connection())).containsExactly("ann", "bob");
    assertThat(BlockingChapter.canceller(database.statement())).isEqualTo(1);
    assertThat(new BlockingChapter.Database(database.dataSource()).names())
        .containsExactly("ann", "bob");
  }

  @Test
  void aTransactionIsCommitted() throws Exception {
    FakeDatabase database = new FakeDatabase(false);
    BlockingChapter.pay(database.connection(), database.statement());
    assertThat(database.log).containsExactly("setAutoCommit", "executeUpdate", "commit");
  }

  @Test
  void aCancelledTransactionIsRolledBack() throws Exception {
    FakeDatabase database = new FakeDatabase(true);
    cancelWhileExecuting(
        database, () -> BlockingChapter.pay(database.connection(), database.statement()));
    assertThat(database.log)
        .startsWith("setAutoCommit", "cancel")
        .endsWith("rollback")
        .doesNotContain("commit");
  }

  @Test
  void aCancelledQueryIsCancelledByTheDriver() throws Exception {
    FakeDatabase database = new FakeDatabase(true);
    cancelWhileExecuting(database, () -> BlockingChapter.names(database.connection()));
    assertThat(database.log).startsWith("createStatement", "cancel");
    FakeDatabase pooled = new FakeDatabase(true);
    BlockingChapter.Database inPool = new BlockingChapter.Database(pooled.dataSource());
    cancelWhileExecuting(pooled, inPool::names);
    assertThat(pooled.log).startsWith("createStatement", "cancel").endsWith("close");
  }

  private static void cancelWhileExecuting(FakeDatabase database, ThrowingRunnable<Exception> body)
      throws Exception {
    CancelScope scope = CancelScope.create();
    TaskGroup.run(
        group -> {
          group.launch(
              () -> {
                database.executing.await();
                scope.cancel("no longer needed");
              });
          assertThat(scope.run(body)).isFalse();
        });
    assertThat(database.log).noneMatch(line -> line.contains("interrupt"));
  }
}
