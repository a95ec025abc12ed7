package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.GroupOptions.FailurePolicy;
import io.selvage.Threads.Kind;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class GroupOptionsTest {
  private final GroupOptions options = TaskGroup.options();

  @Test
  void badValuesAreRefused() {
    assertThatThrownBy(() -> options.withName("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withLimit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was 0");
    assertThatThrownBy(() -> options.withLimit(-3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withTimeout(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.withTimeout(Durations.MAX.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class);
    for (Runnable withNull :
        List.<Runnable>of(
            () -> options.withName(null),
            () -> options.withPolicy(null),
            () -> options.withTimeout(null),
            () -> options.withThreads(null),
            () -> options.withUncaughtHandler(null))) {
      assertThatThrownBy(withNull::run).isInstanceOf(NullPointerException.class);
    }
    assertThatThrownBy(() -> options.run(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> options.call(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void eachWithCopies() {
    GroupOptions named = options.withName("db");
    assertThat(named.toString()).contains("db");
    assertThat(options.toString()).doesNotContain("db");
    assertThat(named.withLimit(3).toString()).contains("limit 3");
  }

  @Test
  void collectLetsAllRunAndThenReportsAllFailures() {
    AtomicInteger ran = new AtomicInteger();
    Throwable thrown =
        catchThrowable(
            () ->
                options
                    .withPolicy(FailurePolicy.COLLECT)
                    .run(
                        g -> {
                          CountDownLatch failed = new CountDownLatch(1);
                          for (int i = 0; i < 3; i++) {
                            String name = "bad" + i;
                            g.fork(
                                () -> {
                                  failed.countDown();
                                  throw new IOException(name);
                                });
                          }
                          g.launch(
                              () -> {
                                Threads.await(failed);
                                Selvage.checkpoint();
                                ran.incrementAndGet();
                              });
                          Threads.await(failed);
                          Selvage.checkpoint();
                        }));
    assertThat(ran).hasValue(1);
    assertThat(thrown)
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> {
              assertThat(e.failures())
                  .extracting(Throwable::getMessage)
                  .containsExactlyInAnyOrder("bad0", "bad1", "bad2");
              assertThat(e.getCause()).isSameAs(e.failures().getFirst());
              assertThat(e.getSuppressed()).hasSize(2);
            });
  }

  @Test
  void aTimeoutCancelsTheWholeGroupAndTheGroupAbsorbsThat() throws Exception {
    AtomicReference<TaskGroup> group = new AtomicReference<>();
    options
        .withTimeout(Duration.ofMillis(2))
        .run(
            g -> {
              group.set(g);
              g.launch(() -> Selvage.sleep(LONG));
              Selvage.sleep(LONG);
            });
    assertThat(group.get().scope().timedOut()).isTrue();
    Selvage.checkpoint();
  }

  // ---- limits

  @ParameterizedTest
  @EnumSource
  void withALimitOfOneTheTasksNeverRunAtOnceAndSwitchAtOperationsOnly(Kind kind) throws Exception {
    int[] plain = {0};
    kind.options()
        .withLimit(1)
        .run(
            g -> {
              for (int i = 0; i < 10; i++) {
                g.launch(
                    () -> {
                      for (int round = 0; round < 100; round++) {
                        int seen = plain[0];
                        Thread.onSpinWait();
                        plain[0] = seen + 1;
                        Selvage.checkpoint();
                      }
                    });
              }
            });
    assertThat(plain[0]).isEqualTo(1_000);
  }

  @ParameterizedTest
  @EnumSource
  void withALimitOfTwoNoMoreThanTwoRunAtOnceAndThoseThatWaitDoNotCount(Kind kind) throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(8);
    kind.options()
        .withLimit(2)
        .run(
            g -> {
              for (int i = 0; i < 8; i++) {
                g.launch(
                    () -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      running.decrementAndGet();
                      all.countDown();
                      Selvage.sleep(LONG);
                    });
              }
              Threads.await(all);
              g.cancel("all have run");
            });
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void aGroupInsideOfALimitedOneInheritsTheLimitUnlessItIsAskedForNone() throws Exception {
    options
        .withLimit(1)
        .run(
            g ->
                g.launch(
                    () -> {
                      Scheduler own = scheduler();
                      TaskGroup.run(
                          h ->
                              assertThat(h.fork(GroupOptionsTest::scheduler).join()).isSameAs(own));
                      options
                          .withoutLimit()
                          .run(
                              h ->
                                  assertThat(h.fork(GroupOptionsTest::scheduler).join())
                                      .isSameAs(Scheduler.parallel()));
                      options
                          .withLimit(1)
                          .run(
                              h ->
                                  assertThat(h.fork(GroupOptionsTest::scheduler).join())
                                      .isNotSameAs(own)
                                      .isNotSameAs(Scheduler.parallel()));
                    }));
  }

  private static Scheduler scheduler() {
    return ThreadRecord.current().scheduler();
  }

  @Test
  void inALimitedGroupTasksStillJoinEachOtherAndTimersStillFire() throws Exception {
    int sum =
        options
            .withLimit(1)
            .<Integer, RuntimeException>call(
                g -> {
                  Task<Integer> a =
                      g.fork(
                          () -> {
                            Selvage.sleep(Duration.ofNanos(1_000));
                            return 1;
                          });
                  Task<Integer> b = g.fork(() -> a.join() + 1);
                  return b.join();
                });
    assertThat(sum).isEqualTo(2);
  }

  // ---- threads

  @Test
  void tasksRunOnVirtualThreadsUnlessAskedOtherwise() throws Exception {
    options.run(g -> assertThat(g.fork(() -> Thread.currentThread().isVirtual()).join()).isTrue());
    options
        .withPlatformThreads()
        .run(g -> assertThat(g.fork(() -> Thread.currentThread().isVirtual()).join()).isFalse());
  }

  @Test
  void aThreadFactoryOfTheUserIsUsedAndItsThreadsAreNamed() throws Exception {
    options
        .withName("mine")
        .withThreads(work -> Thread.ofPlatform().daemon().unstarted(work))
        .run(
            g -> {
              Thread thread = g.fork("t", Thread::currentThread).join();
              assertThat(thread.isVirtual()).isFalse();
              assertThat(thread.getName()).isEqualTo("mine/t");
            });
  }

  @Test
  void aThreadFactoryThatReturnsNullFailsTheForkAndTheGroupStillEnds() {
    Throwable thrown =
        catchThrowable(() -> options.withThreads(work -> null).run(g -> g.launch(() -> {})));
    assertThat(thrown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("returned null")
        .hasNoSuppressedExceptions();
  }

  @Test
  void aThreadFactoryThatThrowsFailsTheForkAndTheGroupStillEnds() {
    OutOfMemoryError none = new OutOfMemoryError("meant: no thread in a test");
    assertThat(
            catchThrowable(
                () -> options.withThreads(work -> failWith(none)).run(g -> g.launch(() -> {}))))
        .isSameAs(none);
  }

  @Test
  void aThreadFactoryThatReturnsAStartedThreadFailsTheForkInEveryKindOfGroup() {
    for (GroupOptions each : List.of(options, options.withLimit(1))) {
      assertThat(
              catchThrowable(
                  () ->
                      each.withThreads(work -> Thread.ofVirtual().start(() -> {}))
                          .run(g -> g.launch(() -> {}))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("started");
    }
  }

  @Test
  void aForkThatFailedIsReportedToItsCallerOnly() throws Exception {
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    options
        .withThreads(work -> null)
        .withUncaughtHandler((name, e) -> uncaught.add(e))
        .run(
            g -> {
              assertThatThrownBy(() -> g.forkUnsupervised("t", () -> 1))
                  .isInstanceOf(IllegalStateException.class);
              assertThatThrownBy(() -> g.start("t", status -> status.started(1)))
                  .isInstanceOf(IllegalStateException.class);
            });
    assertThat(uncaught).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aTaskLeavesNoInterruptBehindOnItsThread(Kind kind) throws Exception {
    List<Boolean> flags = new CopyOnWriteArrayList<>();
    for (int round = 0; round < 100; round++) {
      options
          .withThreads(
              work ->
                  kind.unstarted(
                      () -> {
                        work.run();
                        flags.add(Thread.currentThread().isInterrupted());
                      }))
          .run(
              g -> {
                g.launch(() -> Thread.onSpinWait());
                g.cancel();
              });
    }
    awaitCondition("the threads have ended, too", () -> flags.size() == 100);
    assertThat(flags).doesNotContain(true);
  }

  // ---- the handler

  @Test
  void anUncaughtHandlerThatThrowsDoesNotHurtTheGroup() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    options
        .withUncaughtHandler(
            (name, e) -> {
              calls.incrementAndGet();
              throw new IllegalStateException("meant: an uncaught handler fails in a test");
            })
        .run(
            g -> {
              for (int i = 0; i < 2; i++) {
                g.forkUnsupervised(
                    "bad", () -> failWith(new IOException("meant: a task fails in a test")));
              }
            });
    assertThat(calls).hasValue(2);
  }

  @Test
  void anUncaughtHandlerThatThrowsTheFailureItselfDoesNotHurtTheGroup() throws Exception {
    IllegalStateException failure = new IllegalStateException("meant: thrown again in a test");
    options
        .withUncaughtHandler((name, e) -> failWith(failure))
        .run(g -> g.forkUnsupervised("bad", () -> failWith(failure)));
  }
}
