package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Channel;
import io.selvage.function.ThrowingRunnable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class LoopTest {
  private final Loop loop = new Loop();
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  // ---- running

  @Test
  void runReturnsTheResultOfTheMainBody() throws Exception {
    assertThat(loop.<Integer, RuntimeException>call(() -> 3)).isEqualTo(3);
    loop.call(() -> log.add("no result needed"));
    assertThat(log).hasSize(1);
  }

  @Test
  void runWaitsForWhatWasForkedInTheBackground() throws Exception {
    loop.run(
        () -> {
          loop.launch(
              "background",
              () -> {
                Selvage.sleep(Duration.ofMillis(1));
                log.add("background");
              });
          log.add("main");
        });
    assertThat(log).containsExactly("main", "background");
  }

  @Test
  void tasksThatCanGoOnDoSoFirstComeFirstServed() throws Exception {
    loop.run(
        () -> {
          for (int i = 0; i < 3; i++) {
            int number = i;
            loop.launch(
                () -> {
                  log.add(number);
                  Selvage.checkpoint();
                  log.add(10 + number);
                });
          }
        });
    assertThat(log).containsExactly(0, 1, 2, 10, 11, 12);
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // it invites the others, which must not come
  void betweenTwoOperationsATaskIsAlone() throws Exception {
    int[] counter = {0};
    loop.run(
        () -> {
          for (int i = 0; i < 50; i++) {
            loop.launch(
                () -> {
                  for (int k = 0; k < 20; k++) {
                    int seen = counter[0];
                    Thread.yield(); // another thread could run now, but it has not got the turn
                    counter[0] = seen + 1;
                    Selvage.checkpoint();
                  }
                });
          }
        });
    assertThat(counter[0]).isEqualTo(1000);
  }

  @Test
  void whatATaskOpensAndForksStaysInTheLoop() throws Exception {
    loop.run(
        () -> {
          assertThat(loop.isOnLoop()).isTrue();
          TaskGroup.run(group -> group.fork(() -> log.add(loop.isOnLoop())));
          TaskGroup.options()
              .withoutLimit()
              .run(group -> group.fork(() -> log.add(loop.isOnLoop())));
        });
    assertThat(log).containsExactly(true, false);
    assertThat(loop.isOnLoop()).isFalse();
  }

  @Test
  void aSleepingLoopIsWokenFromAnyThread() throws Exception {
    Channel<String> channel = Channel.unbounded();
    Thread sender = Thread.ofPlatform().unstarted(() -> channel.trySend("hello"));
    String got =
        loop.call(
            () -> {
              loop.launch(sender::start);
              return channel.receive();
            });
    assertThat(got).isEqualTo("hello");
    sender.join();
  }

  @Test
  void manySleepersSleepAtTheSameTime() throws Exception {
    CountDownLatch ended = new CountDownLatch(100);
    loop.run(
        () -> {
          for (int i = 0; i < 100; i++) {
            loop.launch(
                () -> {
                  Selvage.sleep(Duration.ofMillis(20));
                  ended.countDown();
                });
          }
        });
    assertThat(ended.getCount()).isZero();
  }

  @Test
  void tasksAndThreadsAreNamedAfterTheLoop() throws Exception {
    new Loop("server")
        .call(() -> log.add(Thread.currentThread().getName() + " " + loop.isRunning()));
    assertThat(log).containsExactly("server/main false");
    assertThat(new Loop("server")).hasToString("Loop[server, not running]");
    loop.call(() -> log.add(loop.toString()));
    assertThat(log).last().isEqualTo("Loop[loop, 1 tasks]");
  }

  // ---- again, within itself, within others

  @Test
  void resultsOfTasksOutliveTheRun() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Task<Integer> task = loop.call(() -> loop.fork("t", runs::incrementAndGet));
    assertThat(loop.<Integer, RuntimeException>call(task::join)).isEqualTo(1);
    assertThat(new Loop().<Integer, RuntimeException>call(task::join)).isEqualTo(1);
    assertThat(runs).hasValue(1);
  }

  @Test
  void aTaskOfAnotherLoopCanBeJoined() throws Exception {
    int sum =
        loop.call(
            () -> {
              Task<Integer> outer =
                  loop.fork(
                      "outer",
                      () -> {
                        Selvage.checkpoint();
                        return 1;
                      });
              return new Loop("inner").<Integer, InterruptedException>call(outer::join)
                  + outer.join();
            });
    assertThat(sum).isEqualTo(2);
  }

  @Test
  void enteringItAgainFromOneOfItsTasksIsRefusedAndCrashesIt() {
    assertThatThrownBy(() -> loop.call(() -> loop.call(() -> log.add("never"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'loop' was entered again by its own task 'loop/main'")
        .hasMessageContaining("new Loop");
    assertThat(log).isEmpty();
    assertThat(loop.isRunning()).isFalse();
  }

  @Test
  void runningItOnASecondThreadIsRefused() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Running<Void> first =
        Kind.VIRTUAL.start(
            () -> {
              loop.run(
                  () -> {
                    running.countDown();
                    leave.await();
                  });
              return null;
            });
    running.await();
    assertThatThrownBy(() -> loop.call(() -> log.add("never")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is running; submit to it");
    leave.countDown();
    first.get();
  }

  @Test
  void anotherLoopRunsInsideOfATaskAndTheOuterOneGoesOn() throws Exception {
    Channel<String> fromOuter = Channel.unbounded();
    String got =
        loop.call(
            () -> {
              loop.fork("outer", () -> fromOuter.send("hello"));
              return new Loop("inner").<String, RuntimeException>call(fromOuter::receive);
            });
    assertThat(got).isEqualTo("hello");
  }

  @Test
  void forkingAndSubmittingNeedARunningLoop() {
    assertThatThrownBy(() -> loop.fork(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'loop' is not running");
    assertThatThrownBy(() -> loop.fork("t", () -> 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> loop.submit(() -> 1)).isInstanceOf(IllegalStateException.class);
    assertThat(loop.cancel()).isFalse();
  }

  @Test
  void badArgumentsAreRefusedAtOnce() {
    assertThatThrownBy(() -> new Loop("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Loop(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> loop.run((ThrowingRunnable<RuntimeException>) null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> Loop.options().withWatchdog(Duration.ZERO, held -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("longest must be more than zero");
    assertThatThrownBy(() -> Loop.options().withWatchdog(LONG, null))
        .isInstanceOf(NullPointerException.class);
  }

  // ---- from other threads

  @Test
  void anyThreadSubmitsAndGetsTheResult() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Running<Void> owner =
        Kind.VIRTUAL.start(
            () -> {
              loop.run(
                  () -> {
                    running.countDown();
                    Selvage.runBlocking(() -> leave.await());
                  });
              return null;
            });
    running.await();
    Task<Boolean> task = loop.submit(loop::isOnLoop);
    assertThat(task.join()).isTrue();
    leave.countDown();
    owner.get();
    assertThat(task.resultNow()).isTrue();
  }

  @Test
  void theFailureOfASubmittedCallBelongsToItsJoiner() throws Exception {
    IOException failure = new IOException("disk");
    Object seen =
        loop.call(
            () -> {
              Task<Object> task = loop.submit(() -> failWith(failure));
              return catchThrowable(task::join).getCause();
            });
    assertThat(seen).isSameAs(failure);
  }
}
