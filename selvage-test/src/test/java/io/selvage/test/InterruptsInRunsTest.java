package io.selvage.test;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupts in a simulation arrive at the same step in every run, and none is lost. */
@Timeout(60)
class InterruptsInRunsTest {
  @Test
  void anInterruptBetweenTasksIsNoticedAtTheSameStepInEveryRun() {
    Set<Integer> prints = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      prints.add(
          Simulation.options()
              .withName("interrupt")
              .run(
                  7,
                  run ->
                      assertThatThrownBy(
                              () ->
                                  TaskGroup.run(
                                      group -> {
                                        AtomicReference<Thread> reader = new AtomicReference<>();
                                        group.launch(
                                            () -> {
                                              reader.set(Thread.currentThread());
                                              Channel.<String>unbounded().receive();
                                            });
                                        run.awaitAllBlocked();
                                        reader.get().interrupt();
                                        Selvage.checkpoint();
                                      }))
                          .isInstanceOf(TaskFailedException.class)
                          .hasCauseExactlyInstanceOf(InterruptedException.class))
              .fingerprint());
    }
    assertThat(prints).hasSize(1);
  }

  /**
   * One that was woken otherwise at the same time has its flag; it must not be woken for it again.
   */
  @Test
  void anInterruptWakesOnce() {
    assertThat(schedulesOfReaders(true)).isEqualTo(schedulesOfReaders(false));
  }

  private static long schedulesOfReaders(boolean byTheWriter) {
    return Simulation.options()
        .withStrategy(Strategy.exhaustive(0))
        .explore(
            100_000,
            run ->
                TaskGroup.run(
                    group -> {
                      Channel<Integer> last = Channel.unbounded();
                      List<Thread> readers = new ArrayList<>();
                      Channel<Integer> first = Channel.unbounded();
                      for (int i = 0; i < 2; i++) {
                        group.launch(() -> readTwice(first, last, readers, !byTheWriter));
                      }
                      run.awaitAllBlocked();
                      for (Thread reader : readers) {
                        if (byTheWriter) {
                          reader.interrupt();
                        }
                        first.send(1);
                      }
                      Selvage.sleep(ofSeconds(1));
                      last.close();
                    }))
        .runs();
  }

  private static void readTwice(
      Channel<Integer> first, Channel<Integer> last, List<Thread> readers, boolean interrupted)
      throws InterruptedException {
    readers.add(Thread.currentThread());
    first.receive();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    assertThatThrownBy(last::receive).isExactlyInstanceOf(InterruptedException.class);
    last.forEach(item -> {});
  }

  @Test
  void aTaskThatIsInterruptedBeforeItsFirstTurnFindsThat() {
    Simulation.options()
        .withStrategy(Strategy.exhaustive(1))
        .explore(
            10_000,
            run ->
                assertThatThrownBy(
                        () ->
                            TaskGroup.run(
                                group -> {
                                  Task<String> task =
                                      group.fork(Channel.<String>unbounded()::receive);
                                  run.interrupt(task);
                                }))
                    .hasCauseExactlyInstanceOf(InterruptedException.class));
  }

  @Test
  void theThreadsOfAnInterruptedRunEndEvenIfTheyLoop() throws Exception {
    AtomicLong loops = new AtomicLong();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatThrownBy(
                            () ->
                                Simulation.options()
                                    .withStepLimit(Long.MAX_VALUE)
                                    .run(
                                        1,
                                        () -> {
                                          while (true) {
                                            Selvage.checkpoint();
                                            loops.incrementAndGet();
                                          }
                                        }))
                        .isInstanceOf(SimulationFailure.class));
    while (loops.get() < 10) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    assertThat(caller.join(ofSeconds(20))).isTrue();
    long then = loops.get();
    assertThat(Simulation.explore(100, Programs::channels).runs()).isEqualTo(100);
    assertThat(loops.get()).isEqualTo(then);
  }
}
