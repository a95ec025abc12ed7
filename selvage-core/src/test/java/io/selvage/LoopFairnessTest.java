package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.sync.Event;
import io.selvage.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which task gets the turn of a loop next. */
@ExtendWith(LeakCheck.class)
class LoopFairnessTest {
  private final Loop loop = new Loop();
  private final List<String> log = new ArrayList<>(); // of the loop

  @Test
  void aTaskReleasedByAnEventComesBehindTheTasksThatWereReadyBefore() throws Exception {
    Event event = new Event();
    loop.run(
        () -> {
          loop.launch(
              () -> {
                event.await();
                log.add("waiter");
              });
          loop.launch(
              () -> {
                event.set();
                log.add("a1");
                Selvage.checkpoint();
                log.add("a2");
              });
          loop.launch(
              () -> {
                log.add("b1");
                Selvage.checkpoint();
                log.add("b2");
              });
        });
    assertThat(log).containsExactly("a1", "b1", "waiter", "a2", "b2");
  }

  @Test
  void aTaskWhoseSleepIsOverGetsATurnAlsoIfTheOthersNeverWait() throws Exception {
    Event never = new Event();
    loop.run(
        () -> {
          loop.launch(
              () -> {
                long end = System.nanoTime() + Threads.PATIENCE.toNanos();
                while (log.isEmpty() && System.nanoTime() - end < 0) {
                  Selvage.checkpoint();
                  Threads.letOthersRun(); // the thread whose time is over, on one processor
                }
                log.add("busy");
              });
          loop.launch(
              () -> {
                assertThat(never.await(Duration.ZERO)).isFalse();
                log.add("timed out");
              });
        });
    assertThat(log).containsExactly("timed out", "busy");
  }

  @Test
  void waitersOfASemaphoreInOneLoopAreServedInOrder() throws Exception {
    Semaphore semaphore = new Semaphore(1);
    loop.run(
        () -> {
          for (String name : List.of("a", "b", "c")) {
            loop.launch(
                () -> {
                  enterAndLog(semaphore, name);
                  enterAndLog(semaphore, name);
                });
          }
        });
    assertThat(log).containsExactly("a", "b", "c", "a", "b", "c");
  }

  private void enterAndLog(Semaphore semaphore, String name) throws InterruptedException {
    try (Semaphore.Permit permit = semaphore.acquire()) {
      assertThat(permit).isNotNull();
      log.add(name);
      Selvage.checkpoint();
    }
  }

  @Test
  void anEventIsSharedByLoopsInSeveralThreads() throws Exception {
    Event event = new Event();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 3; i++) {
            group.launch(() -> new Loop().run(() -> event.await()));
          }
          group.fork(() -> new Loop().call(() -> event.set()));
        });
    assertThat(event.waiting()).isZero();
  }
}
