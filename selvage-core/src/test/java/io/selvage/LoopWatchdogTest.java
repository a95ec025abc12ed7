package io.selvage;

import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.kernel.KernelAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class LoopWatchdogTest {

  private static void blockInForeignCode(CountDownLatch go) throws InterruptedException {
    go.await();
  }

  private static boolean isInForeignCode(LoopStall held) {
    return held.stack().stream()
        .anyMatch(frame -> frame.getMethodName().equals("blockInForeignCode"));
  }

  @Test
  void namesTheTaskThatHoldsTheTurnAndWhereItIs() throws Exception {
    LoopStall held;
    do {
      held = reportOfATaskThatBlocks();
    } while (!isInForeignCode(held)); // the time may be over before it gets there
    assertThat(held.heldFor()).isGreaterThanOrEqualTo(Duration.ofMillis(5));
    assertThat(held.message())
        .contains("task 'ui/slow' has held the turn of its loop for")
        .contains("Selvage.callBlocking");
  }

  private static LoopStall reportOfATaskThatBlocks() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    List<LoopStall> slow = Collections.synchronizedList(new ArrayList<>());
    Consumer<LoopStall> handler =
        held -> {
          if (held.task().equals("ui/slow")) { // another may just be slow on a busy machine
            slow.add(held);
            go.countDown();
          }
        };
    Loop loop = Loop.options().withName("ui").withWatchdog(Duration.ofMillis(5), handler).create();
    loop.run(
        () -> {
          loop.launch("slow", () -> blockInForeignCode(go));
        });
    assertThat(slow).as("once for each turn").hasSize(1);
    return slow.getFirst();
  }

  @Test
  void aTaskThatWaitsOrBlocksApartHoldsNoTurn() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<LoopStall> reports = Collections.synchronizedList(new ArrayList<>());
    Loop loop = Loop.options().withWatchdog(Duration.ofMillis(5), reports::add).create();
    loop.run(
        () -> {
          Task<?> blocked =
              loop.launch("blocked", () -> Selvage.runBlocking(() -> blockInForeignCode(go)));
          Selvage.sleep(Duration.ofMillis(40)); // longer than the limit, several times
          go.countDown();
          blocked.join();
        });
    assertThat(reports).noneMatch(LoopWatchdogTest::isInForeignCode);
  }

  @Test
  void aLoopThatHasEndedLeavesNoTimer() throws Exception {
    int before = KernelAccess.armedTimers();
    Loop.options().withWatchdog(LONG, held -> {}).create().run(() -> Selvage.checkpoint());
    TaskGroup.options().withLimit(1).run(group -> group.launch(() -> Selvage.checkpoint()));
    assertThat(KernelAccess.armedTimers()).isLessThanOrEqualTo(before);
  }
}
