package io.selvage.select;

import io.selvage.channel.Channel;
import io.selvage.sync.Event;
import java.time.Duration;

/** The examples in the documentation of this package. */
final class SelectSnippets {
  private SelectSnippets() {}

  static String first(Channel<String> jobs, Event done) throws InterruptedException {
    // @start region="first"
    String got =
        Select.first(
            jobs.onReceive().call(job -> "job " + job),
            done.onSet().call(() -> "done"),
            Select.after(Duration.ofSeconds(1)).call(() -> "idle"));
    // @end region="first"
    return got;
  }
}
