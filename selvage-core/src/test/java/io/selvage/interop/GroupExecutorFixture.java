package io.selvage.interop;

import static io.selvage.Bodies.sleepThenCleanUp;

import io.selvage.LeakCheck;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands for an executor: one sleeps until it is cancelled, one fails. */
@ExtendWith(LeakCheck.class)
abstract class GroupExecutorFixture {
  final List<String> log = new CopyOnWriteArrayList<>();
  final CountDownLatch begun = new CountDownLatch(1);
  final IOException failure = new IOException("of the task");

  final String sleep() throws InterruptedException {
    begun.countDown();
    sleepThenCleanUp(() -> log.add("cleaned up"));
    return "never";
  }
}
