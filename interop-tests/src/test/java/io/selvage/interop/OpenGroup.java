package io.selvage.interop;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A group that is open until it is closed, on a thread of its own. */
public final class OpenGroup implements AutoCloseable {
  private final Background owner = Background.open("open");
  private final CompletableFuture<TaskGroup> opened = new CompletableFuture<>();
  private final CompletableFuture<Void> ended;

  public OpenGroup() {
    ended =
        owner.launch(
            () ->
                TaskGroup.run(
                    group -> {
                      opened.complete(group);
                      Selvage.sleep(Duration.ofDays(1));
                    }));
  }

  public TaskGroup group() {
    return opened.join();
  }

  /** Cancels the group and waits for its end. */
  @Override
  public void close() {
    group().cancel("the test is over");
    ended.join(); // throws what failed in it
    owner.close();
  }
}
